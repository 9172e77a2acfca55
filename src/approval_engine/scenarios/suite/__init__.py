"""
A scenario file → for every scenario in it, whether the engine does what it says.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from approval_engine.documents import Document
from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios import world
from approval_engine.scenarios.suite.play import play
from approval_engine.scenarios.suite.reading import read_scenarios
from approval_engine.scenarios.suite.script import Scenario
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """
    How one scenario went; it passed if nothing failed.
    """

    name: str
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """
        Whether nothing failed.
        """
        return not self.failures


def read(document: Document | None = None) -> tuple[Scenario, ...]:
    """
    The scenarios of a file, or those that are shipped. Raises DocumentError.
    """
    if document is None:
        return read_scenarios(world.document(world.SCENARIOS), world.FOLDER)
    return read_scenarios(document, Path(document.file).parent)


def run(scenarios: tuple[Scenario, ...]) -> Iterator[Result]:
    """
    Play each scenario in a database of its own, in order.
    """
    with TemporaryDirectory(prefix="cpq-test-") as name:
        folder = Path(name)
        empty = folder / "empty.db"
        pattern = _migrated(empty)
        for number, scenario in enumerate(scenarios):
            path = folder / f"{number}.db"
            # Copying an empty database is much faster than migrating another one.
            shutil.copyfile(empty, path)
            yield Result(name=scenario.name, failures=play(scenario, path, pattern))


def _migrated(path: Path) -> Runtime:
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    # The last connection that closes brings everything into the one file.
    database.close()
    return Runtime(database=database)
