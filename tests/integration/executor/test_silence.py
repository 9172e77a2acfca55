"""
What a policy says of silence: hold and tell, remind, reject or approve, by name only.
"""

import pytest

from approval_engine.errors import InvalidState
from approval_engine.executor.commands.tick import due, tick
from approval_engine.history.reading import detail, find
from approval_engine.operations import intake
from tests.integration.executor.company import (
    ROLES,
    STEPS,
    directory,
    document,
)
from tests.integration.executor.firm import (
    firm,
    hop,
    is_sound,
    late,
    started,
    told,
)

SILENCES = ("hold", "remind", "reject", "approve", "escalate")


@pytest.mark.parametrize("silence", SILENCES)
def test_silence_means_what_the_policy_says_and_nothing_else(make_company, silence):
    company = firm(make_company, onTimeout=silence)
    workflow = started(company)
    late(company, workflow)
    ended = {"reject": "rejected", "approve": "approved"}
    status = {"reject": "not_required", "approve": "not_required"}

    case = company.case(workflow)
    assert case.status == ended.get(silence, "pending")
    assert company.task(workflow, "finance").status == status.get(silence, "open")
    assert ("step_timed_out" in company.log(workflow)) is (silence in ended)
    assert is_sound(company)


def test_a_rejection_by_time_ends_the_others_and_says_so(make_company):
    company = firm(make_company, onTimeout="reject")
    workflow = company.started()
    late(company, workflow, times=2)

    tasks = {task.step: task for task in company.case(workflow).tasks}
    assert {str(task.status) for task in tasks.values()} == {"not_required"}
    assert {task.closed_by for task in tasks.values()} == {"system"}
    assert company.log(workflow)[-4:] == [
        "step_timed_out",
        "task_closed",
        "task_closed",
        "workflow_rejected",
    ]
    assert told(company, "timed_out") == {"fred", "fiona", "dana"}
    assert told(company, "rejected") == {"sam"}
    assert is_sound(company)


def test_an_approval_by_time_opens_the_next_stage(make_company):
    company = firm(make_company, onTimeout="approve")
    workflow = company.started(amount="1000000")
    company.act(workflow, "manager", "approve", "maria")
    late(company, workflow)

    assert [task.step for task in company.case(workflow).open_tasks] == ["cfo"]
    assert is_sound(company)


@pytest.mark.parametrize(
    ("silence", "answers", "status"),
    [
        ("reject", ["approve"], "rejected"),
        ("approve", ["approve"], "approved"),
        ("approve", ["reject"], "approved"),
        ("approve", ["reject", "reject"], "rejected"),
    ],
)
def test_at_the_deadline_of_waiting_for_all_silence_counts_as_an_answer(
    make_company, silence, answers, status
):
    rule = {"quorum": 2, "waitForAll": True}
    company = firm(
        make_company,
        members={"finance": ["fred", "fiona", "carl"]},
        onTimeout=silence,
        completion=rule,
    )
    workflow = started(company)
    for task, person, answer in zip(
        company.case(workflow).seats("finance"),
        ["fred", "fiona"],
        answers,
        strict=False,
    ):
        company.act(workflow, "finance", answer, person, task=task.id)
    late(company, workflow)

    assert company.case(workflow).status == status
    assert is_sound(company)


def test_seats_that_are_not_awaited_take_the_outcome_itself(make_company):
    company = firm(make_company, onTimeout="reject", completion="all_respond_any")
    workflow = started(company)
    company.act(workflow, "finance", "approve", "fred")
    late(company, workflow)

    # Waiting for all, his approval would have been enough.
    assert company.case(workflow).status == "rejected"
    assert is_sound(company)


