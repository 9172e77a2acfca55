"""
Whatever people answer, a process ends and loses nothing on the way; and if not, how.
"""

import pytest

from approval_engine.definitions.model import Signal
from approval_engine.definitions.soundness import flaws, problems
from tests.unit.definitions.processes import boundary, process, scope, subprocess

SIDE_BY_SIDE = ("start > and1 > Legal > and2 > end", "and1 > Finance > and2")


def judged(*ways, **parts):
    found = flaws(process(*ways, **parts))
    return [(each.code, each.element, each.path) for each in found]


SOUND = {
    "one task": ("start > A > end",),
    "side by side": SIDE_BY_SIDE,
    "side by side to two ends": ("start > and1 > A > end", "and1 > B > end2"),
    "a choice": ("start > xor1 > A > xor2 > end", "xor1 > B > xor2"),
    "a choice to two ends": ("start > xor > A > end", "xor > B > end2"),
    "rejected ends all": (
        "start > and1 > Legal > xor > and2 > end",
        "and1 > Finance > and2",
        "xor > stop",
    ),
    "rejected ends all by a gateway that both share": (
        "start > and1 > Legal > xor1 > and2 > end",
        "and1 > Finance > xor2 > and2",
        "xor1 > xor3 > stop",
        "xor2 > xor3",
    ),
    "an error ends all": (
        "start > and1 > A > xor > and2 > end",
        "and1 > B > and2",
        "xor > fail",
    ),
    "rework": ("start > xor1 > A > xor2 > end", "xor2 > Mend > xor1"),
    "rework within a branch": (
        "start > and1 > xor1 > A > xor2 > and2 > end",
        "and1 > B > and2",
        "xor2 > xor1",
    ),
    "any of some": ("start > or1 > A > or2 > end", "or1 > B > or2", "or1 > C > or2"),
    "an inclusive join waits for all that may come": (
        "start > and1 > A > or > end",
        "and1 > B > xor > or",
        "xor > end2",
    ),
    "a wait": ("start > wait > end",),
}


@pytest.mark.parametrize("ways", SOUND.values(), ids=SOUND.keys())
def test_a_sound_process_is_accepted(ways):
    assert judged(*ways) == []


def test_a_join_that_waits_for_a_rejected_branch_is_a_deadlock():
    found = flaws(
        process(
            "start > and1 > legal > xor > and2 > end",
            "and1 > Finance > and2",
            "xor > end_rejected",
            names={"legal": "Legal", "xor": "Approved?", "xor>end_rejected": "reject"},
        )
    )
    assert [(each.code, each.element, each.line) for each in found] == [
        ("deadlock", "and2", 5)
    ]
    assert found[0].path == ("start", "and1", "Legal", "Approved?: reject", "and2")
    assert found[0].sentence.startswith(
        "After *Legal: reject* the join `and2` waits for ever, for nothing comes from"
        " *Approved?* any more: "
    )


def test_a_parallel_join_behind_a_choice_is_a_deadlock_and_kills_what_follows():
    assert judged("start > xor > A > and > T > end", "xor > B > and") == [
        ("deadlock", "and", ("start", "xor: A", "and")),
        ("dead-task", "T", ("start", "xor", "A", "and", "T")),
    ]


def test_a_parallel_join_behind_an_inclusive_split_is_a_deadlock():
    found = judged("start > or > A > and > end", "or > B > and")
    assert found == [("deadlock", "and", ("start", "or: B", "and"))]


def test_joins_that_wait_for_each_other_are_told_once():
    found = judged(
        "start > and1 > and2 > A > and3 > end", "and1 > and3 > B > and2", "A > end2"
    )
    waiting = [element for code, element, _ in found if code == "deadlock"]
    assert waiting == ["and2"]


def test_an_exclusive_merge_behind_a_fork_gets_two_tokens():
    found = flaws(process("start > and > A > xor > end", "and > B > xor"))
    assert [(each.code, each.element, each.path) for each in found] == [
        ("two-tokens", "xor", ("start", "and", "A", "B", "xor"))
    ]
    assert found[0].sentence.startswith("After *A* and *B* two tokens meet at")


def test_only_the_first_place_where_branches_meet_is_told():
    ways = ("start > and > A > xor > T > U > end", "and > B > xor")
    assert [element for _, element, _ in judged(*ways)] == ["xor"]


def test_a_task_that_two_branches_share_gets_two_tokens():
    found = judged("start > and > A > T > end", "and > B > T")
    assert found == [("two-tokens", "T", ("start", "and", "A", "B", "T"))]


def test_a_fork_that_leads_back_never_ends():
    found = judged("start > xor > A > and > end", "and > xor")
    assert found == [("never-ends", "xor", ("start", "xor"))]


def test_a_cycle_without_a_way_out_never_ends():
    found = judged("start > xor1 > A > xor2 > end", "xor1 > B > xor3 > C > xor3")
    assert found == [("never-ends", "xor3", ("start", "xor1: B", "B", "xor3"))]


def test_a_task_that_no_way_leads_to_is_dead():
    assert judged("start > A > end", "B > end") == [("dead-task", "B", ())]


def test_a_task_behind_an_error_that_nobody_throws_is_dead():
    events = [boundary("failed", "A", Signal.ERROR)]
    found = judged("start > A > end", "failed > B > end", nodes=events)
    assert found == [("dead-task", "B", ("start", "A", "failed", "B"))]


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_timer_opens_work_beside_or_instead_of_its_task(interrupting):
    events = [boundary("late", "A", interrupting=interrupting)]
    ways = ("start > A > end", "late > Call > end2")
    assert judged(*ways, nodes=events) == []


