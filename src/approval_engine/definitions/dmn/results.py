"""
What a decision found, and the forms in which a business rule task takes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from approval_engine.definitions.dmn.error import DecisionError
from approval_engine.domain.quote import Value

Row: TypeAlias = Mapping[str, Value]
Mapped: TypeAlias = "Value | Row | tuple[Row, ...]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """
    The ids of the rules that count, and a row of values by output name for each.

    With an aggregation there is one row, whatever the number of rules.
    """

    decision: str
    rules: tuple[str, ...]
    rows: tuple[Row, ...]


def single_entry(result: Result) -> Value:
    """
    The only value; null if no rule matched.

    Raises DecisionError if there are more.
    """
    row = single_result(result)
    return None if row is None else _only(result, row)


def single_result(result: Result) -> Row | None:
    """
    The only row; None if no rule matched. Raises DecisionError if there are more.
    """
    if len(result.rows) > 1:
        rules = ", ".join(result.rules)
        sentence = (
            f"Expected one result of decision '{result.decision}',"
            f" but got {len(result.rows)} from the rules {rules}."
        )
        raise DecisionError(sentence)
    return result.rows[0] if result.rows else None


def collect_entries(result: Result) -> tuple[Value, ...]:
    """
    The value of each row. Raises DecisionError if rows have more than one value.
    """
    return tuple(_only(result, row) for row in result.rows)


def result_list(result: Result) -> tuple[Row, ...]:
    """
    Every row.
    """
    return result.rows


FORMS: Mapping[str, Callable[[Result], Mapped]] = {
    "singleEntry": single_entry,
    "singleResult": single_result,
    "collectEntries": collect_entries,
    "resultList": result_list,
}
"""The forms by the names of `camunda:mapDecisionResult`; Camunda's own is the last."""


def _only(result: Result, row: Row) -> Value:
    if len(row) != 1:
        names = ", ".join(row)
        sentence = f"Expected one output of decision '{result.decision}', got {names}."
        raise DecisionError(sentence)
    return next(iter(row.values()))
