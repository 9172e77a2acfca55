"""
The texts of a table → tests and expressions of the closed language, or why not.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from lxml import etree

from approval_engine.definitions.dmn.namespaces import CAMUNDA
from approval_engine.definitions.dmn.source import Source, place
from approval_engine.policy.conditions import (
    ConditionError,
    Expression,
    Kind,
    UnaryTest,
    inputs_of,
    kind_of,
    misuses,
    parse_condition,
    parse_unary,
)
from approval_engine.policy.conditions.tree import Always, Literal

Tree = TypeVar("Tree")

KINDS = {
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "decimal": Kind.NUMBER,
    "double": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "list": Kind.LIST,
    "long": Kind.NUMBER,
    "number": Kind.NUMBER,
    "string": Kind.STRING,
}
"""What the types of Camunda Modeler hold; of other types nothing is known."""

_SHORT = 60
"""So many characters of a cell fit into a sentence about it."""

NULL = Literal(value=None)
_FEEL = re.compile(r"(feel|https?://www\.omg\.org/spec/(FEEL|DMN)/.*)", re.IGNORECASE)
_JUEL = re.compile(r"(juel|http://www\.jcp\.org/en/jsr/detail\?id=245)", re.IGNORECASE)
_WRAPPED = re.compile(r"\s*[$#]\{.*\}\s*", re.DOTALL)


def type_of(element: etree._Element) -> tuple[str, Kind]:
    """
    The declared type of an element and what is known of values of it.
    """
    name = (element.get("typeRef") or "").strip()
    return name, KINDS.get(name.rpartition(":")[2].lower(), Kind.ANY)


def read_test(source: Source, element: etree._Element, kind: Kind) -> UnaryTest:
    """
    The unary test in an element, which is to judge values of that kind.
    """
    text = source.text(element)
    _language(source, element, text, juel=False)
    test = _parsed(source, element, text, parse_unary) if text.strip() else None
    if test is None:
        return Always()
    names = dict.fromkeys(inputs_of(test), Kind.ANY)
    for sentence in misuses(test, kind, names):
        source.note(place(element), "type", _at(sentence, text))
    return test


def read_expression(
    source: Source, element: etree._Element, wanted: Kind = Kind.ANY
) -> Expression:
    """
    The expression in an element, of which a value of that kind is wanted.
    """
    text = source.text(element)
    _language(source, element, text, juel=True)
    parsed = _parsed(source, element, text, parse_condition) if text.strip() else None
    if parsed is None:
        return NULL
    kind, sentences = kind_of(parsed, dict.fromkeys(inputs_of(parsed), Kind.ANY))
    if not sentences and Kind.ANY not in (kind, wanted) and kind is not wanted:
        sentences = (f"Expected a {wanted}, as the column says, but got a {kind}.",)
    for sentence in sentences:
        source.note(place(element), "type", _at(sentence, text))
    return parsed


def check_variable(
    source: Source, clause: etree._Element, element: etree._Element, test: UnaryTest
) -> None:
    """
    Note a cell that reads its own value by the name that Camunda lets one give it.
    """
    name = clause.get(f"{{{CAMUNDA}}}inputVariable") or "cellInput"
    if name in inputs_of(test):
        sentence = f"Expected '?' for the cell's own value, but got '{name}'."
        source.note(place(element), "input_variable", sentence)


def _parsed(
    source: Source,
    element: etree._Element,
    text: str,
    parse: Callable[[str], Tree],
) -> Tree | None:
    try:
        return parse(text)
    except ConditionError as error:
        sentence = _at(error.sentence, text, (error.offset or 0) + 1)
        source.note(place(element), "condition", sentence)
        return None


def _at(sentence: str, text: str, character: int | None = None) -> str:
    short = text.strip() if len(text) <= _SHORT else f"{text[:_SHORT].strip()}…"
    where = (
        f"in '{short}'" if character is None else f"character {character} of '{short}'"
    )
    return f"{sentence.rstrip('.')} ({where})."


def _language(
    source: Source, element: etree._Element, text: str, *, juel: bool
) -> None:
    """
    Note a language that is none of ours, or text that means something else in it.
    """
    language = element.get("expressionLanguage") or source.root.get(
        "expressionLanguage", ""
    )
    if not text.strip() or not language or _FEEL.fullmatch(language.strip()):
        return
    if not _JUEL.fullmatch(language.strip()):
        sentence = f"Expected the language FEEL, but got '{language}': write the cell"
        sentence += ' as a FEEL test or value, such as < 24 or "EMEA".'
        source.note(place(element), "language", sentence)
    elif not juel:
        sentence = "Expected a FEEL test such as < 24 in a cell, but got JUEL."
        source.note(place(element), "language", sentence)
    elif not _WRAPPED.fullmatch(text):
        sentence = "Expected JUEL as ${…}, for without it this is a text in JUEL."
        source.note(place(element), "language", sentence)
