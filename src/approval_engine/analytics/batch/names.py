"""
Conditions over columns: arrays where they say exactly the same, else case by case.

A case is one combination of the values that a condition reads; however many rows have
it, it is asked of the plain evaluator once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from approval_engine.analytics.batch import numbers, verdicts
from approval_engine.analytics.batch.columns import Coded, Column, column
from approval_engine.analytics.batch.numbers import (
    Amounts,
    Numbers,
    Quotients,
    TooWide,
    literal,
)
from approval_engine.analytics.batch.verdicts import FALSE, TRUE, Mask, Verdict, Whole
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import (
    ConditionError,
    Expression,
    UnaryTest,
    evaluate,
    holds,
    inputs_of,
    tree,
)
from approval_engine.policy.conditions.tree import Relation

Names: TypeAlias = Mapping[str, Value]
Judges: TypeAlias = Callable[[UnaryTest, Value, Names], bool | None]
"""The plain evaluator of a test on one value."""


class Table:
    """
    Columns by name. `wrong` marks rows in which a condition has no answer at all.
    """

    def __init__(self, size: int, columns: Mapping[str, Column]) -> None:
        self.size = size
        self.columns = dict(columns)
        self.wrong: Mask = np.zeros(size, bool)

    def test(self, name: str, test: UnaryTest, judges: Judges = holds) -> Verdict:
        """
        Whether the values of a column meet a test.
        """
        subject = self.columns.get(name, _NOTHING)
        if isinstance(subject, Numbers | Quotients):
            try:
                return self._spread(_Reader(self.columns, subject).test(test))
            except TooWide:
                pass
        return self._case_by_case(name, test, judges)

    def add(self, name: str, expression: Expression) -> None:
        """
        Add the column of an expression over the others.
        """
        try:
            found = _Reader(self.columns, None).amount(expression)
        except TooWide:
            found = None
        if found is None:
            self.columns[name] = self._calculated(expression)
            return
        if isinstance(found, Quotients):
            self.wrong = self.wrong | found.broken
        self.columns[name] = found

    def equal(self, name: str, other: Column) -> Mask:
        """
        Where a column of numbers certainly is another one.
        """
        mine = self.columns[name]
        if isinstance(mine, Coded) or isinstance(other, Coded):
            return np.zeros(self.size, bool)
        try:
            return numbers.compare(Relation.EQUAL, mine, other).yes
        except TooWide:
            return np.zeros(self.size, bool)

    def _spread(self, verdict: Verdict) -> Verdict:
        # Where it is the same for all rows it has no dimension yet.
        whole = np.zeros(self.size, bool)
        return Verdict(yes=verdict.yes | whole, no=verdict.no | whole)

    def _case_by_case(self, name: str, test: UnaryTest, judges: Judges) -> Verdict:
        names = sorted({name} | inputs_of(test))
        codes, cases = self._cases(names)
        answers: list[bool | None] = []
        for case in cases:
            try:
                answers.append(judges(test, case.get(name), case))
            except ConditionError:
                answers.append(None)
                self.wrong = self.wrong | (codes == len(answers) - 1)
        return verdicts.of_values(answers, codes)

    def _calculated(self, expression: Expression) -> Column:
        codes, cases = self._cases(sorted(inputs_of(expression)))
        values: list[Value] = []
        for case in cases:
            try:
                values.append(evaluate(expression, case))
            except ConditionError:
                values.append(None)
                self.wrong = self.wrong | (codes == len(values) - 1)
        too_wide = np.zeros(len(values), bool)
        found = column(values, too_wide)
        if isinstance(found, Numbers) and not too_wide.any():
            return Numbers(
                units=found.units[codes],
                places=found.places,
                missing=found.missing[codes],
            )
        return Coded(codes=codes, kinds=tuple(values))

    def _cases(
        self, names: Sequence[str]
    ) -> tuple[NDArray[np.int32], list[dict[str, Value]]]:
        """
        Which combination of values each row has, and all that there are.
        """
        known = [(name, found) for name in names if (found := self.columns.get(name))]
        if not known:
            return np.zeros(self.size, np.int32), [{}]
        if len(known) == 1 and isinstance(found := known[0][1], Coded):
            return found.codes, [{known[0][0]: kind} for kind in found.kinds]
        keys = [key for _, found in known for key in _keys(found)]
        first, codes = _combinations(keys)
        cases = [{name: found.value(row) for name, found in known} for row in first]
        return codes, cases


_NOTHING = Coded(codes=np.zeros(0, np.int32), kinds=(None,))


def _keys(found: Column) -> list[Whole]:
    if isinstance(found, Coded):
        return [found.codes.astype(np.int64)]
    if isinstance(found, Quotients):
        return [*_keys(found.over), *_keys(found.under)]
    gone = found.missing
    return [np.where(gone, 0, found.units), gone.astype(np.int64)]


def _combinations(keys: Iterable[Whole]) -> tuple[list[int], NDArray[np.int32]]:
    """
    The first row of each combination, and which combination each row has.
    """
    both: Whole = np.zeros((), np.int64)
    for key in keys:
        _, places = np.unique(key, return_inverse=True)
        # The number of each is below that of the rows, so their product has room.
        _, both = np.unique(
            both * (places.max(initial=0) + 1) + places, return_inverse=True
        )
    _, first, codes = np.unique(both, return_index=True, return_inverse=True)
    return first.tolist(), codes.astype(np.int32)


class _Reader:
    """
    One condition read as operations on arrays. Raises TooWide for all that is not.
    """

    def __init__(self, columns: Mapping[str, Column], subject: Amounts | None) -> None:
        self._columns, self._subject = columns, subject

    def test(self, test: UnaryTest) -> Verdict:
        """
        Whether the subject meets a test.
        """
        match test:
            case tree.Compares():
                return self._related(test.relation, test.operand)
            case tree.Interval():
                return self._within(test)
            case tree.Meets():
                return self._truth(test.condition)
            case tree.Fails():
                return self.test(test.test).opposite
            case tree.Either() | tree.Every():
                both = isinstance(test, tree.Every)
                return _joined(map(self.test, test.tests), both=both)
        missing = isinstance(test, tree.Missing)
        return verdicts.known(self.subject().missing if missing else TRUE, FALSE)

    def _within(self, test: tree.Interval) -> Verdict:
        above = Relation.AT_LEAST if test.low_closed else Relation.MORE
        below = Relation.AT_MOST if test.high_closed else Relation.LESS
        return verdicts.all_of(
            (self._related(above, test.low), self._related(below, test.high))
        )

    def subject(self) -> Amounts:
        """
        The column that is judged.
        """
        if self._subject is None:
            raise TooWide
        return self._subject

    def amount(self, expression: Expression) -> Amounts:
        """
        The numbers that an expression has.
        """
        match expression:
            case tree.Literal(value=value) if isinstance(value, Decimal):
                return literal(value)
            case tree.Name():
                found = self._columns.get(expression.name)
                if isinstance(found, Numbers | Quotients):
                    return found
            case tree.Subject():
                return self.subject()
            case tree.Negative():
                nought = literal(Decimal(0))
                return numbers.calculate(
                    tree.Sign.MINUS, nought, self.amount(expression.operand)
                )
            case tree.Arithmetic():
                left, right = (
                    self.amount(expression.left),
                    self.amount(expression.right),
                )
                return self._safe(numbers.calculate(expression.sign, left, right))
        raise TooWide

    def _safe(self, found: Amounts) -> Amounts:
        # Inside a condition a division by zero is an error of its row.
        if self._subject is not None and isinstance(found, Quotients):
            raise TooWide
        return found

    def _related(self, relation: Relation, operand: Expression) -> Verdict:
        return numbers.compare(relation, self.subject(), self.amount(operand))

    def _truth(self, expression: Expression) -> Verdict:
        match expression:
            case tree.Comparison():
                left, right = (
                    self.amount(expression.left),
                    self.amount(expression.right),
                )
                return numbers.compare(expression.relation, left, right)
            case tree.Logic():
                both = expression.connective is tree.Connective.AND
                return _joined(map(self._truth, expression.operands), both=both)
            case tree.Not():
                return self._truth(expression.operand).opposite
            case tree.IsNull():
                gone = self.amount(expression.operand).missing
                return verdicts.known(gone, FALSE)
            case tree.Member():
                needle = self.amount(expression.needle)
                return _Reader(self._columns, needle).test(expression.test)
        raise TooWide


def _joined(parts: Iterable[Verdict], *, both: bool) -> Verdict:
    return verdicts.all_of(parts) if both else verdicts.any_of(parts)
