"""
Who reads what: which inputs are read of single lines only, and which roles are named.
"""

from collections.abc import Iterable, Iterator

from approval_engine.documents.node import Node
from approval_engine.policy.conditions import inputs_of
from approval_engine.policy.model import (
    Input,
    Ladder,
    ProcessRule,
    StepRule,
    Test,
    Trigger,
)

_ROLE_KEYS = frozenset({"role", "fallbackRole"})


def line_inputs(
    inputs: Iterable[Input],
    triggers: Iterable[Trigger],
    others: Iterable[Iterable[Test]],
) -> frozenset[str]:
    """
    The inputs without a source of their own that are read of single lines only.

    `others` are the tests that the quote as a whole must meet.
    """
    inputs, triggers = tuple(inputs), tuple(triggers)
    of_lines = _read(row.tests for t in triggers if t.each_line for row in t.rows)
    of_lines |= {n for each in inputs if each.aggregate for n in each.aggregate.where}
    of_quotes = _read(row.tests for t in triggers if not t.each_line for row in t.rows)
    of_quotes |= _read(others)
    for each in inputs:
        of_quotes |= inputs_of(each.expr) if each.expr else set()
    given = {each.name for each in inputs if not (each.aggregate or each.expr)}
    return frozenset((of_lines - of_quotes) & given)


def quote_tests(
    steps: Iterable[StepRule], processes: Iterable[ProcessRule]
) -> Iterator[Iterable[Test]]:
    """
    The tests of steps and processes, which are judged on the quote as a whole.
    """
    for step in steps:
        yield from (rule.tests for rule in step.sla)
    yield from (rule.tests for rule in processes)


def ladder_tests(
    ladders: Iterable[Ladder], triggers: Iterable[Trigger]
) -> Iterator[Iterable[Test]]:
    """
    The tests of ladders that a trigger on the quote as a whole climbs.
    """
    climbed = {trigger.ladder for trigger in triggers if not trigger.each_line}
    for ladder in ladders:
        if ladder.name in climbed:
            yield from ((*rung.may, *rung.within) for rung in ladder.rungs)


def named_roles(node: Node) -> frozenset[str]:
    """
    Every role that the steps and ladders of a document name.
    """
    found: set[str] = set()
    for key, child in node.children():
        if key in _ROLE_KEYS and isinstance(child.value, str):
            found.add(child.value)
        found |= named_roles(child)
    for element in node.elements():
        found |= named_roles(element)
    return frozenset(found)


def _read(rows: Iterable[Iterable[Test]]) -> set[str]:
    names: set[str] = set()
    for tests in rows:
        for test in tests:
            names |= {test.name} | inputs_of(test.test)
    return names
