"""
A quote → the amount and the margin that stand behind its approval, exact.
"""

from dataclasses import dataclass
from decimal import Decimal

from approval_engine.documents.node import decimal_of
from approval_engine.domain.quote import Quote, QuoteLine
from approval_engine.policy.conditions.values import ARITHMETIC

_PERCENT = -2
"""The power of ten of a percentage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """
    What a quote is worth in its own currency; None where it does not say.
    """

    currency: str
    amount: Decimal | None
    margin: Decimal | None


def worth_of(quote: Quote) -> Worth:
    """
    The amount of a quote, and what of it is margin.

    The margin is that of its lines if all of them state their cost, else the stated
    `margin_pct` of the amount, unrounded.
    """
    amount = quote.worth
    margin = _of_lines(quote.lines)
    if margin is None and amount is not None:
        stated = quote.inputs.get("margin_pct")
        percent = decimal_of(stated) if isinstance(stated, str | Decimal) else None
        if percent is not None:
            margin = ARITHMETIC.multiply(amount, percent).scaleb(_PERCENT, ARITHMETIC)
    return Worth(currency=quote.currency, amount=amount, margin=margin)


def _of_lines(lines: tuple[QuoteLine, ...]) -> Decimal | None:
    costs = [line.quantity * line.cost for line in lines if line.cost is not None]
    if not lines or len(costs) < len(lines):
        return None
    return sum((line.net for line in lines), Decimal(0)) - sum(costs, Decimal(0))
