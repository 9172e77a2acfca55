"""
A policy → the names that its rules read of a quote; what else it says cannot matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.policy.conditions import inputs_of
from approval_engine.policy.model import Policy, Test, Trigger


@dataclass(frozen=True, kw_only=True, slots=True)
class Reads:
    """
    The names that are read of a quote as a whole, and those that are read of each line.
    """

    whole: frozenset[str]
    lines: frozenset[str]


def names_of(policy: Policy, trigger: Trigger) -> frozenset[str]:
    """
    What a trigger reads: its own cells, and those of the ladder that it asks.
    """
    cells = [test for row in trigger.rows for test in row.tests]
    if trigger.ladder is not None:
        cells += _ladder(policy, trigger.ladder)
    return _names(cells)


def reads_of(policy: Policy) -> Reads:
    """
    What any rule reads, and what the policy protects.
    """
    whole = [names_of(policy, each) for each in policy.triggers if not each.each_line]
    lines = [names_of(policy, each) for each in policy.triggers if each.each_line]
    chosen = [test for rule in policy.processes for test in rule.tests]
    matched = (name for step in policy.steps.values() for name in step.match.values())
    return Reads(
        whole=frozenset().union(*whole, _names(chosen), matched, policy.protected),
        lines=frozenset().union(*lines, policy.protected),
    )


def _ladder(policy: Policy, name: str) -> list[Test]:
    rungs = policy.ladders[name].rungs
    return [test for rung in rungs for test in (*rung.may, *rung.within)]


def _names(cells: Iterable[Test]) -> frozenset[str]:
    return frozenset(
        name for cell in cells for name in (cell.name, *inputs_of(cell.test))
    )
