"""
A box of cases → a quote in it that the plain evaluator confirms.

What a quote states is taken from the box. What is calculated is aimed at: by trying
values at which an expression crosses its bounds, never by trusting that one exists.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, DecimalException
from itertools import islice, product

from approval_engine.domain.quote import Quote, Value
from approval_engine.errors import DefinitionError, DocumentError
from approval_engine.policy.conditions import ConditionError
from approval_engine.policy.conditions import evaluate as calculate
from approval_engine.policy.conditions.tree import Compares, Expression
from approval_engine.policy.conditions.turning import EXACT
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import Evaluation
from approval_engine.policy.finding import Example
from approval_engine.policy.prove.asked import Names
from approval_engine.policy.prove.boxes import Box
from approval_engine.policy.prove.space import DAY, Space

_MOST_TRIES = 1500
_MOST_PER_NAME = 60
_MOST_SOLVED = 12
_MOST_DECIMALS = 6
_USUAL = tuple(map(Decimal, (1, 12, 100, 10000, 1000000)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """
    A quote, the day, and what came of it: an evaluation, or the problems it met.
    """

    facts: Names
    quote: Quote
    on: date
    evaluation: Evaluation | None = None
    problems: tuple[tuple[str, str], ...] = ()

    def example(self, says: str, names: Iterable[str]) -> Example:
        """
        The quote as an example that shows these of its facts, and perhaps the day.
        """
        stated = self.quote.inputs
        known = self.evaluation.inputs if self.evaluation is not None else stated
        wanted = dict.fromkeys(names)
        facts = {n: known.get(n, stated.get(n)) for n in wanted if n != DAY}
        if DAY in wanted:
            facts["on"] = self.on
        return Example(quote=self.quote, on=self.on, says=says, facts=facts)


Accepts = Callable[[Tried], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cases:
    """
    Quotes of a policy: made, judged, and found in boxes.
    """

    space: Space
    _judged: dict[object, Tried] = field(default_factory=dict)

    def found(self, box: Box, accepts: Accepts) -> Tried | None:
        """
        A quote in a box that is accepted once it was judged; None if none was found.
        """
        for facts in islice(self._facts(box), _MOST_TRIES):
            tried = self.judged(facts)
            if accepts(tried):
                return tried
        return None

    def judged(self, facts: Names) -> Tried:
        """
        What the plain evaluator says of a quote that states these facts.
        """
        key = tuple(facts.items())
        if key not in self._judged:
            if len(self._judged) > _MOST_TRIES:
                self._judged.clear()
            self._judged[key] = _judged(self.space, facts)
        return self._judged[key]

    def names(self, box: Box) -> tuple[str, ...]:
        """
        The names behind the sides that a box cuts, in the order of the policy.
        """
        cut = self.space.wholes.trimmed(box)
        known = {name for side in cut for name in self._behind(side)}
        return tuple(n for n in (*self.space.sides, DAY) if n in known)

    def _behind(self, side: str) -> frozenset[str]:
        if side in self.space.declared or side == DAY:
            return frozenset({side})
        return self.space.sides[side].reads

    def _facts(self, box: Box) -> Iterator[dict[str, Value]]:
        """
        What quotes in a box state; several where something is calculated.
        """
        usual = {
            name: self._first(name, box)
            for name, side in self.space.sides.items()
            if side.calculated is None
        }
        calculated = [n for n in box if self.space.sides[n].calculated is not None]
        if not calculated:
            yield usual
        moved = self._moved(calculated)
        candidates = [tuple(self._candidates(n, box, calculated)) for n in moved]
        for values in product(*candidates):
            facts = {**usual, **dict(zip(moved, values, strict=True))}
            if self._lies_in(box, calculated, facts):
                yield facts

    def _moved(self, calculated: list[str]) -> tuple[str, ...]:
        wanted = calculated or [
            name
            for name, side in self.space.sides.items()
            if side.calculated is not None and name in self.space.declared
        ]
        names = frozenset().union(*(self.space.sources(name) for name in wanted))
        return tuple(name for name in self.space.sides if name in names)

    def _first(self, name: str, box: Box) -> Value:
        side = self.space.sides[name]
        bits = box.get(name, -1)
        held = [point for i, point in enumerate(side.points) if bits >> i & 1]
        if not side.tests and name != DAY and held == [Decimal(0)]:
            # Nobody asks for it, but something may be divided by it.
            return Decimal(1)
        return next((point for point in held if point is not None), None)

    def _candidates(
        self, name: str, box: Box, calculated: list[str]
    ) -> Iterator[Value]:
        side = self.space.sides[name]
        bits = box.get(name, -1)
        solved = islice(self._solved(name, calculated), _MOST_SOLVED)
        usual = _USUAL if any(type(p) is Decimal for p in side.points) else ()
        wanted = dict.fromkeys((*solved, *side.points, *usual))
        for value in islice(wanted, _MOST_PER_NAME):
            place = side.place(value)
            if place is not None and bits >> place & 1:
                yield value

    def _solved(self, name: str, calculated: list[str]) -> Iterator[Value]:
        """
        Values of one name at which something calculated comes to one of its bounds.
        """
        for side_name in calculated:
            side = self.space.sides[side_name]
            others = tuple(self.space.sources(side_name) - {name})
            points = [(*_USUAL, *self.space.sides[n].points) for n in others]
            for values in islice(product(*points), _MOST_PER_NAME):
                facts = dict(zip(others, values, strict=True))
                targets = [p for p in side.points if type(p) is Decimal]
                for formula, target in self._aims(side_name, targets):
                    solved = _solution(formula, {**facts}, name, target)
                    yield from filter(_can_be_written, solved)

    def _aims(
        self, side: str, targets: list[Decimal]
    ) -> Iterator[tuple[Expression, Decimal | None]]:
        for each in self.space.policy.inputs:
            if each.name == side and each.expr is not None:
                yield from ((each.expr, target) for target in targets)
        for asked, name in self.space.cross.items():
            if name == side and isinstance(asked.test, Compares):
                yield asked.test.operand, None

    def _lies_in(self, box: Box, calculated: list[str], facts: Names) -> bool:
        names = self._with_calculated(facts)
        if names is None:
            return False
        for name in calculated:
            side = self.space.sides[name]
            if side.calculated is None:
                continue
            try:
                place = side.place(side.calculated(names))
            except ConditionError:
                return False
            if place is None or not box[name] >> place & 1:
                return False
        return True

    def _with_calculated(self, facts: Names) -> Names | None:
        names = dict(facts)
        for each in self.space.policy.inputs:
            if each.expr is not None:
                try:
                    names[each.name] = calculate(each.expr, names)
                except ConditionError:
                    return None
        return names


def quote_of(space: Space, facts: Mapping[str, Value]) -> tuple[Quote, date]:
    """
    A quote without lines that states these facts, and the day it is judged on.
    """
    on = facts[DAY]
    stated = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
        if name != DAY and value is not None
    }
    quote = Quote(
        id="Q-EXAMPLE",
        revision=1,
        submitted_by="example",
        owner=None,
        account="EXAMPLE",
        currency=space.policy.currency,
        inputs=stated,
    )
    return quote, on if isinstance(on, date) else date.min


def _judged(space: Space, facts: Names) -> Tried:
    quote, on = quote_of(space, facts)
    try:
        evaluation = evaluate(space.policy, quote, on)
    except (DocumentError, DefinitionError) as error:
        problems = tuple((each.code, each.element) for each in error.problems)
        return Tried(facts=facts, quote=quote, on=on, problems=problems)
    return Tried(facts=facts, quote=quote, on=on, evaluation=evaluation)


def _solution(
    formula: Expression, facts: dict[str, Value], name: str, target: Decimal | None
) -> Iterator[Decimal]:
    """
    Where a formula comes to a target, if it is straight in the name or in its inverse.

    Without a target it is the value of the formula that matters, and those beside it.
    """
    try:
        if target is None:
            value = calculate(formula, {**facts, name: Decimal(1)})
            if isinstance(value, Decimal):
                yield from (value, value - 1, value + 1)
            return
        one, two, three = (
            _number(calculate(formula, {**facts, name: Decimal(x)})) for x in (1, 2, 3)
        )
        if two - one == three - two:
            yield EXACT.add(Decimal(1), EXACT.divide(target - one, two - one))
        elif target:
            # A quotient by the name: its inverse is straight.
            yield EXACT.divide(one, target)
    except (ConditionError, DecimalException, TypeError):
        return


def _can_be_written(number: Decimal) -> bool:
    exponent = number.normalize(EXACT).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MOST_DECIMALS


def _number(value: Value) -> Decimal:
    if not isinstance(value, Decimal):
        raise ConditionError("Expected a number.")
    return value
