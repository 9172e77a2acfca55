"""
A condition and what its names are in SQL → the same condition in SQL.

It walks the one tree of `policy.conditions`; null makes a result unknown in both.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from sqlalchemy import Boolean, and_, case, func, literal, or_

from approval_engine.analytics.sql.lists import has
from approval_engine.analytics.sql.terms import (
    NO,
    UNKNOWN,
    YES,
    Day,
    Nothing,
    Quotient,
    Several,
    Term,
    Text,
    Truth,
    Unsayable,
    Where,
    Written,
    broken,
    calculate,
    compare,
    is_null,
    number,
)
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import Expression, UnaryTest, tree
from approval_engine.policy.conditions.tree import Connective, Relation, Sign
from approval_engine.policy.conditions.walk import mentions_subject

Terms: TypeAlias = Mapping[str, Term]


class Reader:
    """
    Conditions over these names; `wrong` gathers where one has no answer at all.
    """

    def __init__(self, terms: Terms, wrong: list[Where]) -> None:
        self._terms, self._wrong = terms, wrong

    def test(self, test: UnaryTest, subject: Term) -> Where:
        """
        Whether the subject meets a test, a list if any of its elements does.
        """
        if isinstance(subject, Several):
            alone = self._test(test, Nothing())
            return case((subject.sql.is_(None), alone), else_=self._any(test, subject))
        return self._test(test, subject)

    def value(self, expression: Expression, subject: Term) -> Term:
        """
        The value of an expression.
        """
        match expression:
            case tree.Literal():
                return _written(expression.value)
            case tree.Name():
                return self._terms.get(expression.name, Nothing())
            case tree.Subject():
                return subject
            case tree.Sequence():
                items = (self.value(each, subject) for each in expression.items)
                return Written(items=tuple(items))
            case tree.Negative() | tree.Arithmetic():
                return self._calculated(expression, subject)
        return Truth(sql=self._truth(expression, subject))

    def _calculated(
        self, expression: tree.Negative | tree.Arithmetic, subject: Term
    ) -> Term:
        if isinstance(expression, tree.Negative):
            operand = self.value(expression.operand, subject)
            return calculate(Sign.MINUS, number(Decimal(0)), operand)
        left = self.value(expression.left, subject)
        found = calculate(expression.sign, left, self.value(expression.right, subject))
        if isinstance(found, Quotient):
            self._wrong.append(broken(found))
        return found

    def _test(self, test: UnaryTest, subject: Term) -> Where:
        match test:
            case tree.Compares():
                operand = self.value(test.operand, subject)
                return _compared(test.relation, subject, operand)
            case tree.Interval():
                return self._within(test, subject)
            case tree.Meets():
                return _truth_of(self.value(test.condition, subject))
            case tree.Fails():
                return ~self._test(test.test, subject)
            case tree.Either() | tree.Every():
                parts = [self._test(each, subject) for each in test.tests]
                return or_(*parts) if isinstance(test, tree.Either) else and_(*parts)
        return YES if isinstance(test, tree.Always) else is_null(subject)

    def _within(self, test: tree.Interval, subject: Term) -> Where:
        above = Relation.AT_LEAST if test.low_closed else Relation.MORE
        below = Relation.AT_MOST if test.high_closed else Relation.LESS
        return and_(
            compare(above, subject, self.value(test.low, subject)),
            compare(below, subject, self.value(test.high, subject)),
        )

    def _any(self, test: UnaryTest, subject: Several) -> Where:
        """
        Whether a list that is there meets a test.
        """
        match test:
            case tree.Meets():
                return _truth_of(self.value(test.condition, subject))
            case tree.Always() | tree.Missing():
                return YES if isinstance(test, tree.Always) else NO
            case tree.Fails() if self._as_a_whole(test):
                return ~self._any(test.test, subject)
            case tree.Either():
                return or_(*(self._any(each, subject) for each in test.tests))
            case tree.Every() if self._as_a_whole(test):
                return and_(*(self._any(each, subject) for each in test.tests))
        # Every element is one of the values, so each is asked for.
        return or_(
            *(
                and_(has(subject.sql, each), self._test(test, _text(each)))
                for each in subject.values
            )
        )

    def _as_a_whole(self, test: tree.Fails | tree.Every) -> bool:
        return mentions_subject(test) or test == tree.Fails(test=tree.Missing())

    def _truth(self, expression: Expression, subject: Term) -> Where:
        match expression:
            case tree.Comparison():
                left = self.value(expression.left, subject)
                right = self.value(expression.right, subject)
                return _equal_lists(expression.relation, left, right)
            case tree.Logic():
                parts = [
                    _truth_of(self.value(each, subject)) for each in expression.operands
                ]
                both = expression.connective is Connective.AND
                return and_(*parts) if both else or_(*parts)
            case tree.Not():
                return ~_truth_of(self.value(expression.operand, subject))
            case tree.Member():
                return self.test(
                    expression.test, self.value(expression.needle, subject)
                )
            case tree.Contains():
                container = self.value(expression.container, subject)
                return _contains(container, self.value(expression.item, subject))
            case tree.IsNull() | tree.Empty():
                operand = self.value(expression.operand, subject)
                nothing = is_null if isinstance(expression, tree.IsNull) else _is_empty
                return nothing(operand)
        raise Unsayable("Expected a condition that SQL can say.")


def _written(value: Value) -> Term:
    if value is None:
        return Nothing()
    if isinstance(value, bool):
        return Truth(sql=YES if value else NO)
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, date):
        return Day(sql=literal(value))
    if isinstance(value, str):
        return _text(value)
    return Written(items=tuple(map(_written, value)))


def _text(value: str) -> Text:
    return Text(sql=literal(value), known=value)


def _truth_of(term: Term) -> Where:
    if isinstance(term, Truth):
        return term.sql
    if isinstance(term, Nothing):
        return UNKNOWN
    raise Unsayable("Expected true or false where a condition stands.")


def _compared(relation: Relation, subject: Term, operand: Term) -> Where:
    if not isinstance(operand, Written | Several):
        return compare(relation, subject, operand)
    if relation not in (Relation.EQUAL, Relation.UNEQUAL):
        raise Unsayable(f"Expected '=' or '!=' beside a list, but got '{relation}'.")
    found = _member(subject, operand)
    return found if relation is Relation.EQUAL else ~found


def _member(value: Term, among: Written | Several) -> Where:
    """
    Whether one of them is equal; null among them is equal to nothing.
    """
    if isinstance(value, Nothing):
        return UNKNOWN
    if isinstance(among, Several):
        known = and_(among.sql.is_not(None), ~is_null(value))
        parts: Iterable[Where] = (
            and_(has(among.sql, each), compare(Relation.EQUAL, value, _text(each)))
            for each in among.values
        )
        return case((known, or_(NO, *parts)))
    equal = (compare(Relation.EQUAL, value, each) for each in among.items)
    sure = (func.coalesce(each, NO, type_=Boolean) for each in equal)
    return case((~is_null(value), or_(NO, *sure)))


def _equal_lists(relation: Relation, left: Term, right: Term) -> Where:
    lists = (Several, Written)
    if not (isinstance(left, lists) and isinstance(right, lists)):
        return compare(relation, left, right)
    equality = relation in (Relation.EQUAL, Relation.UNEQUAL)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Several) and isinstance(other, Written):
            if other.items or not equality:
                break
            found = case((one.sql.is_not(None), ~_has_any(one)))
            return found if relation is Relation.EQUAL else ~found
    raise Unsayable("Expected no comparison of lists but with the empty one, '[]'.")


def _has_any(several: Several) -> Where:
    return or_(NO, *(has(several.sql, each) for each in several.values))


def _contains(container: Term, item: Term) -> Where:
    if isinstance(container, Nothing) or isinstance(item, Nothing):
        return UNKNOWN
    if isinstance(container, Several | Written):
        return _member(item, container)
    if (
        isinstance(container, Text)
        and isinstance(item, Text)
        and item.known is not None
    ):
        if not item.known:
            return case((container.sql.is_not(None), YES))
        return container.sql.contains(item.known, autoescape=True)
    raise Unsayable("Expected 'contains' with a text that is written in the condition.")


def _is_empty(term: Term) -> Where:
    if isinstance(term, Nothing):
        return YES
    if isinstance(term, Written):
        return NO if term.items else YES
    if isinstance(term, Several):
        return or_(term.sql.is_(None), ~_has_any(term))
    if isinstance(term, Text):
        return or_(term.sql.is_(None), term.sql == literal(""))
    raise Unsayable("Expected a list or a text to be empty.")
