"""
Bytes → Document, strictly: what two readers could understand differently is refused.

Beyond the grammar of RFC 8259: no duplicate keys, no NaN or infinity, no number that
64 bits or 40 characters cannot hold, no NUL, no lone surrogate, no deep nesting.
"""

import json
import re
from decimal import Decimal
from typing import NoReturn

from approval_engine.documents.document import Document, JsonValue, placed, pointer
from approval_engine.errors import DocumentError, Problem

MAX_BYTES = 16 * 1024 * 1024
"""The largest file that is read at all; web bodies have a smaller limit."""

_MAX_DEPTH = 20
_MAX_INTEGER = 2**63 - 1
_MIN_INTEGER = -(2**63)
_MAX_NUMBER_TEXT = 40
_MAX_EXPONENT = 30
_MAX_PROBLEMS = 100

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(
    r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![A-Za-z0-9_.+-])"
)
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,20}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: bytes, file: str, max_bytes: int = MAX_BYTES) -> Document:
    """
    The document in these bytes; `file` is only the name that problems carry.

    Raises DocumentError with the first syntax problem, or with all problems of content.
    """
    if len(text) > max_bytes:
        sentence = f"Expected at most {max_bytes} bytes, but got {len(text)}."
        _refuse(file, 1, "too_large", sentence)
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        sentence = f"Expected UTF-8 text, but byte {error.start} is not."
        _refuse(file, line, "encoding", sentence)
    return _Reader(decoded, file).document()


def _refuse(file: str, line: int, code: str, sentence: str) -> NoReturn:
    raise DocumentError(placed(file, line, "", code, sentence))


class _Reader:
    """
    One pass over one text; `at` is the offset of the next character to read.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = 0
        self.offsets: dict[str, int] = {}
        self.found: list[Problem] = []

    def document(self) -> Document:
        value = self.value("", 0)
        self.space()
        if self.at < len(self.text):
            self.fail("", "the end of the document")
        lines = tuple(m.start() for m in re.finditer("\n", self.text))
        if self.found:
            raise DocumentError(*self.found)
        return Document(
            file=self.file, value=value, offsets=self.offsets, newlines=lines
        )

    def value(self, here: str, depth: int) -> JsonValue:
        self.space()
        self.offsets.setdefault(here, self.at)
        start = self.text[self.at : self.at + 1]
        if start == '"':
            return self.string(here)
        if start in ("{", "["):
            if depth >= _MAX_DEPTH:
                self.fail(here, f"at most {_MAX_DEPTH} levels of nesting", "too_deep")
            self.at += 1
            read = self.members if start == "{" else self.elements
            return read(here, depth + 1)
        return self.scalar(here)

    def members(self, here: str, depth: int) -> dict[str, JsonValue]:
        members: dict[str, JsonValue] = {}
        if self.skip("}"):
            return members
        while True:
            self.space()
            start = self.at
            key = self.string(here)
            there = pointer(here, key)
            if key in members:
                sentence = f"Expected each key once, but {key!r} is repeated."
                self.note(there, "duplicate_key", sentence, start)
            self.offsets[there] = start
            if not self.skip(":"):
                self.fail(there, "':' after the key")
            members[key] = self.value(there, depth)
            if self.skip("}"):
                return members
            if not self.skip(","):
                self.fail(there, "',' or '}' after the value")

    def elements(self, here: str, depth: int) -> list[JsonValue]:
        elements: list[JsonValue] = []
        if self.skip("]"):
            return elements
        while True:
            there = pointer(here, len(elements))
            elements.append(self.value(there, depth))
            if self.skip("]"):
                return elements
            if not self.skip(","):
                self.fail(there, "',' or ']' after the value")

    def string(self, here: str) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            self.fail(here, "a text in double quotes on one line")
        raw = match.group()
        if "\\" not in raw:
            self.at = match.end()
            return raw[1:-1]
        try:
            decoded = str(json.loads(raw))
        except json.JSONDecodeError:
            self.fail(here, "only the escapes of JSON in a text", "escape")
        self.at = match.end()
        if _UNSTORABLE.search(decoded):
            sentence = "Expected text without NUL and without half a surrogate pair."
            self.note(here, "unstorable_text", sentence, match.start())
        return decoded

    def scalar(self, here: str) -> JsonValue:
        number = _NUMBER.match(self.text, self.at)
        if number is not None:
            self.at = number.end()
            return self.number(here, number)
        word = _WORD.match(self.text, self.at)
        if word is None or word.group() not in _LITERALS:
            self.fail(here, "a JSON value")
        self.at = word.end()
        return _LITERALS[word.group()]

    def number(self, here: str, match: re.Match[str]) -> int | Decimal:
        text, fraction, exponent = match.group(0, 1, 2)
        if len(text) <= _MAX_NUMBER_TEXT:
            if fraction is None and exponent is None:
                if _MIN_INTEGER <= int(text) <= _MAX_INTEGER:
                    return int(text)
            elif exponent is None or abs(int(exponent[1:])) <= _MAX_EXPONENT:
                return Decimal(text)
        sentence = f"Expected a number that can be kept exactly, but got {text[:40]}."
        self.note(here, "number_range", sentence, match.start())
        return 0

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def skip(self, sign: str) -> bool:
        self.space()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += 1
        return True

    def fail(self, here: str, expected: str, code: str = "syntax") -> NoReturn:
        word = _WORD.match(self.text, self.at)
        found = repr(word.group() if word else self.text[self.at : self.at + 1])
        if self.at >= len(self.text):
            found = "the end"
        sentence = f"Expected {expected}, but found {found}."
        raise DocumentError(self.problem(here, code, sentence, self.at))

    def note(self, here: str, code: str, sentence: str, at: int) -> None:
        self.found.append(self.problem(here, code, sentence, at))
        if len(self.found) >= _MAX_PROBLEMS:
            raise DocumentError(*self.found)

    def problem(self, here: str, code: str, sentence: str, at: int) -> Problem:
        line = self.text.count("\n", 0, at) + 1
        return placed(self.file, line, here, code, sentence)
