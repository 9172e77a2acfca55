"""
A policy → what in it does nothing: inputs that no condition reads, steps nobody asks.

These are notes for its author, never a reason to refuse it.
"""

from collections.abc import Iterator

from approval_engine.policy.conditions.walk import inputs_of
from approval_engine.policy.model import Policy, Test


def notes(policy: Policy) -> tuple[str, ...]:
    """
    A sentence for each input and step that is declared in vain, in document order.
    """
    read, asked = set(_names_read(policy)), set(_asked(policy))
    inputs = (
        f"Input '{each.name}' is read by no condition."
        for each in policy.inputs
        if each.name not in read
    )
    steps = (
        f"Step '{each.id}' is required by no trigger and no ladder."
        for each in policy.steps.values()
        if not asked & {each.id, each.role}
    )
    return (*inputs, *steps)


def _names_read(policy: Policy) -> Iterator[str]:
    for test in _tests(policy):
        yield test.name
        yield from inputs_of(test.test)
    for each in policy.inputs:
        if each.expr is not None:
            yield from inputs_of(each.expr)
    for step in policy.steps.values():
        yield from step.match.values()
        yield from step.delta or ()
    yield from policy.protected


def _tests(policy: Policy) -> Iterator[Test]:
    for trigger in policy.triggers:
        for row in trigger.rows:
            yield from row.tests
    for ladder in policy.ladders.values():
        for rung in ladder.rungs:
            yield from (*rung.may, *rung.within)
    for step in policy.steps.values():
        for rule in step.sla:
            yield from rule.tests
    for process in policy.processes:
        yield from process.tests


def _asked(policy: Policy) -> Iterator[str]:
    """
    Step ids that triggers require, and roles that ladders and escalations may reach.
    """
    for trigger in policy.triggers:
        yield from trigger.require
    for ladder in policy.ladders.values():
        yield from (rung.role for rung in ladder.rungs)
    for step in policy.steps.values():
        yield from (each.role for each in step.escalate_to)
