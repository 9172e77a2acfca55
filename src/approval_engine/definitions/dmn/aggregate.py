"""
The rows of a COLLECT table → the one value that its aggregation makes of them.
"""

from decimal import Decimal
from functools import reduce

from approval_engine.definitions.dmn.error import DecisionError
from approval_engine.definitions.dmn.model import Aggregation, Table
from approval_engine.definitions.dmn.results import Row
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions.values import ARITHMETIC


def aggregated(identity: str, table: Table, rows: tuple[Row, ...]) -> Row:
    """
    The row of the table's only output. Of no rows the count is 0, all else null.

    Raises DecisionError if what is to be summed or compared is no number.
    """
    (output,) = table.outputs
    if table.aggregation is Aggregation.COUNT:
        return {output.name: Decimal(len(rows))}
    values = [row[output.name] for row in rows]
    numbers = [value for value in values if isinstance(value, Decimal)]
    if len(numbers) < len(values):
        sentence = f"Expected numbers to take the {table.aggregation} of in decision"
        raise DecisionError(f"{sentence} '{identity}', but got something else.")
    return {output.name: _value(table.aggregation, numbers)}


def _value(aggregation: Aggregation | None, numbers: list[Decimal]) -> Value:
    if not numbers:
        return None
    if aggregation is Aggregation.SUM:
        return reduce(ARITHMETIC.add, numbers)
    return min(numbers) if aggregation is Aggregation.MIN else max(numbers)
