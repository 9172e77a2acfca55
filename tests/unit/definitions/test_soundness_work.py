"""
No cycle without a wait, no timer that cannot fire, no task that nobody may do.
"""

from datetime import UTC, datetime

import pytest

from approval_engine.definitions.model import Work
from approval_engine.definitions.soundness import Staff, flaws
from approval_engine.policy.conditions import parse_expression
from tests.unit.definitions.processes import (
    boundary,
    node,
    process,
    scope,
    subprocess,
    timer,
)


def judged(*ways, staff=None, **parts):
    found = flaws(process(*ways, **parts), staff)
    return [(each.code, each.element, each.path) for each in found]


WAITLESS = [
    ("start > xor1 > xor2 > end", "xor2 > xor1"),
    ("start > xor1 > rule > xor2 > end", "xor2 > notice > xor1"),
    ("start > xor1 > slot > xor2 > end", "xor2 > xor1"),
]


@pytest.mark.parametrize("ways", WAITLESS)
def test_a_cycle_without_a_wait_is_refused_at_its_first_gateway(ways):
    found = [each for each in judged(*ways) if each[0] == "cycle-without-wait"]
    assert [(code, element) for code, element, _ in found] == [
        ("cycle-without-wait", "xor1")
    ]
    assert found[0][2][0] == found[0][2][-1] == "xor1"


@pytest.mark.parametrize("wait", ["T", "wait", "call"])
def test_a_cycle_on_which_something_waits_is_accepted(wait):
    assert judged("start > xor1 > xor2 > end", f"xor2 > {wait} > xor1") == []


def test_a_join_on_a_cycle_waits_for_the_task_beside_it():
    ways = ("start > xor1 > and1 > T > and2 > xor2 > end", "xor2 > xor1", "and1 > and2")
    assert judged(*ways) == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("start1 > T > end1", []),
        ("start1 > rule > end1", ["cycle-without-wait"]),
    ],
)
def test_a_subprocess_waits_if_every_way_through_it_does(body, codes):
    inner = subprocess("round", scope(body))
    found = judged("start > xor1 > round > xor2 > end", "xor2 > xor1", nodes=[inner])
    assert [code for code, *_ in found] == codes


def with_timers(*timers):
    """
    One task with these timers, each as its clock and whether it interrupts.
    """
    events = [
        boundary(f"late{number}", "A", timer=clock, interrupting=interrupting)
        for number, (clock, interrupting) in enumerate(timers)
    ]
    ways = [f"{event.id} > B{event.id} > end_{event.id}" for event in events]
    return judged("start > A > end", *ways, nodes=events)


def on(day):
    return timer(at=datetime(2026, 1, day, tzinfo=UTC))


NEVER = [
    [(timer("PT0S"), True)],
    [(timer("P0D"), False)],
    [(timer("-PT1H"), True)],
    [(timer("PT8H", repeats=0), False)],
    [(timer("PT0S", repeats=3), False)],
    [(timer("P2D"), False), (timer("PT24H"), True)],
    [(timer("P2M"), False), (timer("P4W"), True)],
    [(timer("PT25H", repeats=3), False), (timer("P1D"), True)],
    [(on(2), False), (on(1), True)],
]


@pytest.mark.parametrize("timers", NEVER)
def test_a_timer_that_can_never_fire_is_refused(timers):
    assert with_timers(*timers) == [
        ("timer-never-fires", "late0", ("start", "A", "late0"))
    ]


EVER = [
    [(timer("PT1S"), True)],
    [(timer("PT8H", repeats=1), False)],
    [(timer("PT8H", repeats=None), False)],
    [(timer("PT24H"), False), (timer("P2D"), True)],
    [(timer("PT24H"), False), (timer("P1D"), True)],
    [(timer("P30D"), False), (timer("P1M"), True)],
    [(timer("P2D"), False), (timer("PT24H"), False)],
    [(on(1), False), (on(2), True)],
    [(on(2), False), (timer("PT1H"), True)],
]


@pytest.mark.parametrize("timers", EVER)
def test_a_timer_that_may_fire_is_accepted(timers):
    assert with_timers(*timers) == []


STAFF = Staff(
    people=frozenset({"ann", "bob", "eve"}),
    roles={"sales": frozenset({"ann", "bob"}), "legal": frozenset({"zoe"})},
    submitters=frozenset({"ann"}),
)
EXPRESSION = parse_expression("submitter")

STAFFED = [
    Work(groups=("sales",)),
    Work(users=("bob",)),
    Work(users=("ann", "eve")),
    Work(assignee=("eve",)),
    Work(lane="sales"),
    Work(groups=("sales", "nobody")),
    Work(assignee=EXPRESSION),
    Work(groups=EXPRESSION),
]


@pytest.mark.parametrize("work", STAFFED)
def test_a_task_that_somebody_may_do_is_accepted(work):
    assert judged("start > T > end", nodes=[node("T", work=work)], staff=STAFF) == []


UNSTAFFED = [
    (Work(), "nobody-asked"),
    (None, "nobody-asked"),
    (Work(groups=("legal",)), "nobody-there"),
    (Work(groups=("nobody",)), "nobody-there"),
    (Work(lane="nobody"), "nobody-there"),
    (Work(assignee=("zoe",), groups=("sales",)), "nobody-there"),
    (Work(users=("ann",)), "only-submitter"),
    (Work(assignee=("ann",), groups=("sales",)), "only-submitter"),
]


@pytest.mark.parametrize(("work", "code"), UNSTAFFED)
def test_a_task_that_nobody_may_do_is_refused(work, code):
    found = judged("start > T > end", nodes=[node("T", work=work)], staff=STAFF)
    assert found == [(code, "T", ("start", "T"))]


def test_without_a_directory_only_a_task_that_asks_nobody_is_refused():
    asks = [node("T", work=Work(groups=("nobody",)))]
    assert judged("start > T > end", nodes=asks) == []
    asks = [node("T", work=Work())]
    assert judged("start > T > end", nodes=asks) == [
        ("nobody-asked", "T", ("start", "T"))
    ]


def test_a_step_of_the_policy_asks_whom_the_policy_says():
    step = node("T", work=Work(), properties={"step": "finance"})
    assert judged("start > T > end", nodes=[step], staff=STAFF) == []
