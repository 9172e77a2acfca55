"""
The rules that match, and those of which nobody can say → the rules that count.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from approval_engine.definitions.dmn.error import DecisionError
from approval_engine.definitions.dmn.judges import Names
from approval_engine.definitions.dmn.model import Decision, HitPolicy, Rule, Table
from approval_engine.definitions.dmn.results import Row
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import holds, inputs_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Hits:
    """
    One case before a table; `unknown` are rules that a missing value leaves open.

    With hit policy FIRST nothing behind the first match is looked at.
    """

    decision: Decision
    table: Table
    values: Sequence[Value]
    names: Names
    matching: tuple[Rule, ...]
    unknown: tuple[Rule, ...]


def counted(hits: Hits, row: Callable[[Rule], Row]) -> tuple[Rule, ...]:
    """
    The rules that count by the hit policy; `row` is what a rule says.

    Raises DecisionError if the table breaks its policy, or if a rule that is open could
    change the answer.
    """
    match hits.table.hit_policy:
        case HitPolicy.UNIQUE:
            _refuse_open(hits, hits.unknown)
            if len(hits.matching) > 1:
                _refuse_several(hits, "at most one rule")
            return hits.matching
        case HitPolicy.ANY:
            return _agreeing(hits, row)
        case _:
            _refuse_open(hits, hits.unknown)
            return hits.matching


def _agreeing(hits: Hits, row: Callable[[Rule], Row]) -> tuple[Rule, ...]:
    said = [row(rule) for rule in hits.matching]
    if any(each != said[0] for each in said):
        _refuse_several(hits, "rules that say the same")
    other = (rule for rule in hits.unknown if not said or row(rule) != said[0])
    _refuse_open(hits, tuple(other))
    return hits.matching[:1]


def _refuse_several(hits: Hits, expected: str) -> NoReturn:
    rules = " and ".join(str(rule.number) for rule in hits.matching)
    sentence = f"Expected {expected} of decision '{hits.decision.id}' to match,"
    raise DecisionError(f"{sentence} but got the rules {rules}.")


def _refuse_open(hits: Hits, unknown: tuple[Rule, ...]) -> None:
    if not unknown:
        return
    missing: dict[str, None] = {}
    for column, cell, value in zip(
        hits.table.columns, unknown[0].cells, hits.values, strict=True
    ):
        if holds(cell.test, value, hits.names) is None:
            absent = (n for n in inputs_of(cell.test) if hits.names.get(n) is None)
            missing |= dict.fromkeys(
                (*((column.text,) if value is None else ()), *sorted(absent))
            )
    said = ", ".join(f"'{name}'" for name in missing)
    raise DecisionError(
        f"Expected a value for {said}, which rule {unknown[0].number} of decision"
        f" '{hits.decision.id}' reads."
    )
