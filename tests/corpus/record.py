"""
Adds logs to the book, by playing what there is to play.

    python -m tests.corpus.record --write

    --total N    how many logs the book shall hold (531)
    --played ... which tests are looked through
    --write      store it; without it this says what would be added

What stands in the book stays there as it is. If today's code makes another state of it,
nothing is written: that is a break of the promise that old logs are read for ever, not
a reason to record them again.
"""

import json
import shutil
import sqlite3
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from sqlalchemy import select

from approval_engine.domain.events import first_altered
from approval_engine.domain.workflow import Evidence
from approval_engine.errors import ApprovalEngineError
from approval_engine.executor.replay import first_difference, rebuilt_from
from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios import seed, suite
from approval_engine.scenarios.suite.play import play
from approval_engine.store import catalog, events, workflows
from approval_engine.store.database import Database
from approval_engine.store.schema import DOCUMENT
from approval_engine.store.upgrade import upgrade
from tests.corpus import drawn
from tests.corpus.book import BOOK, Book, Recorded, read, replayed, state_of, write

ROOT = Path(__file__).parents[2]
TOTAL = 531
HISTORY = 200
DRAWN = 40
NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
PLAYED = (
    "acceptance/test_golden_path.py",
    "integration/executor",
    "integration/operations/test_clearance.py",
    "integration/operations/test_repair.py",
    "integration/test_canary_guard.py",
)
"""Tests whose databases are looked through when they are done."""

SHARES = {
    "drawn": 30,
    "suite": 30,
    "history": 10,
    "golden": 4,
    "test_elements": 4,
    "test_frames": 3,
    "test_edge_cases": 3,
}
"""How many logs of a source are taken in its turn, where it is not one."""


class Harvest:
    """
    What was found: the logs by source, and the documents that they need.
    """

    def __init__(self) -> None:
        self.logs: dict[str, list[Recorded]] = {}
        self.documents: dict[str, tuple[str, str]] = {}
        self.needs: dict[str, tuple[str, ...]] = {}

    def gather(self, path: Path, source: str, place: str) -> None:
        """
        Take every workflow of a database whose rows are what its events say.
        """
        database = Database(f"sqlite:///{path}")
        with closing(database), database.read() as transaction:
            for workflow in tuple(workflows.ids(transaction)):
                # One that has read nothing yet asks for everything that it needs.
                runtime = Runtime(database=database)
                with suppress(ApprovalEngineError, NotSound):
                    log, needed = _recorded(runtime, transaction, workflow)
                    log = replace(log, name=f"{place} {workflow}")
                    self.logs.setdefault(source, []).append(log)
                    self.needs[log.name] = tuple(needed)
                    self.documents |= needed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """
        Look through what a test leaves behind, before its fixtures are taken away.
        """
        folders = filter(None, map(item.funcargs.get, ("tmp_path", "quick_folder")))
        for path in (each for one in folders for each in sorted(one.glob("*.db"))):
            if _has_workflows(path):
                name = item.nodeid.removeprefix("tests/")
                self.gather(path, item.path.stem, name)


class NotSound(Exception):
    """
    The rows of a workflow are not what its events say: a test has altered them.
    """


def _recorded(runtime, transaction, workflow):
    log = events.of(transaction, workflow)
    needed = {}
    body = catalog.body

    def noted(within, sha256):
        needed[sha256] = body(within, sha256)
        return needed[sha256]

    with patch.object(catalog, "body", noted):
        rebuilt, _ = rebuilt_from(runtime, transaction, log)
        for name in Evidence.__slots__:
            noted(transaction, getattr(rebuilt.evidence, name))
    stored, *_ = workflows.read(transaction, workflow)
    if first_difference(rebuilt, stored) is not None or first_altered(log):
        raise NotSound
    recorded = Recorded(name="", events=log, head=log[-1].hash, state=state_of(rebuilt))
    rows = transaction.execute(select(DOCUMENT.c.sha256, DOCUMENT.c.kind))
    kinds = {row.sha256: row.kind for row in rows}
    return recorded, {key: (kinds[key], raw.decode()) for key, raw in needed.items()}


