"""
What stands in a condition, as SQL: exact numbers with their width, texts, days, lists.

All arithmetic of the language is exact to 34 digits, so no number may have more; then
databases, which count in 38 digits or without an end, come to the same.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Numeric,
    and_,
    case,
    cast,
    false,
    literal,
    null,
    or_,
    true,
)

from approval_engine.errors import WrongOption
from approval_engine.policy.conditions.tree import Relation, Sign

MOST_DIGITS = 34
"""So many digits the language keeps."""

_ROOM = 38
"""So many digits a DECIMAL has where it has most."""

UNKNOWN: ColumnElement[bool] = cast(null(), Boolean)
YES, NO = true(), false()

Where: TypeAlias = ColumnElement[bool]


class Unsayable(WrongOption):
    """
    What SQL cannot say exactly; the plain evaluator can.
    """


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Number:
    """
    An exact number of at most so many `digits` before the point and `places` behind it.
    """

    sql: ColumnElement[Any]
    digits: int
    places: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Quotient:
    """
    One number by another, which is only compared and never rounded.
    """

    over: Number
    under: Number


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Text:
    """
    A text; `known` if it is written in the condition.
    """

    sql: ColumnElement[Any]
    known: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Truth:
    """
    True, false or unknown.
    """

    sql: Where


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Day:
    """
    A date.
    """

    sql: ColumnElement[Any]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Several:
    """
    A list of texts, all among `values`.
    """

    sql: ColumnElement[Any]
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Written:
    """
    A list that is written in the condition.
    """

    items: tuple["Term", ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Nothing:
    """
    Null, in every row.
    """


Term: TypeAlias = Number | Quotient | Text | Truth | Day | Several | Written | Nothing


def number(value: Decimal) -> Number:
    """
    A number that is written in a condition.
    """
    _, digits, exponent = value.as_tuple()
    places = max(0, -int(exponent))
    whole = max(1, len(digits) + int(exponent))
    return exact(literal(value, Numeric(whole + places, places)), whole, places)


def exact(sql: ColumnElement[Any], digits: int, places: int) -> Number:
    """
    A number in a column of that width. Raises Unsayable if it may be too wide.
    """
    if digits + places > MOST_DIGITS:
        sentence = (
            f"Expected numbers of at most {MOST_DIGITS} digits, but a result in the"
            f" policy may have {digits + places}; SQL cannot keep them exactly."
        )
        raise Unsayable(sentence)
    kind = Numeric(digits + places, places)
    return Number(sql=cast(sql, kind), digits=digits, places=places)


def calculate(sign: Sign, left: Term, right: Term) -> Number | Quotient | Nothing:
    """
    The result of an operation. Raises Unsayable.
    """
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return Nothing()
    if isinstance(left, Quotient) or isinstance(right, Quotient):
        sentence = "Expected no calculation with a quotient, which SQL would round."
        raise Unsayable(sentence)
    if not (isinstance(left, Number) and isinstance(right, Number)):
        raise Unsayable(f"Expected two numbers around '{sign}'.")
    if sign is Sign.OVER:
        return Quotient(over=left, under=right)
    if sign is Sign.TIMES:
        digits, places = left.digits + right.digits, left.places + right.places
        return exact(left.sql * right.sql, digits, places)
    places = max(left.places, right.places)
    digits = max(left.digits, right.digits) + 1
    add = sign is Sign.PLUS
    both = left.sql + right.sql if add else left.sql - right.sql
    return exact(both, digits, places)


def compare(relation: Relation, left: Term, right: Term) -> Where:
    """
    Whether the relation holds. Raises Unsayable.
    """
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return UNKNOWN
    if isinstance(left, Quotient):
        return _of_quotient(relation, left, right)
    if isinstance(right, Quotient):
        return _of_quotient(relation.turned, right, left)
    if isinstance(left, Number) and isinstance(right, Number):
        _must_have_room(left, right)
        return _related(relation, left.sql, right.sql)
    if isinstance(left, Day) and isinstance(right, Day):
        return _related(relation, left.sql, right.sql)
    if relation in (Relation.EQUAL, Relation.UNEQUAL):
        found = _equal(left, right)
        if found is not None:
            return found if relation is Relation.EQUAL else ~found
    sentence = (
        f"Expected values around '{relation}' that SQL can compare, but got"
        f" {_said(left)} and {_said(right)}."
    )
    raise Unsayable(sentence)


def _equal(left: Term, right: Term) -> Where | None:
    if isinstance(left, Text) and isinstance(right, Text):
        if left.known is not None and right.known is not None:
            return YES if left.known == right.known else NO
        return left.sql == right.sql
    if isinstance(left, Truth) and isinstance(right, Truth):
        # Databases disagree on how truth values are compared, but not on this.
        both, neither = and_(left.sql, right.sql), and_(~left.sql, ~right.sql)
        known = and_(left.sql.is_not(None), right.sql.is_not(None))
        return case((known, or_(both, neither)))
    return None


def is_null(term: Term) -> Where:
    """
    Whether there is no value.
    """
    if isinstance(term, Quotient):
        return or_(term.over.sql.is_(None), term.under.sql.is_(None))
    if isinstance(term, Nothing):
        return YES
    if isinstance(term, Written):
        return NO
    return term.sql.is_(None)


def broken(term: Quotient) -> Where:
    """
    Where something would be divided by zero.
    """
    return and_(term.under.sql == 0, term.over.sql.is_not(None))


def _of_quotient(relation: Relation, left: Quotient, right: Term) -> Where:
    if not isinstance(right, Number):
        raise Unsayable("Expected a number beside a quotient, which SQL would round.")
    over, under = left.over, left.under
    product = calculate(Sign.TIMES, right, under)
    assert isinstance(product, Number)  # noqa: S101 two numbers make one
    _must_have_room(over, product)
    # Then no rounding to 34 digits makes a quotient equal to what it is not.
    if over.digits + max(over.places, product.places) >= MOST_DIGITS:
        sentence = "Expected a quotient of numbers with fewer digits to be compared."
        raise Unsayable(sentence)
    # a / b < c is a < b * c, and the other way round where b is negative.
    return case(
        (under.sql > 0, _related(relation, over.sql, product.sql)),
        (under.sql < 0, _related(relation.turned, over.sql, product.sql)),
    )


def _must_have_room(left: Number, right: Number) -> None:
    digits = max(left.digits, right.digits) + max(left.places, right.places)
    if digits > _ROOM:
        sentence = (
            f"Expected numbers that compare within {_ROOM} digits, but that takes"
            f" {digits}."
        )
        raise Unsayable(sentence)


def _related(
    relation: Relation, left: ColumnElement[Any], right: ColumnElement[Any]
) -> Where:
    found: Where = relation.of(left, right)
    return found


def _said(term: Term) -> str:
    return _KINDS[type(term)]


_KINDS: dict[type, str] = {
    Number: "a number",
    Quotient: "a quotient",
    Text: "a text",
    Truth: "a truth value",
    Day: "a date",
    Several: "a list",
    Written: "a list",
}
