"""
Which revisions of quotes a file holds → those that it holds twice, in little memory.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Self
from zlib import crc32

from approval_engine.documents.document import placed
from approval_engine.errors import DocumentError, Problem
from approval_engine.policy.reading.words import snake

MOST_TOLD = 20
"""So many that come twice are told one by one."""

_MOST_DIGITS = 9

_PARTS = 64
"""Into so many parts they are laid aside, of which one at a time is looked at."""

_KEPT = 1 << 14
"""So many bytes of a part stay in memory; the others lie in a temporary file."""


class Keys:
    """
    The ids and revisions of a file as they were read; a context, for it lays them down.
    """

    def __init__(self, file: str) -> None:
        self._file, self.count = file, 0
        self._open = ExitStack()
        self._parts = [
            self._open.enter_context(SpooledTemporaryFile(max_size=_KEPT))  # noqa: SIM115 entered here
            for _ in range(_PARTS)
        ]

    def __enter__(self) -> Self:
        """
        Itself.
        """
        return self

    def __exit__(self, *_: object) -> None:
        """
        Forget them.
        """
        self._open.close()

    def add(self, quote: str, revision: int, line: int) -> None:
        """
        One more, from that line of the file.
        """
        self.count += 1
        key = json.dumps([quote, revision]).encode()
        self._parts[crc32(key) % _PARTS].write(b"%d\t%b\n" % (line, key))

    def must_differ(self) -> None:
        """
        Raise DocumentError if there is none at all, or with those that came twice.
        """
        if not self.count:
            sentence = "Expected quotes, but there are none."
            raise DocumentError(placed(self._file, 1, "", "empty", sentence))
        twice = sorted(
            (again, first, key)
            for part in self._parts
            for again, first, key in _twice(part)
        )
        if twice:
            problems = [self._problem(*each) for each in twice[:MOST_TOLD]]
            if len(twice) > MOST_TOLD:
                sentence = f"{len(twice):,} lines hold what stands above them already."
                problems.append(self._told(twice[MOST_TOLD][0], sentence))
            raise DocumentError(*problems)

    def _problem(self, again: int, first: int, key: bytes) -> Problem:
        quote, revision = json.loads(key)
        sentence = (
            f"Expected quote '{quote}' revision {revision} once, but it stands in line"
            f" {first} already."
        )
        return self._told(again, sentence)

    def _told(self, line: int, sentence: str) -> Problem:
        return placed(self._file, line, "/id", "duplicate", sentence)


def is_revision(text: str) -> bool:
    """
    Whether a text is written as the number of a revision.
    """
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def must_be_whole(file: str, rows: Iterable[tuple[int, Mapping[str, object]]]) -> None:
    """
    Raise DocumentError if rows of a table name no quote, no revision, or one twice.

    `rows` come with their lines, by the names of their columns.
    """
    with Keys(file) as keys:
        for line, row in rows:
            said = {snake(name): value for name, value in row.items()}
            quote, revision = said.get("id"), said.get("revision")
            if not (isinstance(quote, str) and quote):
                sentence = f"Expected the id of a quote as a text, but got {quote}."
                raise DocumentError(placed(file, line, "/id", "missing", sentence))
            stated = revision is not None and revision != ""
            number = _whole(revision) if stated else 1
            if number is None:
                sentence = f"Expected a whole number from 1, but got {revision}."
                raise DocumentError(placed(file, line, "/revision", "type", sentence))
            keys.add(quote, number, line)
        keys.must_differ()


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if is_revision(text) and int(text) else None


def _twice(part: "SpooledTemporaryFile[bytes]") -> Iterator[tuple[int, int, bytes]]:
    """
    The line of each that comes again, the one where it came first, and what it is.
    """
    part.seek(0)
    firsts: dict[bytes, int] = {}
    for entry in part:
        number, _, key = entry.rstrip(b"\n").partition(b"\t")
        line = int(number)
        first = firsts.setdefault(key, line)
        if first != line:
            yield line, first, key
