"""
The text of a condition → its words and signs, each with its place.

Only ASCII names without dots exist, so nothing can be named that is not an input.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from approval_engine.policy.conditions.error import ConditionError

MAX_LENGTH = 500
MAX_TOKENS = 200

RESERVED = frozenset(
    {
        "and",
        "contains",
        "date",
        "empty",
        "false",
        "in",
        "list",
        "not",
        "null",
        "or",
        "true",
    }
)
"""Words of the language, which can therefore not be names."""

_PATTERN = re.compile(
    r"""(?P<number>[0-9]+(?:\.[0-9]+)?(?![0-9A-Za-z_]))
      | (?P<string>"(?:[^"\\]|\\["'\\])*"|'(?:[^'\\]|\\["'\\])*')
      | (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<sign>\.\.|<=|>=|!=|==|&&|\|\||[-<>=!+*/()\[\],?])""",
    re.VERBOSE,
)
_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPE = re.compile(r"\\(.)")
_SAME = {"==": "=", "&&": "and", "||": "or", "!": "not"}


class Sort(StrEnum):
    """
    What a token is.
    """

    NUMBER = "number"
    STRING = "string"
    NAME = "name"
    SIGN = "sign"  # also the reserved words
    END = "end"


class Token(NamedTuple):
    """
    One word or sign: `text` is unquoted and has one spelling per meaning.
    """

    sort: Sort
    text: str
    start: int
    end: int


def tokens(text: str) -> tuple[Token, ...]:
    """
    All tokens in order, the last one of sort END.

    Raises ConditionError at the first character that starts no token.
    """
    if len(text) > MAX_LENGTH:
        sentence = f"Expected at most {MAX_LENGTH} characters, but got {len(text)}."
        raise ConditionError(sentence, MAX_LENGTH)
    found = tuple(_scan(text))
    if len(found) > MAX_TOKENS:
        sentence = f"Expected at most {MAX_TOKENS} words and signs."
        raise ConditionError(sentence, found[MAX_TOKENS].start)
    return found


def _scan(text: str) -> Iterator[Token]:
    at = _after_space(text, 0)
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            raise ConditionError(_unknown(text, at), at)
        yield _token(match)
        at = _after_space(text, match.end())
    yield Token(Sort.END, "", len(text), len(text))


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _token(match: re.Match[str]) -> Token:
    text = match.group()
    sort = Sort(str(match.lastgroup))
    if sort is Sort.STRING:
        text = _ESCAPE.sub(r"\1", text[1:-1])
    elif sort is Sort.NAME and text in RESERVED:
        sort = Sort.SIGN
    elif sort is Sort.SIGN:
        text = _SAME.get(text, text)
    return Token(sort, text, match.start(), match.end())


def _unknown(text: str, at: int) -> str:
    sign = text[at]
    if sign in "\"'":
        return "Expected a closing quote, and only the escapes \\\\, \\\" and \\'."
    if sign in "“”‘’„":  # noqa: RUF001 the quotes that people paste
        return f"Expected straight quotes around a text, but got {sign}."
    if sign == ".":
        return "Expected a plain name or number, but got a dot: nothing has parts."
    if sign.isdigit():
        return "Expected a plain decimal number, such as 12.5."
    return f"Expected a condition, but {sign!r} is no part of its language."
