"""
What proofs measured, in one table: a test says `figure(name, target, value)`.

A plugin of pytest. `--figures FILE` prints the table at the end of the run and writes
it as Markdown; without the option figures go nowhere. Under xdist too.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FIGURE = "figure"
"""The property in which a figure travels with its report, between processes too."""

HEAD = ("what", "target", "figure", "database", "seconds")
_DATABASES = ("sqlite", "postgresql")

Row = tuple[str, ...]


def pytest_addoption(parser: pytest.Parser) -> None:
    """
    One option, which `make proof` uses.
    """
    parser.addoption("--figures", metavar="FILE", help="print and write what was found")


def pytest_configure(config: pytest.Config) -> None:
    """
    The process that sees all reports collects; workers of xdist only send theirs.
    """
    if config.getoption("--figures") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Collector(Path(config.getoption("--figures"))))


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """
    Records one row of the table of proofs: what, what it should be, what it is.

    The database is the one the test runs on, where it has one; the seconds are those of
    the test.
    """

    def record(name: str, target: object, value: object) -> None:
        row = (name, str(target), str(value), _database(request.node))
        request.node.user_properties.append((FIGURE, row))

    return record


@pytest.fixture(autouse=True)
def _room(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """
    A proof marked `alone` runs while no other one does; the others share the machine.
    """
    if not (os.environ.get("PYTEST_XDIST_WORKER") and _marked(request, "proof")):
        yield
        return
    shared = tmp_path_factory.getbasetemp().parent
    how = fcntl.LOCK_EX if _marked(request, "alone") else fcntl.LOCK_SH
    # These locks are of this process alone: a child that it left behind holds none.
    with (shared / "room.lock").open("a+") as room:
        # Whoever waits for the room stands in the door, so that nobody overtakes him.
        with (shared / "door.lock").open("a+") as door:
            fcntl.lockf(door, fcntl.LOCK_EX)
            fcntl.lockf(room, how)
        yield


class _Collector:
    """
    Makes the table of the reports that come in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._rows.append((report.nodeid, "passes", "FAILED", "", _seconds(report)))
        elif report.when == "call":
            self._rows += [
                (*found, _seconds(report))
                for name, found in report.user_properties
                if name == FIGURE
            ]

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        rows = sorted(self._rows)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(markdown(rows), encoding="utf-8")
        terminalreporter.section(f"figures, also in {self._path}")
        for line in aligned(rows):
            terminalreporter.write_line(line)


def markdown(rows: list[Row]) -> str:
    """
    The rows as a table of Markdown.
    """
    rule = tuple("---" for _ in HEAD)
    cells = [[each.replace("|", "\\|") for each in row] for row in (HEAD, rule, *rows)]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def aligned(rows: list[Row]) -> list[str]:
    """
    The rows as lines whose columns stand one below the other.
    """
    table = [HEAD, *rows]
    wide = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    return [
        "  ".join(c.ljust(w) for c, w in zip(row, wide, strict=True)).rstrip()
        for row in table
    ]


def _database(node: pytest.Item) -> str:
    used = getattr(node, "callspec", None)
    found = (
        [each for each in used.params.values() if each in _DATABASES] if used else []
    )
    return str(found[0]) if found else ""


def _marked(request: pytest.FixtureRequest, name: str) -> bool:
    return request.node.get_closest_marker(name) is not None


def _seconds(report: pytest.TestReport) -> str:
    return f"{report.duration:.1f}"
