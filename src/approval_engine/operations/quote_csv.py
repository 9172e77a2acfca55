"""
A CSV file of quotes → its rows as texts, each with the line that it ends in.

Whoever reads such a file, also DuckDB, reads what is taken here and nothing else.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from approval_engine.documents.document import placed
from approval_engine.errors import DocumentError
from approval_engine.policy.reading.words import snake


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvRow:
    """
    One row by the names of its columns; `at` says how far into the file it ends.
    """

    line: int
    at: int
    cells: Mapping[str, str]


def heading_of(path: Path) -> tuple[str, ...]:
    """
    The names of the columns. Raises DocumentError if there are none, or one twice.
    """
    with _read(path) as reading:
        return reading.heading()


def rows(path: Path) -> Iterator[CsvRow]:
    """
    The rows one by one; lines with nothing in them are none.

    Raises DocumentError, now or on the way, with the line of what is wrong.
    """
    with _read(path) as reading:
        heading = reading.heading()
        for cells in reading.csv:
            if cells:
                yield reading.row(heading, cells)
            reading.ended = reading.csv.line_num


def must_name_once(file: str, names: Iterable[str]) -> None:
    """
    Raise DocumentError if two columns of a table are the same to whoever reads it.
    """
    spelled: dict[str, str] = {}
    for name in names:
        other = spelled.get(snake(name))
        if other is not None:
            sentence = f"Expected each column once, but got '{other}' and '{name}'."
            raise DocumentError(placed(file, 1, f"/{name}", "duplicate_key", sentence))
        spelled[snake(name)] = name


class _Reading:
    """
    A file that is open, how far it was read, and the line in which a row ended last.
    """

    def __init__(self, file: str, lines: Iterable[str]) -> None:
        self.at = self.ended = 0
        self._file = file
        self.csv = csv.reader(self._counted(lines), strict=True)

    def heading(self) -> tuple[str, ...]:
        names = tuple(next(self.csv, ()))
        self.ended = self.csv.line_num
        if not names:
            raise self.wrong(1, "empty", "Expected a row with the names of columns.")
        must_name_once(self._file, names)
        return names

    def row(self, heading: tuple[str, ...], cells: list[str]) -> CsvRow:
        line = self.csv.line_num
        if len(cells) != len(heading):
            sentence = f"Expected {len(heading)} cells, but got {len(cells)}."
            raise self.wrong(line, "cells", sentence)
        return CsvRow(
            line=line, at=self.at, cells=dict(zip(heading, cells, strict=True))
        )

    def wrong(self, line: int, code: str, sentence: str) -> DocumentError:
        return DocumentError(placed(self._file, line, "", code, sentence))

    def _counted(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.at += len(line)
            yield line


@contextmanager
def _read(path: Path) -> Iterator[_Reading]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reading = _Reading(str(path), lines)
        try:
            yield reading
        except csv.Error as error:
            sentence = f"Expected quotes as CSV, but {error}."
            raise reading.wrong(reading.ended + 1, "syntax", sentence) from None
        except UnicodeDecodeError:
            line = _undecodable(path)
            raise reading.wrong(line, "encoding", "Expected quotes in UTF-8.") from None


def _undecodable(path: Path) -> int:
    """
    The first line that is no UTF-8; text is decoded long before its line is read.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1
