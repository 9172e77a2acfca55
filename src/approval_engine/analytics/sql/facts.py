"""
The columns of a table of quotes → what each input of a policy is in SQL.

A table says what a quote without lines of its own says; what the policy refuses of it
is put aside.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Numeric,
    String,
    and_,
    case,
    func,
    literal,
    or_,
)

from approval_engine.analytics.sql.lists import strange
from approval_engine.analytics.sql.reader import Reader, Terms
from approval_engine.analytics.sql.terms import (
    Day,
    Nothing,
    Number,
    Several,
    Term,
    Text,
    Truth,
    Unsayable,
    Where,
    compare,
    exact,
    is_null,
)
from approval_engine.policy.conditions import Kind
from approval_engine.policy.conditions.tree import Relation
from approval_engine.policy.currency import largest_amount
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import Input, InputType, Policy

Columns: TypeAlias = Mapping[str, ColumnElement[Any]]
"""What a table has, by the snake_case names of a quote."""

UNFIT = " does not fit"
"""What stands behind the name of a column in that of one that says where it is none."""

LARGEST = Decimal(2**53)
FINEST = 12
"""So many decimal places are compared at most."""

_UNTOLD_PLACES = 6
"""Kept of a number whose column does not say how many it has."""

_KINDS = {
    Kind.NUMBER: InputType.NUMBER,
    Kind.STRING: InputType.STRING,
}


class Misfit(Unsayable):
    """
    A table lacks a `column`, or that one cannot hold what it must hold.
    """

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Facts:
    """
    What names are in SQL: of a quote as a whole, and as its own one line.

    `aside` is true in rows that are for the plain evaluator.
    """

    whole: Terms
    lines: Terms
    aside: tuple[Where, ...]


@dataclass(kw_only=True, slots=True, eq=False)
class _Making:
    policy: Policy
    columns: Columns
    terms: dict[str, Term] = field(default_factory=dict)
    aside: list[Where] = field(default_factory=list)

    def add(self, each: Input) -> None:
        stated: Term = Nothing()
        if each.name in self.columns:
            largest = LARGEST
            if each.type is InputType.MONEY:
                largest = largest_amount(self.policy.currency)
            stated = self.column(each.name, each.type, each.values, largest)
        found = stated
        if each.expr is not None:
            found = Reader(self.terms, self.aside).value(each.expr, Nothing())
            self.aside += _disagreeing(stated, found)
        elif each.aggregate is not None and each.aggregate.empty is not None:
            found = _or_else(stated, each.aggregate.empty)
        if not (each.optional or each.name in self.policy.line_inputs):
            self.aside.append(is_null(found))
        self.terms[each.name] = found

    def column(
        self, name: str, kind: InputType, values: tuple[str, ...], largest: Decimal
    ) -> Term:
        """
        A column as what an input of that type is. Raises Unsayable if it is none.
        """
        sql = self.columns[name]
        if f"{name}{UNFIT}" in self.columns:
            self.aside.append(self.columns[f"{name}{UNFIT}"])
        match kind:
            case InputType.NUMBER | InputType.MONEY if _is_exact(sql):
                return self.number(sql, name, largest)
            case InputType.STRING if isinstance(sql.type, String):
                if values:
                    self.aside.append(sql.not_in(values))
                return Text(sql=sql)
            case InputType.BOOLEAN if isinstance(sql.type, Boolean):
                return Truth(sql=sql)
            case InputType.DATE if isinstance(sql.type, Date):
                return Day(sql=sql)
            case InputType.LIST if isinstance(sql.type, ARRAY):
                return self.several(sql, name, values)
        raise _misfit(name, kind, sql)

    def number(self, sql: ColumnElement[Any], name: str, largest: Decimal) -> Term:
        whole = len(str(int(largest)))
        scale: int | None = 0
        if isinstance(sql.type, Numeric):
            scale = sql.type.scale
            if sql.type.precision is not None:
                whole = min(whole, max(1, sql.type.precision - (scale or 0)))
        places = _UNTOLD_PLACES if scale is None else scale
        if places > FINEST:
            sentence = (
                f"Expected column '{name}' with at most {FINEST} decimal places, but it"
                f" has {places}."
            )
            raise Misfit(name, sentence)
        # What is too large would break the query in which it is calculated with.
        fits = sql.between(literal(-largest), literal(largest))
        found = exact(case((fits, sql)), whole, places)
        self.aside.append(~fits)
        if scale is None:
            self.aside.append(and_(fits, found.sql != sql))
        return found

    def several(
        self, sql: ColumnElement[Any], name: str, values: tuple[str, ...]
    ) -> Several:
        if not values:
            sentence = (
                f"Expected input '{name}' to declare its values, for SQL looks for each"
                " of them in the list."
            )
            raise Unsayable(sentence)
        self.aside.append(strange(sql, values))
        return Several(sql=sql, values=values)


def facts_of(policy: Policy, columns: Columns) -> Facts:
    """
    What a policy reads of a table of quotes.

    Raises Misfit if the table has no currency or a column of another type than its
    input, Unsayable if something cannot be calculated exactly.
    """
    if "currency" not in columns:
        raise lacking("currency")
    making = _Making(policy=policy, columns=columns)
    currency = columns["currency"]
    making.aside.append(currency.is_distinct_from(literal(policy.currency)))
    for each in policy.inputs:
        making.add(each)
    # What states no lines stands for its one line.
    beside = dict(_beside(making))
    return Facts(
        whole=making.terms,
        lines={**beside, **making.terms},
        aside=tuple(making.aside),
    )


def _beside(making: _Making) -> Iterator[tuple[str, Term]]:
    for name, kind in LINE_KINDS.items():
        # What the table calls its key is the id of the quote, and none of a line.
        if name != "id" and name in making.columns and name not in making.terms:
            yield name, making.column(name, _KINDS[kind], (), LARGEST)


def _or_else(stated: Term, empty: object) -> Term:
    if not isinstance(empty, Decimal | int):
        raise Unsayable("Expected a number where no line is.")
    other = Decimal(empty)
    places = max(0, -int(other.as_tuple().exponent))
    digits = max(1, len(str(abs(int(other)))))
    if isinstance(stated, Nothing):
        return exact(literal(other), digits, places)
    if not isinstance(stated, Number):
        raise Unsayable("Expected a column of numbers where lines are added up.")
    both = func.coalesce(stated.sql, literal(other))
    return exact(both, max(digits, stated.digits), max(places, stated.places))


def _disagreeing(stated: Term, found: Term) -> Iterator[Where]:
    """
    Where something is stated that is not, to the last digit, what it comes to.
    """
    if isinstance(stated, Nothing):
        return
    same = func.coalesce(compare(Relation.EQUAL, found, stated), literal(value=False))
    yield and_(~is_null(stated), or_(~same))


def _is_exact(sql: ColumnElement[Any]) -> bool:
    kind = sql.type
    return isinstance(kind, Integer) or (isinstance(kind, Numeric) and kind.asdecimal)


def lacking(name: str) -> Misfit:
    """
    The refusal of a table without a column that no quote can do without.
    """
    return Misfit(name, f"Expected a column '{name}' in the table of quotes.")


def _misfit(name: str, kind: InputType, sql: ColumnElement[Any]) -> Misfit:
    sentence = f"Expected column '{name}' to hold what a {kind} is, exactly"
    return Misfit(name, f"{sentence}, but it is of type {sql.type}.")
