"""
The texts of a file → expressions, words and numbers, each parsed once.

What an expression reads is remembered, and judged when all names are known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from approval_engine.definitions.model import Words
from approval_engine.definitions.reading.source import Source
from approval_engine.policy.conditions import (
    RESERVED,
    ConditionError,
    Expression,
    Kind,
    parse_condition,
)
from approval_engine.policy.conditions.tree import Literal, Sequence

NO_NAMES: Mapping[str, Kind] = MappingProxyType({})

_MARKED = re.compile(r"\s*(?:[$#]\{|=(?!=))")
_CALL = re.compile(r"[\w.)\]]+\s*\(")
_WORD = re.compile(r"[\w .@+&-]{1,100}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_OWN_CALLS = frozenset({"contains", "date", "empty", "not", "list contains"})
_SHOWN = 60
_SPELT = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_SPELT_OUT = re.compile(rf"\s({'|'.join(_SPELT)})\s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """
    An expression that stands at an element and the kinds of value it may have.

    `local` are names that are known only there.
    """

    element: etree._Element
    expression: Expression
    kinds: tuple[Kind, ...]
    local: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """
    The texts of one file, and every expression in it that was read so far.

    `types` says of each name that the process gives a value what that value is.
    """

    source: Source
    reads: list[Read] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)

    def expression(
        self,
        element: etree._Element,
        text: str,
        *kinds: Kind,
        local: Mapping[str, Kind] = NO_NAMES,
    ) -> Expression | None:
        """
        An expression of our language, marked or plain; None with a problem if it fails.
        """
        try:
            parsed = parse_condition(text)
        except ConditionError as error:
            self.source.refuse(element, "condition", _refusal(text, error))
            return None
        self.reads.append(
            Read(element=element, expression=parsed, kinds=kinds, local=local)
        )
        return parsed

    def words(
        self,
        element: etree._Element,
        what: str,
        text: str | None,
        local: Mapping[str, Kind] = NO_NAMES,
    ) -> Words:
        """
        Names with commas between them, or an expression that gives them.
        """
        if text is None or not text.strip():
            return ()
        if is_marked(text):
            parsed = self.expression(
                element, text, Kind.STRING, Kind.LIST, Kind.ANY, local=local
            )
            return () if parsed is None else _plain(parsed)
        names = tuple(name.strip() for name in text.split(","))
        wrong = next((name for name in names if not _WORD.fullmatch(name)), None)
        if wrong is not None:
            sentence = (
                f"Expected {what} to be names with commas between them, or one"
                f" expression such as ${{name}}, but got {shown(wrong)}."
            )
            self.source.refuse(element, "name", sentence)
            return ()
        return names

    def declare(self, element: etree._Element, name: str, kind: str) -> None:
        """
        Remember what the value of a name is; everywhere it must be the same.
        """
        other = self.types.setdefault(name, kind)
        if other != kind:
            sentence = (
                f"Expected {name!r} to be a {other} here too, but it is a {kind}: give"
                " one of them another name."
            )
            self.source.refuse(element, "name", sentence)

    def number(self, element: etree._Element, what: str, text: str) -> int | None:
        """
        A whole number; None with a problem if it is none.
        """
        plain = text.strip()
        if plain.startswith("="):
            plain = plain[1:].strip()
        if _NUMBER.fullmatch(plain):
            return int(plain)
        sentence = f"Expected {what} to be a whole number, but got {shown(text)}."
        self.source.refuse(element, "number", sentence)
        return None

    def name(self, element: etree._Element, what: str, text: str) -> str | None:
        """
        A name that conditions can read; None with a problem if they cannot.
        """
        if _NAME.fullmatch(text) and text not in RESERVED:
            return text
        sentence = (
            f"Expected {what} to be a name of letters, digits and _ that begins with a"
            f" letter, but got {shown(text)}."
        )
        self.source.refuse(element, "name", sentence)
        return None


def is_marked(text: str) -> bool:
    """
    Whether a text says that it is an expression: `${…}`, `#{…}` or `= …`.
    """
    return _MARKED.match(text) is not None


def shown(text: str) -> str:
    """
    A text of the file as a sentence quotes it.
    """
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…")


def _plain(expression: Expression) -> Words:
    """
    Names that are written out, however they are written.
    """
    items = expression.items if isinstance(expression, Sequence) else (expression,)
    texts = tuple(
        item.value
        for item in items
        if isinstance(item, Literal) and isinstance(item.value, str)
    )
    return texts if len(texts) == len(items) else expression


def _refusal(text: str, error: ConditionError) -> str:
    if "getDataObject" in text:
        return (
            f"Expected a condition, but {shown(text)} reads a data object with"
            " bpmn:getDataObject, and data is only drawn: write the name alone."
        )
    calls = [call[:-1].strip() for call in _CALL.findall(text)]
    called = next((call for call in calls if call and call not in _OWN_CALLS), None)
    if called is not None:
        return (
            f"Expected a condition, but {shown(text)} calls {called[:_SHOWN]}, and"
            " nothing is called here: compare names with values, or ask a decision"
            " table first."
        )
    spelt = _SPELT_OUT.search(text)
    if spelt is not None:
        word = spelt.group(1)
        return f"Expected `{_SPELT[word]}` instead of `{word}` in {shown(text)}."
    return (
        f"Expected a condition in our language, but in {shown(text)}: {error.sentence}"
    )
