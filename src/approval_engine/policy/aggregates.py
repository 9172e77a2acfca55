"""
The lines of a quote → one number: their sum, largest, smallest, count or average.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from approval_engine.documents.node import decimal_of
from approval_engine.domain.quote import QuoteLine, Value
from approval_engine.policy.conditions.values import ARITHMETIC
from approval_engine.policy.lines import line_field
from approval_engine.policy.model import Aggregate
from approval_engine.policy.stated import Missing, Unfit, shown


def aggregated(name: str, aggregate: Aggregate, lines: Iterable[QuoteLine]) -> Value:
    """
    The value of the input `name` over the lines it selects; `empty` if there are none.

    Raises Unfit if a selected line does not state the number.
    """
    chosen = [line for line in lines if _selected(line, aggregate.where)]
    if not chosen:
        return aggregate.empty
    if aggregate.function == "count":
        return Decimal(len(chosen))
    numbers = [_number(line, aggregate.of, name) for line in chosen]
    return _FUNCTIONS[aggregate.function](numbers)


def _selected(line: QuoteLine, where: Mapping[str, str]) -> bool:
    return all(
        _plain(line_field(line, name)) == wanted for name, wanted in where.items()
    )


def _plain(value: Value) -> str | None:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else None


def _number(line: QuoteLine, field: str, name: str) -> Decimal:
    value = line_field(line, field)
    number = decimal_of(value) if isinstance(value, str | Decimal) else None
    if number is None:
        kind = Missing if value is None else Unfit
        raise kind(
            f"Expected line '{line.id}' to state a number '{field}',"
            f" which input '{name}' reads, but got {shown(value)}."
        )
    return number


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = ARITHMETIC.add(total, number)
    return total


def _average(numbers: list[Decimal]) -> Decimal:
    return ARITHMETIC.divide(_sum(numbers), Decimal(len(numbers)))


_FUNCTIONS: Mapping[str, Callable[[list[Decimal]], Decimal]] = {
    "sum": _sum,
    "max": max,
    "min": min,
    "avg": _average,
}