def _has_workflows(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as raw:
        try:
            return (
                raw.execute("SELECT count(*) FROM workflow_instance").fetchone()[0] > 0
            )
        except sqlite3.DatabaseError:
            return False


def harvest(played: Iterable[str]) -> Harvest:
    """
    Play the shipped scenarios, the demo, its history, what can be drawn, and tests.
    """
    found = Harvest()
    with TemporaryDirectory() as name:
        folder = Path(name)
        empty = folder / "empty.db"
        database = Database(f"sqlite:///{empty}")
        upgrade(database)
        database.close()
        for number, scenario in enumerate(suite.read()):
            path = folder / f"{number}.db"
            shutil.copyfile(empty, path)
            play(scenario, path, Runtime(database=database))
            found.gather(path, "suite", f"scenario {scenario.name!r}")
        path = folder / "seeded.db"
        shutil.copyfile(empty, path)
        runtime = Runtime(database=Database(f"sqlite:///{path}"), clock=lambda: NOON)
        seed.seed_approvals(runtime)
        found.gather(path, "golden", "seed approvals")
        path = folder / "history.db"
        shutil.copyfile(empty, path)
        runtime = replace(runtime, database=Database(f"sqlite:///{path}"))
        seed.seed_history(runtime, HISTORY)
        found.gather(path, "history", "seed history")
        path = folder / "drawn.db"
        shutil.copyfile(empty, path)
        drawn.play(path, DRAWN)
        found.gather(path, "drawn", "everything drawn")
    if not played:
        return found
    folders = [str(ROOT / "tests" / each) for each in played]
    options = [
        "-q",
        "-m",
        "not postgres and not proof and not browser",
        "-p",
        "no:xdist",
    ]
    pytest.main([*options, *folders], plugins=[found])
    return found


def extended(book: Book, found: Harvest, total: int) -> Book:
    """
    The book with logs added until it holds that many: those first that record another
    kind of fact, then of each source in turn, those first that go another way.
    """
    known = {log.name for log in book.logs}
    ways = {_way(log) for log in book.logs}
    queues = {}
    for source, logs in sorted(found.logs.items()):
        new, old = [], []
        for log in logs:
            if log.name not in known:
                (old if _way(log) in ways else new).append(log)
                ways.add(_way(log))
        queues[source] = [*new, *old]
    told = {event.action for log in book.logs for event in log.events}
    inorder = [*_telling(queues, told), *_in_turn(queues)]
    added = inorder[: max(0, total - len(book.logs))]
    documents = dict(book.documents)
    for log in added:
        for sha256 in found.needs[log.name]:
            documents.setdefault(sha256, found.documents[sha256])
    return Book(logs=(*book.logs, *added), documents=documents)


def _telling(queues: dict[str, list[Recorded]], told: set[str]) -> Iterator[Recorded]:
    """
    Takes out the logs that record a kind of fact that none before them records.
    """
    for queue in queues.values():
        for log in tuple(queue):
            if not told.issuperset(event.action for event in log.events):
                told |= {event.action for event in log.events}
                queue.remove(log)
                yield log


def _in_turn(queues: dict[str, list[Recorded]]) -> Iterator[Recorded]:
    while any(queues.values()):
        for source, queue in queues.items():
            share = SHARES.get(source, 1)
            yield from queue[:share]
            del queue[:share]


def _way(log: Recorded) -> tuple[object, ...]:
    definition = json.loads(log.events[0].data)["evidence"]["definition"]
    return definition, *(event.action for event in log.events)


def moved(book: Book) -> list[str]:
    """
    A sentence for each log in the book that is not read as it was.
    """
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        upgrade(database)
        with closing(database):
            return list(replayed(book, Runtime(database=database)))


def say(*lines: str) -> None:
    """
    Print a few lines.
    """
    print(*lines, sep="\n")  # noqa: T201 # what a command says


def main() -> int:
    """
    What the command above says.
    """
    parser = ArgumentParser(description="Add logs to the book of recorded logs.")
    parser.add_argument("--total", type=int, default=TOTAL)
    parser.add_argument("--played", nargs="*", default=PLAYED)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    book = read()
    if problems := moved(book):
        say("These recorded logs are not read as they were:", *problems)
        return 1
    longer = extended(book, harvest(asked.played), asked.total)
    with TemporaryDirectory() as folder:
        # What was written is what will be read.
        write(longer, Path(folder, BOOK.name))
        problems = moved(read(Path(folder, BOOK.name)))
    if problems:
        say("These logs cannot be read back:", *problems)
        return 1
    told = Counter(event.action for log in longer.logs for event in log.events)
    say(*(f"{count:6} {action}" for action, count in told.most_common()))
    say(f"logs={len(longer.logs)} added={len(longer.logs) - len(book.logs)}")
    if asked.write and longer != book:
        write(longer)
        say(f"bytes={BOOK.stat().st_size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
