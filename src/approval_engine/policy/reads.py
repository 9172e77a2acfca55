"""
A policy → the names that its rules read of a quote; what else it says cannot matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.policy.bounds import read_bounds
from approval_engine.policy.conditions import inputs_of
from approval_engine.policy.evaluation import Evaluation
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


def reads_beside(policy: Policy, evaluation: Evaluation) -> Reads:
    """
    What counts for one quote beside the cells of the rules.

    That is what they demand to see of it, and what an exception to one of them bounds.
    """
    rules = {each.id: each for each in policy.triggers}
    grants = {each.id: each for each in evaluation.exceptions}
    needs = (need for each in evaluation.binding for need in each.needs)
    whole, lines = set(needs), set[str]()
    for each in evaluation.fired:
        if each.waived_by is None:
            continue
        within, on_lines = (
            grants[each.waived_by].waives.within,
            rules[each.id].each_line,
        )
        bounds = read_bounds(policy, within, on_lines=on_lines)
        (lines if on_lines else whole).update(bound.name for bound in bounds)
    return Reads(whole=frozenset(whole), lines=frozenset(lines))


def _ladder(policy: Policy, name: str) -> list[Test]:
    rungs = policy.ladders[name].rungs
    return [test for rung in rungs for test in (*rung.may, *rung.within)]


def _names(cells: Iterable[Test]) -> frozenset[str]:
    return frozenset(
        name for cell in cells for name in (cell.name, *inputs_of(cell.test))
    )
