"""
A second pair of eyes on a SQLite file: whether anything was committed since a moment.
"""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self


class Probe:
    """
    Watches one file through a connection of its own, which never writes.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._marked = self._version()

    def mark(self) -> None:
        """
        Count changes from now on.
        """
        self._marked = self._version()

    def changed(self) -> bool:
        """
        Whether another connection committed a change since the mark.
        """
        return self._version() != self._marked

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def _version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)
