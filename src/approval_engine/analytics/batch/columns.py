"""
Quotes → one column for each fact that a policy reads.

A quote that states what the policy refuses is put aside, as is one with lines of its
own where a rule looks at each of them: the plain evaluator answers for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from approval_engine.analytics.batch.numbers import (
    FINEST,
    Amounts,
    Numbers,
    places_of,
    units_of,
)
from approval_engine.analytics.batch.verdicts import Mask
from approval_engine.domain.quote import Quote, Value
from approval_engine.errors import DocumentError
from approval_engine.policy.facts import resolve, stated_by, whole_names
from approval_engine.policy.model import Input, Policy
from approval_engine.policy.stated import Unfit, typed


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Coded:
    """
    One of a few values for each row, by its place among `kinds`; null is one of them.
    """

    codes: NDArray[np.int32]
    kinds: tuple[Value, ...]

    def value(self, row: int) -> Value:
        """
        The value in a row.
        """
        return self.kinds[int(self.codes[row])]


Column: TypeAlias = Coded | Amounts
Totals: TypeAlias = Mapping[int, Mapping[str, Value]]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Batch:
    """
    What quotes state, as columns by name; `aside` are rows for the plain evaluator.

    `inputs` are stated inputs, `beside` what lines would state of quotes without any.
    """

    size: int
    inputs: Mapping[str, Column]
    beside: Mapping[str, Column]
    accounts: Coded
    aside: Mask

    @classmethod
    def of(cls, policy: Policy, quotes: Sequence[Quote]) -> "Batch":
        """
        The columns that this policy reads of these quotes.
        """
        aside = np.array([not _plain(policy, quote) for quote in quotes], bool)
        totals = _totals(policy, quotes, aside)
        inputs = {
            each.name: column(_of_input(policy, each, quotes, (aside, totals)), aside)
            for each in policy.inputs
        }
        return cls(
            size=len(quotes),
            inputs=inputs,
            beside=_beside(quotes, aside),
            accounts=coded([quote.account for quote in quotes]),
            aside=aside,
        )


def _plain(policy: Policy, quote: Quote) -> bool:
    own = quote.currency == policy.currency and quote.waives is None
    by_line = any(trigger.each_line for trigger in policy.triggers)
    return own and not (quote.lines and by_line)


def _totals(policy: Policy, quotes: Sequence[Quote], aside: Mask) -> Totals:
    """
    The inputs of each quote with lines, which its lines may give; by its row.
    """
    found: dict[int, Mapping[str, Value]] = {}
    for row, quote in enumerate(quotes):
        if quote.lines and not aside[row]:
            try:
                found[row] = resolve(policy, quote)
            except DocumentError:
                aside[row] = True
    return found


def _of_input(
    policy: Policy, each: Input, quotes: Iterable[Quote], known: tuple[Mask, Totals]
) -> list[Value]:
    aside, totals = known
    found: list[Value] = []
    for row, quote in enumerate(quotes):
        if row in totals:
            # What is calculated was compared with what is stated already.
            found.append(None if each.expr is not None else totals[row][each.name])
            continue
        value: Value = None
        try:
            value = typed(each, stated_by(quote, each.name), policy.currency)
        except Unfit:
            aside[row] = True
        if value is None and each.aggregate is not None:
            value = each.aggregate.empty
        found.append(value)
    return found


def _beside(quotes: Sequence[Quote], aside: Mask) -> dict[str, Column]:
    rows = [whole_names(quote, {}) for quote in quotes]
    names = sorted({name for row in rows for name in row})
    return {name: column([row.get(name) for row in rows], aside) for name in names}


def column(values: Sequence[Value], aside: Mask) -> Column:
    """
    A column of these values; a row whose number arrays cannot hold is put aside.
    """
    if any(isinstance(value, Decimal) for value in values) and all(
        value is None or isinstance(value, Decimal) for value in values
    ):
        return _numbers([v if isinstance(v, Decimal) else None for v in values], aside)
    return coded(values)


def coded(values: Sequence[Value]) -> Coded:
    """
    A column of any values, each kept once.
    """
    # True is 1 for a dictionary, and a day or a text is never a number.
    places: dict[tuple[type, Value], int] = {}
    codes = [places.setdefault((type(value), value), len(places)) for value in values]
    kinds = tuple(value for _, value in places) or (None,)
    return Coded(codes=np.array(codes, np.int32), kinds=kinds)


def _numbers(values: Sequence[Decimal | None], aside: Mask) -> Numbers:
    places = min(FINEST, max(0 if v is None else places_of(v) for v in values))
    units = [0 if v is None else units_of(v, places) for v in values]
    for row, found in enumerate(units):
        if found is None:
            aside[row] = True
    return Numbers(
        units=np.array([each or 0 for each in units], np.int64),
        places=places,
        missing=np.array([value is None for value in values], bool),
    )
