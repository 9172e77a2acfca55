"""
A quote in another currency and a frozen rate → the quote in the policy's currency.

Products are exact, so that what agreed before still agrees, and nothing is rounded.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from approval_engine.documents import load
from approval_engine.documents.node import decimal_of
from approval_engine.domain.quote import Quote, QuoteLine, Value
from approval_engine.domain.rates import Rate
from approval_engine.policy.conditions.values import ARITHMETIC
from approval_engine.policy.model import InputType, Policy


def converted(policy: Policy, quote: Quote, rate: Rate | None) -> Quote:
    """
    The quote with all its money in the policy's currency.

    Unchanged without a rate from its currency into that one.
    """
    if rate is None or (quote.currency, policy.currency) != (rate.currency, rate.into):
        return quote
    money = {each.name for each in policy.inputs if each.type is InputType.MONEY}
    return replace(
        quote,
        currency=rate.into,
        inputs=_exchanged(quote.inputs, money, rate),
        lines=tuple(_line(line, money, rate) for line in quote.lines),
    )


def rate_of(document: bytes) -> Rate | None:
    """
    The rate in the document of an evaluation; None if it needed none.
    """
    evaluation: Any = load(document)
    value = evaluation.get("rate")
    return None if value is None else stated(value)


def stated(value: Mapping[str, Any]) -> Rate:
    """
    The rate that a JSON object states.
    """
    return Rate(
        currency=value["currency"],
        into=value["into"],
        on=date.fromisoformat(value["on"]),
        rate=Decimal(value["rate"]),
    )


def _line(line: QuoteLine, money: set[str], rate: Rate) -> QuoteLine:
    return replace(
        line,
        list_price=_times(line.list_price, rate),
        net_price=_times(line.net_price, rate),
        cost=None if line.cost is None else _times(line.cost, rate),
        extra=_exchanged(line.extra, money, rate),
    )


def _exchanged(
    values: Mapping[str, Value], money: set[str], rate: Rate
) -> Mapping[str, Value]:
    found = dict(values)
    for name in money & values.keys():
        value = values[name]
        number = decimal_of(value) if isinstance(value, str | Decimal) else None
        if number is not None:
            found[name] = _times(number, rate)
    return found


def _times(number: Decimal, rate: Rate) -> Decimal:
    return ARITHMETIC.multiply(number, rate.rate)