def test_escalation_with_no_manager_goes_to_the_head_of_the_role_then_on(make_company):
    ladder = [{"role": "director"}]
    steps = {
        "finance": {
            "role": "finance",
            "assign": "user:fred",
            "escalateTo": ladder,
        }
    }
    company = make_company(steps=STEPS | steps)
    people = directory()
    people["roles"] = {**ROLES, "director": []}
    intake.import_directory(company.runtime, document(people))
    workflow = started(company)
    late(company, workflow)
    task = company.task(workflow, "finance")

    assert (task.role, task.candidates) == ("finance", ("fiona",))
    assert hop(company, workflow)["skipped"] == [
        {"role": "director", "because": "nobody holds it"}
    ]
    assert is_sound(company)


@pytest.mark.parametrize(
    ("without", "role"),
    [
        ((), "director"),
        (("director",), "cfo"),
        (("director", "cfo"), "deal_desk"),
        (("director", "cfo", "deal_desk"), "policy_owner"),
    ],
)
def test_each_hop_of_a_ladder_is_tried_in_order_and_logged(make_company, without, role):
    ladder = [{"role": "director"}, {"role": "cfo"}]
    owners = {"policy_owner": ["olga"]}
    company = firm(make_company, members=owners, escalateTo=ladder)
    workflow = started(company)
    people = directory()
    people["roles"] = {**ROLES, **owners, **{key: [] for key in without}}
    intake.import_directory(company.runtime, document(people))
    late(company, workflow)

    assert company.task(workflow, "finance").role == role
    assert [each["role"] for each in hop(company, workflow)["skipped"]] == [*without]
    assert is_sound(company)


def test_a_rung_that_is_the_submitter_or_has_decided_is_skipped(make_company):
    rule = {"quorum": 2}
    company = firm(
        make_company,
        members={"director": ["sam"], "cfo": ["fred"]},
        completion=rule,
        escalateTo=[{"role": "director"}, {"role": "cfo"}],
    )
    workflow = started(company)
    company.act(workflow, "finance", "approve", "fred")
    late(company, workflow)

    open_seat = company.case(workflow).open_tasks[0]
    assert (open_seat.role, open_seat.assignee) == ("deal_desk", "dana")
    skipped = {
        each["role"]: each["because"] for each in hop(company, workflow)["skipped"]
    }
    assert skipped["director"].startswith("sam: ")
    assert skipped["cfo"] == "fred: is asked already"
    assert is_sound(company)


@pytest.mark.parametrize("word", ["hold", "reject"])
def test_an_exhausted_ladder_holds_and_tells_or_rejects_never_approves(
    make_company, word
):
    company = firm(make_company, onExhausted=word, escalateTo=[{"role": "director"}])
    workflow = started(company)
    late(company, workflow)
    assert company.task(workflow, "finance").role == "director"
    late(company, workflow)

    case = company.case(workflow)
    assert case.status == {"hold": "pending", "reject": "rejected"}[word]
    assert company.log(workflow).count("timer_exhausted") == (word == "hold")
    if word == "hold":
        assert told(company, "held") == {"dana"}
        assert (case.timers, due(company.runtime)) == ((), ())
        company.wait(days=300)
        assert tick(company.runtime, workflow) is None
        assert company.act(workflow, "finance", "approve", "dora").result == "applied"
    assert is_sound(company)


def test_a_ladder_on_which_nobody_is_left_holds_at_once(make_company):
    company = firm(make_company, escalateTo=[{"role": "director"}])
    workflow = started(company)
    people = directory()
    people["roles"] = {**ROLES, "director": [], "deal_desk": []}
    people["roles"]["policy_owner"] = ["sam"]
    intake.import_directory(company.runtime, document(people))
    late(company, workflow)

    assert company.log(workflow)[-1] == "timer_exhausted"
    # The submitter owns the policy: he may be told, but never be asked.
    assert told(company, "held") == {"sam"}
    assert company.task(workflow, "finance").candidates == ("fred", "fiona")
    assert is_sound(company)