def test_a_reminder_may_come_again_in_each_round():
    events = [boundary("late", "A", interrupting=False)]
    ways = ("start > xor1 > A > xor2 > end", "xor2 > xor1", "late > raise_remind")
    assert judged(*ways, nodes=events) == []


def test_work_beside_a_task_may_still_be_open_in_the_next_round():
    events = [boundary("late", "A", interrupting=False)]
    ways = ("start > xor1 > A > xor2 > end", "xor2 > xor1", "late > Call > end2")
    found = judged(*ways, nodes=events)
    path = ("start", "xor1", "late", "A", "xor2: xor1", "xor1", "late", "Call")
    assert found == [("two-tokens", "Call", path)]


def test_a_timer_that_joins_its_own_branch_again_doubles_it():
    found = judged(
        "start > A > xor > B > end",
        "late > xor",
        nodes=[boundary("late", "A", interrupting=False)],
    )
    assert found == [("two-tokens", "xor", ("start", "late", "A", "xor"))]


ROUND = scope("start1 > xor1 > A > xor2 > end1", "xor2 > fail_returned")


def test_an_error_of_a_subprocess_goes_to_the_event_that_catches_it():
    inner = subprocess("round", ROUND)
    event = boundary("returned", "round", Signal.ERROR, code="returned")
    ways = ("start > xor > round > end", "returned > Mend > xor")
    assert judged(*ways, nodes=[inner, event]) == []


def test_an_event_for_an_error_that_is_not_thrown_leads_nowhere():
    inner = subprocess("round", ROUND)
    event = boundary("rejected", "round", Signal.ERROR, code="rejected")
    ways = ("start > xor > round > end", "rejected > Mend > xor")
    found = judged(*ways, nodes=[inner, event])
    assert found == [
        ("dead-task", "Mend", ("start", "xor", "round", "rejected", "Mend"))
    ]


def test_an_error_that_nobody_catches_ends_the_scopes_around_it():
    inner = subprocess("round", scope("start1 > A > fail"))
    found = judged("start > round > B > end", nodes=[inner])
    assert found == [("dead-task", "B", ("start", "round", "B"))]


def test_a_terminate_end_ends_only_its_own_scope():
    inner = subprocess("round", scope("start1 > and1 > A > stop", "and1 > B > end1"))
    assert judged("start > round > C > end", nodes=[inner]) == []


def test_an_escalation_leaves_its_scope_open():
    inner = subprocess("round", scope("start1 > and1 > A > end1", "and1 > raise_late"))
    event = boundary(
        "late", "round", Signal.ESCALATION, code="late", interrupting=False
    )
    ways = ("start > round > C > end", "late > Call > end2")
    assert judged(*ways, nodes=[inner, event]) == []


def test_what_is_wrong_inside_a_subprocess_is_shown_from_the_very_start():
    inner = subprocess(
        "round", scope("start1 > xor > A > and > end1", "xor > B > and"), name="Round"
    )
    found = judged("start > C > round > end", nodes=[inner])
    path = ("start", "C", "Round", "start1", "xor: A", "and")
    assert found == [
        ("deadlock", "and", path),
    ]


def test_a_slot_or_call_is_one_task():
    ways = ("start > and1 > slot > and2 > end", "and1 > call > and2")
    assert judged(*ways) == []
    ways = ("start > and1 > slot > xor > end", "and1 > call > xor")
    assert judged(*ways) == [
        ("two-tokens", "xor", ("start", "and1", "slot", "call", "xor"))
    ]


def test_flaws_stand_in_the_order_of_the_file_and_become_problems():
    made = process("start > xor > A > and > T > end", "xor > B > and")
    found = problems(flaws(made), "offer.bpmn")
    assert [(each.file, each.line, each.element) for each in found] == [
        ("offer.bpmn", 4, "and"),
        ("offer.bpmn", 5, "T"),
    ]
    assert found[0].sentence.endswith("The shortest way there: start → xor: A → and.")


def test_many_branches_side_by_side_are_judged_at_once():
    branches = [f"and1 > T{n} > xor{n} > and2" for n in range(50)]
    broken = [*branches, "xor17 > end17"]
    assert judged("start > and1", *branches, "and2 > end") == []
    path = ("start", "and1", "T17", "xor17: end17", "and2")
    found = judged("start > and1", *broken, "and2 > end")
    assert found == [("deadlock", "and2", path)]


def test_fifty_branches_that_can_all_be_lost_are_judged_at_once():
    branches = [f"and1 > T{n} > xor{n} > and2" for n in range(50)]
    lost = [f"xor{n} > end{n}" for n in range(50)]
    found = judged("start > and1", *branches, *lost, "and2 > end")
    assert [(code, element) for code, element, _ in found] == [("deadlock", "and2")]


def crossed(count):
    """
    Branches of which each may go to either of two joins that wait for all that come.
    """
    to_one = [f"and1 > T{n} > xor{n} > or1" for n in range(count)]
    to_other = [f"xor{n} > or2" for n in range(count)]
    return ("start > and1", *to_one, *to_other, "or1 > end", "or2 > end2")


def test_what_has_too_many_states_is_refused_and_not_believed():
    assert judged(*crossed(4)) == []
    assert judged(*crossed(14)) == [("too-tangled", "and1", ("start", "and1"))]
