"""
The conditions of one gateway → the names in them, and what each is compared with.

A calculation over names counts as one more name. If one of its own names stands
elsewhere too, the two are not free of each other, and what looks possible may not be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import (
    Expression,
    UnaryTest,
    evaluate,
    inputs_of,
    tree,
)
from approval_engine.policy.conditions.walk import nodes

_CALCULATION = "calculation "


@dataclass(kw_only=True)
class Terms:
    """
    What is known of the names in some conditions.

    `groups` are the names and literals that are compared with each other. `lists` and
    `truths` are the names used as such, `nullable` those asked whether they are there;
    `bound` if some are not free of each other; `odd` if something is asked that has no
    representative values.
    """

    conditions: tuple[Expression, ...]
    calculations: dict[str, Expression] = field(default_factory=dict)
    groups: list[tuple[set[str], list[Value]]] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)
    truths: set[str] = field(default_factory=set)
    nullable: set[str] = field(default_factory=set)
    bound: bool = False
    odd: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """
        Every name, calculations too, in alphabetical order.
        """
        return tuple(sorted(set().union(*map(inputs_of, self.conditions))))

    def group(self, name: str) -> tuple[set[str], list[Value]]:
        """
        The names and literals that this name is compared with, itself included.
        """
        return next((g for g in self.groups if name in g[0]), ({name}, []))


def terms_of(conditions: tuple[Expression, ...]) -> Terms:
    """
    The terms of these conditions.
    """
    calculations: dict[Expression, str] = {}
    simple = tuple(_simplified(each, calculations) for each in conditions)
    found = Terms(conditions=simple)
    found.calculations = {name: each for each, name in calculations.items()}
    plain = set(found.names) - set(found.calculations)
    for calculation in calculations:
        names = inputs_of(calculation)
        found.bound = found.bound or bool(names & plain)
        plain |= names
    for condition in simple:
        _truth(found, condition)
        for part in nodes(condition):
            _note(found, part)
    return found


def _simplified(
    expression: Expression, calculations: dict[Expression, str]
) -> Expression:
    if isinstance(expression, tree.Arithmetic | tree.Negative):
        if not inputs_of(expression):
            return tree.Literal(value=evaluate(expression, {}))
        number = len(calculations)
        name = calculations.setdefault(expression, f"{_CALCULATION}{number}")
        return tree.Name(name=name)
    # What a node of a tree has, and of which type, differs from kind to kind.
    changes: dict[str, Any] = {}
    for each in fields(expression):
        part = getattr(expression, each.name)
        if isinstance(part, tuple):
            changes[each.name] = tuple(_part(one, calculations) for one in part)
        else:
            changes[each.name] = _part(part, calculations)
    return replace(expression, **changes)


def _part(part: Any, calculations: dict[Expression, str]) -> Any:  # noqa: ANN401 - as above
    if isinstance(part, Expression | UnaryTest):
        return _simplified(cast("Expression", part), calculations)
    return part


def _note(found: Terms, part: Expression | UnaryTest) -> None:
    match part:
        case tree.Comparison():
            _together(found, (part.left, part.right))
        case tree.Member():
            _member(found, part)
        case tree.Logic():
            _truth(found, *part.operands)
        case tree.Not():
            _truth(found, part.operand)
        case tree.IsNull() | tree.Empty():
            _may_be_null(found, part.operand)
        case tree.Contains():
            _contains(found, part)


def _truth(found: Terms, *conditions: Expression) -> None:
    found.truths |= {each.name for each in conditions if isinstance(each, tree.Name)}


def _member(found: Terms, part: tree.Member) -> None:
    _together(found, (part.needle, *_operands(part.test)))
    asked = any(isinstance(each, tree.Missing) for each in nodes(part.test))
    if asked:
        _may_be_null(found, part.needle)


def _may_be_null(found: Terms, term: Expression) -> None:
    if isinstance(term, tree.Name):
        found.nullable.add(term.name)


def _contains(found: Terms, part: tree.Contains) -> None:
    known = isinstance(part.container, tree.Name | tree.Literal | tree.Sequence)
    if not (known and isinstance(part.item, tree.Literal)):
        found.odd = True
    if isinstance(part.container, tree.Name):
        found.lists.add(part.container.name)
    _together(found, (part.container, part.item))


def _operands(test: UnaryTest) -> Iterator[Expression]:
    """
    What a test compares its subject with, and perhaps a little more.
    """
    for part in nodes(test):
        if isinstance(part, tree.Name | tree.Literal):
            yield part


def _together(found: Terms, terms: tuple[Expression, ...]) -> None:
    names = {each.name for each in terms if isinstance(each, tree.Name)}
    literals = [each.value for each in terms if isinstance(each, tree.Literal)]
    for each in terms:
        if isinstance(each, tree.Sequence):
            literals += [i.value for i in each.items if isinstance(i, tree.Literal)]
    if not names:
        return
    apart = []
    for group in found.groups:
        if group[0] & names:
            names |= group[0]
            literals = [*group[1], *literals]
        else:
            apart.append(group)
    found.groups = [*apart, (names, literals)]


def spoken(expression: Expression) -> str:
    """
    A calculation as it would be written.
    """
    match expression:
        case tree.Name():
            return expression.name
        case tree.Literal():
            return str(expression.value)
        case tree.Negative():
            return f"-{spoken(expression.operand)}"
        case tree.Arithmetic():
            return (
                f"({spoken(expression.left)} {expression.sign}"
                f" {spoken(expression.right)})"
            )
    return "?"