def test_a_seat_that_nobody_can_take_over_is_told_of_though_others_move(make_company):
    company = firm(
        make_company,
        members={"director": ["dora"], "policy_owner": ["olga"]},
        completion={"quorum": 2},
        escalateTo=[{"role": "director"}],
    )
    workflow = started(company)
    people = directory()
    people["roles"] = {**ROLES, "director": ["dora"], "deal_desk": []}
    people["roles"]["policy_owner"] = ["sam"]
    intake.import_directory(company.runtime, document(people))
    late(company, workflow)

    asked = [task.assignee for task in company.case(workflow).seats("finance")]
    assert asked == ["dora", "fiona"]
    assert company.log(workflow)[-2:] == ["task_escalated", "timer_exhausted"]
    assert told(company, "held") == {"sam"}
    assert is_sound(company)


def test_reminders_missed_in_an_outage_become_one_and_later_ones_go_on(make_company):
    hours = [1, 2, 3, 4, 5, 6, 7, 8, 20]
    company = firm(make_company, remindAfterHours=hours, onTimeout="hold", slaHours=40)
    workflow = started(company)
    company.wait(days=2)
    tick(company.runtime, workflow)

    assert company.log(workflow).count("task_reminded") == 1
    assert told(company, "reminder") == {"fred", "fiona"}
    late(company, workflow)
    assert company.log(workflow).count("task_reminded") == 2
    assert is_sound(company)


def test_the_clock_of_a_delegated_task_runs_on(make_company):
    company = firm(make_company, escalateTo=[{"role": "director"}])
    workflow = started(company)
    at = company.case(workflow).next_due_at
    company.act(workflow, "finance", "delegate", "fred", to="fiona", comment=None)

    assert company.case(workflow).next_due_at == at
    late(company, workflow)
    task = company.task(workflow, "finance")
    assert (task.role, task.principal) == ("director", None)
    assert is_sound(company)


@pytest.mark.parametrize("first", ["clock", "approver"])
def test_whoever_is_first_wins_when_time_and_approver_meet(make_company, first):
    company = firm(make_company, onTimeout="reject")
    workflow = started(company)
    company.now = company.case(workflow).next_due_at
    if first == "clock":
        assert tick(company.runtime, workflow)
        with pytest.raises(InvalidState, match="it is not required by 'system'"):
            company.act(workflow, "finance", "approve", "fred")
    else:
        assert company.act(workflow, "finance", "approve", "fred").result == "applied"
        assert tick(company.runtime, workflow) is None

    status = {"clock": "rejected", "approver": "approved"}[first]
    assert company.case(workflow).status == status
    assert is_sound(company)


def words(company, workflow):
    found = find(company.runtime.database, workflow)
    line = next(each for each in detail(found) if each["step"] == "finance")
    return line["if_late"].partition(" at 2026")[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"escalateTo": [{"role": "director"}]},
            ["director is asked", "it is held and the deal desk is told"],
        ),
        (
            {"escalateTo": [{"role": "cfo"}], "escalateMode": "add"},
            ["cfo is asked too", "it is held and the deal desk is told"],
        ),
        (
            {"onExhausted": "reject"},
            ["the fallback role is asked", "it is rejected"],
        ),
        ({"onTimeout": "approve"}, ["it is approved"]),
        ({"onTimeout": "reject"}, ["it is rejected"]),
        (
            {"onTimeout": "hold"},
            [
                "it is held and the deal desk is told",
                "it is held, as nobody is left to ask",
            ],
        ),
        (
            {"onTimeout": "remind"},
            ["a reminder is sent", "nobody else is asked: it waits for an answer"],
        ),
    ],
)
def test_the_detail_of_a_status_says_what_silence_leads_to(make_company, changes, said):
    company = firm(make_company, **changes)
    workflow = started(company)
    seen = [words(company, workflow)]
    for _ in said[1:]:
        late(company, workflow)
        seen.append(words(company, workflow))

    assert seen == said
