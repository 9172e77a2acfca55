"""
Tried quotes, one after the other → their simulation; of those alike nothing is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal

from approval_engine.analytics.simulation.figures import (
    KINDS,
    Exposed,
    Figures,
    RoleCount,
    Segment,
    Simulation,
    StepCount,
)
from approval_engine.analytics.simulation.tried import Ask, Outcome, Tried
from approval_engine.errors import WrongOption
from approval_engine.policy.conditions.values import ARITHMETIC
from approval_engine.policy.model import Policy

MOST_SEGMENTS = 200
"""More values than these are no segments but single quotes."""

MOST_NAMED = 5
"""So many quotes with a negative amount are named."""

_EXPOSES = ("automatic", "caught")


class Tally:
    """
    What was seen so far.

    `worked` are the working hours that a decision of a role takes; of other roles the
    hours count in which a step is due. What differs goes to `told`, one by one.
    """

    def __init__(
        self,
        worked: Mapping[str, Decimal],
        by: str | None,
        told: Callable[[Tried], None],
    ) -> None:
        self._worked, self._by, self._told = worked, by, told
        self._before: Counter[Ask] = Counter()
        self._after: Counter[Ask] = Counter()
        self._whole = _Counted()
        self._segments: dict[str | None, _Counted] = {}
        self._negative: list[str] = []

    def add(self, tried: Tried) -> None:
        """
        Count one more. Raises WrongOption if its segment is one too many.
        """
        hours = (self._hours(tried.before), self._hours(tried.after))
        self._before.update(tried.before.asks)
        self._after.update(tried.after.asks)
        self._whole.add(tried, hours)
        if self._by is not None:
            self._segment(tried.segment).add(tried, hours)
        if tried.is_negative and len(self._negative) < MOST_NAMED:
            self._negative.append(tried.quote)
        # What neither policy can judge is told as well: it is in no other figure.
        if tried.differs or tried.kind == "unjudged":
            self._told(tried)

    def result(
        self, policy: Policy, against: Policy, changed: tuple[Tried, ...] = ()
    ) -> Simulation:
        """
        All of it, with the single quotes that whoever was told them kept.
        """
        names = sorted(self._segments, key=lambda each: (each is None, each or ""))
        return Simulation(
            policy=policy,
            against=against,
            figures=self._whole.figures(),
            steps=self._steps(),
            roles=self._roles(),
            by=self._by,
            segments=tuple(
                Segment(value=each, figures=self._segments[each].figures())
                for each in names
            ),
            negative=tuple(self._negative),
            changed=changed,
        )

    def _segment(self, value: str | None) -> "_Counted":
        if value not in self._segments and len(self._segments) == MOST_SEGMENTS:
            sentence = (
                f"Expected at most {MOST_SEGMENTS} values of '{self._by}' to group by,"
                " but there are more."
            )
            raise WrongOption(sentence)
        return self._segments.setdefault(value, _Counted())

    def _hours(self, outcome: Outcome) -> Decimal:
        total = Decimal(0)
        for ask in outcome.asks:
            total = ARITHMETIC.add(total, self._hours_of(ask))
        return total

    def _hours_of(self, ask: Ask) -> Decimal:
        return self._worked.get(ask.role, ask.hours)

    def _steps(self) -> tuple[StepCount, ...]:
        before, after = Counter[str](), Counter[str]()
        for counted, asks in ((before, self._before), (after, self._after)):
            for ask, number in asks.items():
                counted[ask.step] += number
        return tuple(
            StepCount(step=each, before=before[each], after=after[each])
            for each in sorted(before.keys() | after.keys())
        )

    def _roles(self) -> tuple[RoleCount, ...]:
        names = sorted({ask.role for ask in (*self._before, *self._after)})
        return tuple(self._role(each) for each in names)

    def _role(self, role: str) -> RoleCount:
        def sums(asks: Mapping[Ask, int]) -> tuple[int, Decimal]:
            mine = [(ask, n) for ask, n in asks.items() if ask.role == role]
            hours = (self._hours_of(ask) * n for ask, n in mine)
            return sum(n for _, n in mine), sum(hours, Decimal(0))

        before, hours_before = sums(self._before)
        after, hours_after = sums(self._after)
        return RoleCount(
            role=role,
            before=before,
            after=after,
            hours_before=hours_before,
            hours_after=hours_after,
            worked=role in self._worked,
        )


class _Sums:
    """
    What stands behind some quotes of one kind and currency.
    """

    def __init__(self) -> None:
        self.quotes = self.without_amount = self.without_margin = 0
        self.amount = self.margin = Decimal(0)

    def add(self, amount: Decimal | None, margin: Decimal | None) -> None:
        self.quotes += 1
        self.without_amount += amount is None
        self.without_margin += margin is None
        self.amount = ARITHMETIC.add(self.amount, amount or Decimal(0))
        self.margin = ARITHMETIC.add(self.margin, margin or Decimal(0))


class _Counted:
    """
    The figures of some quotes, while they are counted.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._hours = [Decimal(0), Decimal(0)]
        self._exposed: dict[tuple[str, str], _Sums] = defaultdict(_Sums)

    def add(self, tried: Tried, hours: tuple[Decimal, Decimal]) -> None:
        counts, kind = self._counts, tried.kind
        counts["quotes"] += 1
        counts["changed"] += tried.differs
        counts["negative"] += tried.is_negative
        counts["steps_before"] += len(tried.before.asks)
        counts["steps_after"] += len(tried.after.asks)
        for place in range(2):
            self._hours[place] = ARITHMETIC.add(self._hours[place], hours[place])
        if kind is None:
            return
        counts[kind] += 1
        if kind in _EXPOSES and tried.worth is not None:
            worth = tried.worth
            self._exposed[kind, worth.currency].add(worth.amount, worth.margin)

    def figures(self) -> Figures:
        counts = self._counts
        exposed = (
            Exposed(
                kind=kind,
                currency=currency,
                quotes=sums.quotes,
                amount=sums.amount,
                margin=sums.margin,
                without_amount=sums.without_amount,
                without_margin=sums.without_margin,
            )
            for (kind, currency), sums in sorted(self._exposed.items())
        )
        return Figures(
            quotes=counts["quotes"],
            changed=counts["changed"],
            negative=counts["negative"],
            steps_before=counts["steps_before"],
            steps_after=counts["steps_after"],
            hours_before=self._hours[0],
            hours_after=self._hours[1],
            exposed=tuple(exposed),
            **{kind: counts[kind] for kind in KINDS},
        )
