"""
What is said of silence is what the clock will do.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from approval_engine.domain.timers import PendingTimer, TimerKind
from approval_engine.planner.lateness import late
from approval_engine.planner.plan import EscalationLevel
from tests.factories import NOW, make_task, make_workflow
from tests.unit.definitions.plans import make_step

LADDER = (EscalationLevel(role="cfo", after_hours=Decimal(24)),)


def waiting(kind, level=1):
    timer = PendingTimer(
        element="due_finance",
        occurrence=1,
        step="finance",
        kind=kind,
        level=level,
        due_at=NOW,
    )
    return replace(make_workflow(), timers=(timer,))


def step(**changes):
    return replace(make_step("finance"), escalations=LADDER, **changes)


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ({"on_timeout": "escalate"}, "CFO is asked"),
        ({"on_timeout": "escalate", "escalate_mode": "add"}, "CFO is asked too"),
        ({"on_timeout": "remind"}, "A reminder is sent"),
        ({"on_timeout": "hold"}, "It is held and the deal desk is told"),
        ({"on_timeout": "reject"}, "It is rejected"),
        ({"on_timeout": "approve"}, "It is approved"),
    ],
)
def test_the_next_timer_does_what_the_policy_says(policy, sentence):
    found = late(waiting(TimerKind.ESCALATION), step(**policy))

    assert (found.at, found.sentence) == (NOW, sentence)


def test_behind_the_ladder_the_fallback_role_is_asked():
    found = late(waiting(TimerKind.ESCALATION, level=2), step(on_timeout="escalate"))

    assert found.sentence == "The fallback role is asked"


@pytest.mark.parametrize(
    ("word", "sentence"),
    [("hold", "It is held and the deal desk is told"), ("reject", "It is rejected")],
)
def test_an_exhausted_ladder_holds_or_rejects(word, sentence):
    found = late(waiting(TimerKind.EXHAUSTED), step(on_exhausted=word))

    assert (found.at, found.sentence) == (NOW, sentence)


def test_where_no_timer_waits_the_clock_does_nothing_more():
    found = late(make_workflow(), step(on_timeout="escalate"))

    assert found.at is None
    assert found.sentence == "It is held, as nobody is left to ask"


def test_a_clock_that_stands_still_leads_to_nothing():
    paused = waiting(TimerKind.ESCALATION)
    timers = tuple(replace(timer, paused_at=NOW) for timer in paused.timers)
    found = late(replace(paused, timers=timers), step(on_timeout="reject"))

    assert found.at is None
    assert found.sentence == "The clock stands still until a question is answered"


def test_silence_never_speaks_for_an_approver_who_was_added():
    added = make_task(ad_hoc=True, seat=2)
    workflow = replace(waiting(TimerKind.ESCALATION), tasks=(make_task(), added))
    found = late(workflow, step(on_timeout="approve"))

    assert found.sentence == "It is held and the deal desk is told"
