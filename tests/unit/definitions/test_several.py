"""
A task for several people is done by a rule that our table counts, or refused.
"""

from decimal import Decimal

import pytest

from approval_engine.definitions.model import Graph, Kind, Node, Process, Several, Work
from approval_engine.definitions.several import completion_of, problems
from approval_engine.domain.completion import Completion, Rule
from approval_engine.policy.conditions import parse_condition


def several(until=None, **changes):
    return Several(until=parse_condition(until) if until else None, **changes)


@pytest.mark.parametrize(
    ("until", "rule"),
    [
        (None, Completion(rule=Rule.ALL)),
        ("${approvals >= 2}", Completion(rule=Rule.QUORUM, count=2)),
        (
            "${approvals / nrOfInstances >= 0.5}",
            Completion(rule=Rule.PERCENT, percent=Decimal(50)),
        ),
        ("${nrOfCompletedInstances >= 1}", Completion(rule=Rule.FIRST_RESPONSE)),
        ("${nrOfCompletedInstances == nrOfInstances}", Completion(rule=Rule.ALL)),
        ("${nrOfInstances == nrOfCompletedInstances}", Completion(rule=Rule.ALL)),
        ("${approvals > 2}", None),
        ("${approvals >= 0}", None),
        ("${approvals >= 1.5}", None),
        ("${approvals / nrOfInstances >= 1.5}", None),
        ("${nrOfCompletedInstances >= 2}", None),
        ("${rejections >= 1}", None),
    ],
)
def test_a_condition_states_a_rule_or_none(until, rule):
    assert completion_of(several(until)) == rule


def test_without_a_condition_all_are_asked_or_as_many_as_the_file_says():
    assert completion_of(None) == Completion()
    assert completion_of(several(cardinality=3)) == Completion(
        rule=Rule.QUORUM, count=3
    )


@pytest.mark.parametrize(
    ("drawn", "properties", "codes"),
    [
        (several("${approvals >= 2}"), {}, []),
        (several("${approvals > 2}"), {}, ["several"]),
        (several(sequential=True), {}, ["several"]),
        (several("${approvals > 2}"), {"step": "finance"}, []),
    ],
)
def test_what_is_not_counted_is_refused(drawn, properties, codes):
    node = Node(id="a", kind=Kind.TASK, work=Work(several=drawn), properties=properties)
    process = Process(id="p", graph=Graph(nodes=(node,), flows=()))

    assert [each.code for each in problems(process, "p.bpmn")] == codes
