"""
A place among the tokens of one text, and the refusal that names it.
"""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from approval_engine.policy.conditions.error import ConditionError
from approval_engine.policy.conditions.tokens import Sort, Token, tokens

Parsed = TypeVar("Parsed")

MAX_DEPTH = 16


class Cursor:
    """
    A place among the tokens of one text.
    """

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        """
        The token that was not yet taken.
        """
        return self.tokens[self.at]

    def sees(self, *signs: str) -> bool:
        """
        Whether the next token is one of these signs or words.
        """
        return self.next.sort is Sort.SIGN and self.next.text in signs

    def take(self, *signs: str) -> Token | None:
        """
        The next token if it is one of these signs or words.
        """
        return self.advance() if self.sees(*signs) else None

    def advance(self) -> Token:
        """
        The next token, whatever it is.
        """
        token = self.next
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        """
        Take this sign, or refuse the text.
        """
        if not self.take(sign):
            self.fail(f"{sign!r}")

    def fail(self, expected: str) -> NoReturn:
        """
        Refuse the text at the next token.
        """
        token = self.next
        found = "the end" if token.sort is Sort.END else repr(token.text)
        raise ConditionError(f"Expected {expected}, but found {found}.", token.start)

    def deeper(self, parse: Callable[[], Parsed]) -> Parsed:
        """
        One level of nesting further in.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"at most {MAX_DEPTH} levels of nesting")
        parsed = parse()
        self.depth -= 1
        return parsed
