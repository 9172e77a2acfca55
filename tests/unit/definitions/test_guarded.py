"""
A process is guarded if no way leads to an approved end round what the policy asks.
"""

import pytest

from approval_engine.definitions.guarded import Guard, guards_of, way_round
from approval_engine.definitions.model import (
    Event,
    Flow,
    Graph,
    Kind,
    Node,
    Process,
    Signal,
)
from approval_engine.policy.conditions import parse_condition

START = Node(id="start", kind=Kind.START)
APPROVED = Node(id="approved", kind=Kind.END)
REJECTED = Node(id="rejected", kind=Kind.END)
SLOT = Node(id="slot", kind=Kind.SLOT, steps=("rest",))
FINANCE = Node(id="task_finance", kind=Kind.TASK, properties={"step": "finance"})
EXTRA = Node(id="extra", kind=Kind.TASK)


def flows(*ways):
    """
    Flows as `source > target` or `source > target: condition`.
    """
    for way in ways:
        path, _, condition = way.partition(":")
        source, target = (end.strip() for end in path.split(">"))
        yield Flow(
            id=f"{source}-{target}",
            source=source,
            target=target,
            condition=parse_condition(condition) if condition else None,
        )


def graph(nodes, *ways):
    return Graph(nodes=tuple(nodes), flows=tuple(flows(*ways)))


def process(nodes, *ways):
    return Process(id="p", graph=graph([START, *nodes], *ways))


def catches(host, code="rejected", **changes):
    event = Event(signal=Signal.ERROR, code=code)
    changes = {"id": f"{host}_{code}", "event": event, "host": host} | changes
    return Node(kind=Kind.BOUNDARY, **changes)


def ways_round(process):
    found = (way_round(process, guard) for guard in guards_of(process))
    return [[node.id for node in way] for way in found if way]


def decision(**changes):
    return Node(**({"id": "gate", "kind": Kind.EXCLUSIVE} | changes))


GUARDED = {
    "a slot between start and end": process(
        [SLOT, catches("slot"), REJECTED, APPROVED],
        "start > slot",
        "slot > approved",
        "slot_rejected > rejected",
    ),
    "a slot beside other work, joined": process(
        [
            Node(id="fork", kind=Kind.PARALLEL),
            SLOT,
            EXTRA,
            Node(id="join", kind=Kind.PARALLEL),
            APPROVED,
        ],
        "start > fork",
        "fork > slot",
        "fork > extra",
        "slot > join",
        "extra > join",
        "join > approved",
    ),
    "a rejection that leads back to the slot": process(
        [SLOT, catches("slot"), EXTRA, APPROVED],
        "start > slot",
        "slot > approved",
        "slot_rejected > extra",
        "extra > slot",
    ),
    "a task whose outcome is asked": process(
        [FINANCE, decision(default="gate-rejected"), REJECTED, APPROVED],
        "start > task_finance",
        "task_finance > gate",
        "gate > approved: outcome_finance == 'approved'",
        "gate > rejected",
    ),
    "a task right behind which the last decision is asked": process(
        [FINANCE, decision(default="gate-rejected"), REJECTED, APPROVED],
        "start > task_finance",
        "task_finance > gate",
        "gate > approved: approved",
        "gate > rejected",
    ),
}

UNGUARDED = {
    "a way beside the slot": (
        process(
            [decision(), SLOT, APPROVED],
            "start > gate",
            "gate > slot: amount > 100",
            "gate > approved: amount <= 100",
            "slot > approved",
        ),
        [["start", "gate", "approved"]],
    ),
    "a rejection that leads to the approved end": (
        process(
            [SLOT, catches("slot"), EXTRA, APPROVED],
            "start > slot",
            "slot > approved",
            "slot_rejected > extra",
            "extra > approved",
        ),
        [["start", "slot", "slot_rejected", "extra", "approved"]],
    ),
    "a task whose outcome nobody asks": (
        process([FINANCE, APPROVED], "start > task_finance", "task_finance > approved"),
        [["start", "task_finance", "approved"]] * 2,
    ),
    "a default that goes on": (
        process(
            [FINANCE, decision(default="gate-approved"), REJECTED, APPROVED],
            "start > task_finance",
            "task_finance > gate",
            "gate > rejected: outcome_finance == 'rejected'",
            "gate > approved",
        ),
        [["start", "task_finance", "gate", "approved"]],
    ),
    "a timer that goes on without an answer": (
        process(
            [
                FINANCE,
                catches("task_finance", "late", event=Event(signal=Signal.TIMER)),
                decision(default="gate-rejected"),
                REJECTED,
                APPROVED,
            ],
            "start > task_finance",
            "task_finance > gate",
            "gate > approved: outcome_finance == 'approved'",
            "gate > rejected",
            "task_finance_late > approved",
        ),
        [["start", "task_finance", "task_finance_late", "approved"]] * 3,
    ),
    "an end in a subprocess that another way skips": (
        process(
            [
                Node(
                    id="sub",
                    kind=Kind.SUBPROCESS,
                    body=graph(
                        [
                            Node(id="in", kind=Kind.START),
                            decision(),
                            SLOT,
                            Node(id="out", kind=Kind.END),
                        ],
                        "in > gate",
                        "gate > slot: amount > 100",
                        "gate > out: amount <= 100",
                        "slot > out",
                    ),
                ),
                APPROVED,
            ],
            "start > sub",
            "sub > approved",
        ),
        [["start", "sub", "approved"]],
    ),
}


@pytest.mark.parametrize("name", GUARDED)
def test_no_way_leads_round(name):
    assert ways_round(GUARDED[name]) == []


@pytest.mark.parametrize("name", UNGUARDED)
def test_the_way_round_is_shown(name):
    drawn, ways = UNGUARDED[name]
    assert ways_round(drawn) == ways


def test_an_approved_end_is_reached_where_the_guard_is_satisfied():
    other = Guard(node="nothing", said=None)
    for drawn in GUARDED.values():
        assert way_round(drawn, other) is not None
