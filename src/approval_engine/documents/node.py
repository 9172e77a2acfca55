"""
A place in a document whose parts are read by type; what does not fit is noted.

All problems of one document gather in one list, so that they can be raised at once.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from approval_engine.documents.document import Document, JsonValue, pointer
from approval_engine.errors import Problem

_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAMES = ((dict, "an object"), (list, "a list"), (bool, "true or false"))


def decimal_of(value: JsonValue) -> Decimal | None:
    """
    The exact number in a JSON number or in a text of plain digits; None for the rest.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def said(value: JsonValue) -> str:
    """
    A value as a sentence names it.
    """
    for kind, name in _NAMES:
        if isinstance(value, kind):
            return name
    if value is None:
        return "null"
    return f"'{value[:40]}'" if isinstance(value, str) else str(value)


class Node:
    """
    One value of a document and where it stands.
    """

    def __init__(
        self,
        document: Document,
        value: JsonValue,
        place: str = "",
        problems: list[Problem] | None = None,
    ) -> None:
        self.document = document
        self.value = value
        self.place = place
        self.problems = [] if problems is None else problems

    def problem(self, code: str, sentence: str) -> None:
        """
        Note something wrong here.
        """
        self.problems.append(self.document.problem(self.place, code, sentence))

    def wants(self, expected: str) -> None:
        """
        Note that this is of another kind than expected.
        """
        name = self.place.rpartition("/")[2]
        subject = f" in '{name}'" if name else ""
        sentence = f"Expected {expected}{subject}, but got {said(self.value)}."
        self.problem("type", sentence)

    def names(self) -> tuple[str, ...]:
        """
        The keys of an object in document order; empty for everything else.
        """
        return tuple(self.value) if isinstance(self.value, dict) else ()

    def has(self, key: str) -> bool:
        """
        Whether an object says something of this key other than null.
        """
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def child(self, key: str) -> "Node":
        """
        The member of an object; its value is null if it is missing.
        """
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(self.document, value, pointer(self.place, key), self.problems)

    def children(self) -> Iterator[tuple[str, "Node"]]:
        """
        The members of an object with their keys, in document order.
        """
        return ((key, self.child(key)) for key in self.names())

    def elements(self) -> Iterator["Node"]:
        """
        The elements of a list; nothing for everything else.
        """
        values = self.value if isinstance(self.value, list) else []
        for index, value in enumerate(values):
            place = pointer(self.place, index)
            yield Node(self.document, value, place, self.problems)

    def text(self) -> str:
        """
        A text of one line that is not blank; "" after noting that it is none.
        """
        value = self.value
        if isinstance(value, str) and value.strip() and not _CONTROL.search(value):
            return value
        self.wants("a text of one line")
        return ""

    def texts(self) -> tuple[str, ...]:
        """
        A list of texts; what is none is noted and left out.
        """
        if self.value is not None and not isinstance(self.value, list):
            self.wants("a list")
        return tuple(text for text in (node.text() for node in self.elements()) if text)

    def decimal(self) -> Decimal:
        """
        An exact number; 0 after noting that it is none.
        """
        number = decimal_of(self.value)
        if number is None:
            self.wants("a decimal number")
        return number or Decimal(0)

    def whole(self, least: int) -> int:
        """
        A whole number of at least `least`, which also stands for what is none.
        """
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.wants(f"a whole number from {least}")
        return least

    def flag(self, *, default: bool) -> bool:
        """
        A truth value; the default if there is none.
        """
        if isinstance(self.value, bool):
            return self.value
        if self.value is not None:
            self.wants("true or false")
        return default
