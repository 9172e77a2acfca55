"""
What can be said of one quote line: its own fields and what follows from them.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from approval_engine.domain.quote import QuoteLine, Value
from approval_engine.policy.conditions import Kind
from approval_engine.policy.conditions.values import ARITHMETIC

HUNDRED = Decimal(100)


def _discount(line: QuoteLine) -> Value:
    if line.discount_pct is not None or line.list_price == 0:
        return line.discount_pct
    given = ARITHMETIC.subtract(line.list_price, line.net_price)
    return ARITHMETIC.divide(ARITHMETIC.multiply(given, HUNDRED), line.list_price)


def _total_cost(line: QuoteLine) -> Value:
    return None if line.cost is None else ARITHMETIC.multiply(line.quantity, line.cost)


_FIELDS: Mapping[str, tuple[Kind, Callable[[QuoteLine], Value]]] = {
    "id": (Kind.STRING, lambda line: line.id),
    "product": (Kind.STRING, lambda line: line.product),
    "family": (Kind.STRING, lambda line: line.family),
    "period": (Kind.STRING, lambda line: line.period),
    "quantity": (Kind.NUMBER, lambda line: line.quantity),
    "list_price": (Kind.NUMBER, lambda line: line.list_price),
    "net_price": (Kind.NUMBER, lambda line: line.net_price),
    "cost": (Kind.NUMBER, lambda line: line.cost),
    "discount_pct": (Kind.NUMBER, _discount),
    "net": (Kind.NUMBER, lambda line: line.net),
    "total_list": (Kind.NUMBER, lambda line: line.quantity * line.list_price),
    "total_cost": (Kind.NUMBER, _total_cost),
}

LINE_KINDS: Mapping[str, Kind] = {name: kind for name, (kind, _) in _FIELDS.items()}
"""The fields that every line has or can be given, with their kinds."""


def line_fields(line: QuoteLine) -> dict[str, Value]:
    """
    All fields of `LINE_KINDS`; null where the line does not say.
    """
    return {name: read(line) for name, (_, read) in _FIELDS.items()}


def line_field(line: QuoteLine, name: str) -> Value:
    """
    One field of a line, by a name of `LINE_KINDS` or of what else the line says.
    """
    known = _FIELDS.get(name)
    return known[1](line) if known else line.extra.get(name)
