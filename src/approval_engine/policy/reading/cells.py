"""
Cells and rows of tests, and expressions: parsed, and of kinds that fit their names.
"""

from collections.abc import Mapping

from approval_engine.documents.node import Node
from approval_engine.policy.conditions import (
    ConditionError,
    Expression,
    Kind,
    inputs_of,
    kind_of,
    literals_of,
    misuses,
    parse_expression,
    parse_unary,
)
from approval_engine.policy.conditions.tree import (
    Arithmetic,
    Comparison,
    Literal,
    Name,
    Negative,
    UnaryTest,
)
from approval_engine.policy.conditions.walk import nodes
from approval_engine.policy.model import Row, Test
from approval_engine.policy.reading.draft import Draft, hint

_CALCULATION = Literal | Name | Negative | Arithmetic | Comparison


def read_row(draft: Draft, node: Node, kinds: Mapping[str, Kind]) -> Row:
    """
    The tests of an object; a cell with a problem is left out.
    """
    found = (_read_test(draft, name, cell, kinds) for name, cell in node.children())
    return Row(tests=tuple(test for test in found if test))


def read_expression(
    node: Node, wanted: Kind, kinds: Mapping[str, Kind]
) -> Expression | None:
    """
    A calculation or comparison over inputs; None after noting what is wrong.
    """
    text = node.text()
    try:
        expression = parse_expression(text)
    except ConditionError as error:
        _refuse(node, text, error)
        return None
    if not all(isinstance(part, _CALCULATION) for part in nodes(expression)):
        node.problem("expression", "Expected only + - * / and comparisons over inputs.")
        return None
    kind, sentences = kind_of(expression, kinds)
    for sentence in sentences:
        node.problem("type", sentence)
    if not sentences and kind is not wanted:
        node.problem("type", f"Expected a {wanted}, but the expression is a {kind}.")
    return expression


def _read_test(
    draft: Draft, name: str, node: Node, kinds: Mapping[str, Kind]
) -> Test | None:
    if name not in kinds:
        sentence = f"Expected a declared input, but got '{name}'{hint(name, kinds)}"
        node.problem("unknown_input", sentence)
        return None
    text = node.text()
    try:
        test = parse_unary(text)
    except ConditionError as error:
        _refuse(node, text, error)
        return None
    for sentence in misuses(test, kinds[name], kinds):
        node.problem("type", sentence)
    _check_values(draft, name, node, test)
    return Test(name=name, test=test, text=text)


def _refuse(node: Node, text: str, error: ConditionError) -> None:
    place = f" (character {(error.offset or 0) + 1} of '{text}')"
    node.problem("condition", error.sentence.rstrip(".") + place + ".")


def _check_values(draft: Draft, name: str, node: Node, test: UnaryTest) -> None:
    """
    Note literals that the input can never be; tests over other names may name others.
    """
    declared = draft.values.get(name)
    if declared is None or inputs_of(test):
        return
    for value in literals_of(test):
        if isinstance(value, str) and value not in declared:
            sentence = f"Expected a declared value of '{name}', but got '{value}'"
            node.problem("unknown_value", sentence + hint(value, declared))
