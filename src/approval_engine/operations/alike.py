"""
Very many quotes under some policies → their outcomes; of those alike one is asked.

Two quotes are alike if the rules that fired ask the same steps and rungs, and if they
agree in all else that people are chosen by. Which rules fire is asked of
`analytics.batch`; whatever that puts aside is asked one by one, as all is where NumPy
is missing.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from approval_engine.analytics.simulation import Outcome
from approval_engine.domain.quote import Quote
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.trial import judged
from approval_engine.planner.plan import RoutingPlan
from approval_engine.policy.conditions import inputs_of
from approval_engine.policy.model import Policy, Trigger
from approval_engine.policy.needs import given
from approval_engine.store import catalog, exceptions
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction

if TYPE_CHECKING:
    from approval_engine.analytics.batch import Judged

Asked: TypeAlias = tuple[QuoteRow, Quote]
Key: TypeAlias = Hashable
Keys: TypeAlias = "list[_Key | None]"
"""For each quote its key; None if it has no like."""

MOST = 50_000
"""So many different outcomes are kept at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Key:
    """
    What a quote shares with its likes, and the rules that fired for it.

    Other rules that ask the same people make no other key.
    """

    shared: Key
    triggers: tuple[str, ...]
    climbs: bool


class Asking:
    """
    Policies that are asked about quotes in one transaction, which must not be long.

    `together` is false where every quote is to be asked for itself.
    """

    def __init__(
        self,
        runtime: Runtime,
        transaction: Transaction,
        policies: Sequence[Policy],
        *,
        together: bool = True,
    ) -> None:
        self._runtime, self._transaction = runtime, transaction
        current = catalog.current(transaction)
        directory = runtime.directory(transaction, current.people()[0])
        # A limit of one person may be on any fact of a quote.
        limited = any(user.limits for user in directory.users.values())
        # What a process asks beside the policy depends on all that its flows read.
        fits = together and not current.processes and find_spec("numpy") is not None
        barred = exceptions.accounts(transaction)
        now = runtime.clock()
        self._voices = [
            _Voice(
                each,
                _Alike(each, day_of(each, now), barred, limited=limited)
                if fits
                else None,
            )
            for each in policies
        ]

    def outcomes(self, asked: Sequence[Asked]) -> Iterator[tuple[Outcome, ...]]:
        """
        What each policy says to each quote, in the order of both.
        """
        said = [voice.said(asked, self._one) for voice in self._voices]
        return zip(*said, strict=True)

    def _one(self, asked: Asked, policy: Policy) -> tuple[Outcome, RoutingPlan | None]:
        return judged(self._runtime, self._transaction, asked, policy)


class _Voice:
    """
    One policy, and what it said to quotes of which others are alike.
    """

    def __init__(self, policy: Policy, alike: "_Alike | None") -> None:
        self._policy, self._alike = policy, alike
        self._known: dict[Key, Outcome] = {}

    def said(
        self,
        asked: Sequence[Asked],
        one: Callable[[Asked, Policy], tuple[Outcome, RoutingPlan | None]],
    ) -> list[Outcome]:
        keys: Keys = [None] * len(asked)
        if self._alike is not None:
            keys = self._alike.keys([quote for _, quote in asked])
        found = []
        for each, key in zip(asked, keys, strict=True):
            known = self._known.get(key.shared) if key else None
            if key and known is not None:
                found.append(replace(known, triggers=key.triggers))
                continue
            outcome, plan = one(each, self._policy)
            if key and plan is not None and not (key.climbs and self._is_own(plan)):
                self._keep(key.shared, outcome)
            found.append(outcome)
        return found

    def _keep(self, key: Key, outcome: Outcome) -> None:
        if len(self._known) == MOST:
            self._known.clear()
        self._known[key] = outcome

    def _is_own(self, plan: RoutingPlan) -> bool:
        """
        Whether somebody was looked for further up a ladder, which measures each quote.
        """
        rungs = (r for each in self._policy.ladders.values() for r in each.rungs)
        roles = {rung.role for rung in rungs}
        steps = (step for step in plan.steps if step.role in roles)
        return any(step.staffing.note is not None for step in steps)


class _Alike:
    """
    A policy and what it reads of a quote beside its rules.
    """

    def __init__(
        self, policy: Policy, on: date, accounts: frozenset[str], *, limited: bool
    ) -> None:
        self._policy, self._on = policy, on
        self._accounts, self._limited = accounts, limited
        rules = (policy.default_step, *policy.steps.values())
        names = {name for rule in rules for name in rule.match.values()}
        for test in (t for rule in rules for sla in rule.sla for t in sla.tests):
            names |= {test.name} | inputs_of(test.test)
        self._names = sorted(names)
        # What is calculated has a value for each quote, or nearly.
        calculated = {each.name for each in policy.inputs if each.expr is not None}
        self._never = not calculated.isdisjoint(names)
        self._needs = sorted({n for each in policy.triggers for n in each.needs})

    def keys(self, quotes: Sequence[Quote]) -> Keys:
        from approval_engine.analytics.batch import Batch, judge

        batch = Batch.of(self._policy, quotes)
        found = judge(self._policy, batch, self._on)
        columns = [batch.inputs.get(name) for name in self._names]
        climbing = found.climbing
        keys: Keys = []
        for row, quote in enumerate(quotes):
            climbs = bool(climbing[row])
            if not self._fits(quote, aside=bool(found.aside[row]), climbs=climbs):
                keys.append(None)
                continue
            fired = [e for e in self._policy.triggers if found.fired[e.id][row]]
            asks = dict.fromkeys(_asking(each, found, row) for each in fired)
            values = tuple(each and each.value(row) for each in columns)
            keys.append(
                _Key(
                    shared=(tuple(asks), self._beside(quote), values),
                    triggers=tuple(each.id for each in fired),
                    climbs=climbs,
                )
            )
        return keys

    def _fits(self, quote: Quote, *, aside: bool, climbs: bool) -> bool:
        # Who had a part in an earlier revision must not decide, and is in none of them.
        alone = quote.revision == 1 and quote.account not in self._accounts
        return alone and not (aside or self._never or (climbs and self._limited))

    def _beside(self, quote: Quote) -> Key:
        people = (quote.submitted_by, quote.owner, quote.edited_by)
        return people, tuple(given(quote, each) is not None for each in self._needs)


def _asking(trigger: Trigger, found: "Judged", row: int) -> Key:
    """
    Whom a trigger asks, what it demands to see, and whether it refuses.
    """
    climbed = found.climbed.get(trigger.id)
    rungs = None if climbed is None else (int(climbed.needed[row]), climbed.roles(row))
    return trigger.require, trigger.ladder, rungs, trigger.needs, trigger.effect
