"""
A JSON value together with the place of each of its parts in the file.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from approval_engine.errors import Problem

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

JsonValue: TypeAlias = (
    "dict[str, JsonValue] | list[JsonValue] | str | int | Decimal | bool | None"
)
"""What a document holds: `int` without, `Decimal` with a fraction or an exponent."""


def pointer(parent: str, part: str | int) -> str:
    """
    The JSON pointer (RFC 6901) of a member or element of `parent`.
    """
    if isinstance(part, int):
        return f"{parent}/{part}"
    if "~" in part or "/" in part:
        part = part.replace("~", "~0").replace("/", "~1")
    return f"{parent}/{part}"


def placed(file: str, line: int, pointer: str, code: str, sentence: str) -> Problem:
    """
    A problem that prints as one line, whatever the document's keys and texts hold.
    """
    return Problem(
        file=file,
        line=line,
        code=code,
        element=_CONTROL.sub(" ", pointer) or "/",
        sentence=_CONTROL.sub(" ", sentence),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """
    A parsed file. `offsets` has the start of each member's key or element, by pointer.

    The root is the pointer "".
    """

    file: str
    value: JsonValue
    offsets: Mapping[str, int]
    newlines: tuple[int, ...]

    def line(self, pointer: str) -> int:
        """
        The line of that part, from 1; of its nearest present parent if it is missing.
        """
        while pointer and pointer not in self.offsets:
            pointer = pointer.rpartition("/")[0]
        return bisect_left(self.newlines, self.offsets.get(pointer, 0)) + 1

    def problem(self, pointer: str, code: str, sentence: str) -> Problem:
        """
        A problem at that part of this document.
        """
        return placed(self.file, self.line(pointer), pointer, code, sentence)
