"""
A newer revision: what it ends, whose approval stands, and who is asked again.
"""

from datetime import UTC, datetime

import pytest

from approval_engine.errors import DocumentError, Forbidden, InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.tick import tick
from approval_engine.executor.incident import hold
from approval_engine.history.reading import find
from approval_engine.operations import intake
from tests.integration.executor.company import (
    INPUTS,
    STEPS,
    TRIGGERS,
    directory,
    document,
    policy,
)


def why(company, workflow):
    """
    By step: whose approval stands there, and why.
    """
    tasks = {task.id: task.step for task in company.case(workflow).tasks}
    return {
        tasks[each["taskId"]]: (each["person"], each["because"])
        for each in company.facts(workflow, "task_carried")
    }


def again(company, workflow):
    """
    By step: who decided before, and why that does not stand.
    """
    (planned,) = company.facts(workflow, "planned")
    told = planned.get("askedAgain", [])
    return {each["step"]: (each["person"], each["because"]) for each in told}


def asked(company, workflow):
    return [task.step for task in company.case(workflow).open_tasks]


def test_quote_edited_while_pending(company):
    """
    The old workflow ends with all its tasks; a harmless edit keeps what was approved.
    """
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    answer = company.revised(first, justification="typo")
    old, new = company.case(first), company.case(answer.workflow)

    assert old.status == "superseded"
    assert {task.step: str(task.status) for task in old.tasks} == {
        "manager": "approved",
        "finance": "cancelled",
    }
    assert old.next_due_at is None
    assert company.facts(first, "superseded") == [
        {"taskId": None, "by": new.id, "because": "revision"}
    ]
    assert (new.supersedes, new.fingerprint) == (first, old.fingerprint)
    assert why(company, new.id) == {"manager": ("maria", "unchanged")}
    assert asked(company, new.id) == ["finance"]
    assert company.findings() == ()


def test_a_carried_approval_points_to_the_first_one(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.wait(hours=1)
    second = company.revised(first).workflow
    third = company.revised(second).workflow
    (record,) = company.facts(third, "task_carried")
    original = company.task(first, "manager")

    assert (record["workflow"], record["task"]) == (first, original.id)
    assert record["seq"] == original.closed_seq
    assert company.task(third, "manager").closed_by == "maria"
    assert company.findings() == ()


def test_a_worse_fact_asks_again_those_who_are_asked_because_of_it(company):
    first = company.started(clause=True)
    company.act(first, "manager", "approve", "maria")
    company.act(first, "legal", "approve", "lara")
    second = company.revised(first, clause=True, margin_pct="20").workflow

    assert again(company, second) == {"manager": ("maria", "worse")}
    assert why(company, second) == {"legal": ("lara", "unchanged")}
    assert asked(company, second) == ["manager", "finance", "legal", "legal"]
    assert company.findings() == ()


def test_a_better_fact_keeps_the_approval(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    second = company.revised(first, margin_pct="22").workflow

    assert why(company, second) == {"manager": ("maria", "better")}
    assert company.findings() == ()


def test_a_revision_that_all_have_approved_is_approved_at_once(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    answer = company.revised(first, needed_by="2026-05-01")

    assert (answer.status, answer.steps) == ("approved", 2)
    assert company.case(first).status == "superseded"
    assert company.facts(answer.workflow, "workflow_approved") == [
        {"taskId": None, "fingerprint": company.case(first).fingerprint}
    ]
    assert company.findings() == ()


def test_an_approved_quote_that_became_worse_is_asked_again(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    answer = company.revised(first, margin_pct="21.3")

    assert (answer.status, asked(company, answer.workflow)) == (
        "pending",
        ["manager", "finance"],
    )
    assert company.findings() == ()


@pytest.mark.parametrize("verdict", ["reject", "return"])
def test_resubmission_after_rejection(company, verdict):
    """
    Who approved is not asked again while nothing became worse; who declined is.
    """
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", verdict, "fred")
    second = company.revised(first, margin_pct="23").workflow
    word = {"reject": "rejected", "return": "returned"}[verdict]

    assert company.case(first).status == word
    assert company.case(second).supersedes == first
    assert why(company, second) == {"manager": ("maria", "better")}
    assert again(company, second) == {"finance": ("fred", "declined")}
    assert asked(company, second) == ["finance"]
    assert company.findings() == ()


def test_after_a_recall_nothing_is_carried(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    recall(company.runtime, first, "wrong", Caller(actor="sam", channel="t"))
    second = company.revised(first).workflow

    assert company.case(second).supersedes is None
    assert asked(company, second) == ["manager", "finance"]
    assert company.findings() == ()


def test_decision_on_a_superseded_task(company):
    first = company.started()
    company.revised(first)

    with pytest.raises(InvalidState, match="it is cancelled by 'sam' at 2026-03-02"):
        company.act(first, "finance", "approve", "fred")
    assert company.findings() == ()


def test_policy_changed_while_pending(make_company):
    """
    A workflow keeps its policy; a revision is judged by the new one, and asks again.
    """
    company = make_company()
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    intake.publish_policy(company.runtime, document(policy(version="2")), "dana")
    assert company.case(first).policy_version == "1"
    second = company.revised(first).workflow

    assert company.case(second).policy_version == "2"
    assert again(company, second) == {"manager": ("maria", "other_policy")}
    assert company.findings() == ()


def test_a_fact_without_direction_counts_as_worse(make_company):
    inputs = [{**each, "worse": None} for each in INPUTS]
    inputs = [{n: v for n, v in each.items() if v is not None} for each in inputs]
    company = make_company(inputs=inputs)
    first = company.started()
    company.act(first, "manager", "approve", "maria")

    second = company.revised(first, margin_pct="23").workflow
    assert again(company, second) == {"manager": ("maria", "worse")}


def test_delta_forgives_once_but_not_step_by_step(make_company):
    steps = {**STEPS, "manager": {**STEPS["manager"], "delta": {"margin_pct": "1"}}}
    company = make_company(steps=steps)
    first = company.started(margin_pct="21")
    company.act(first, "manager", "approve", "maria")

    second = company.revised(first, margin_pct="20.2").workflow
    assert why(company, second) == {"manager": ("maria", "within_delta")}
    third = company.revised(second, margin_pct="19.9").workflow
    assert again(company, third) == {"manager": ("maria", "worse")}
    fourth = company.revised(third, margin_pct="20").workflow
    assert why(company, fourth) == {"manager": ("maria", "within_delta")}
    assert company.findings() == ()


def test_a_new_trigger_asks_again(make_company):
    big = {
        "id": "big",
        "reason": "large",
        "when": {"amount": ">= 200000"},
        "require": ["finance"],
    }
    company = make_company(triggers=[*TRIGGERS, big])
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    second = company.revised(first, amount="250000").workflow

    assert why(company, second) == {"manager": ("maria", "unchanged")}
    assert again(company, second) == {"finance": ("fred", "new_trigger")}
    assert company.findings() == ()


def test_a_protected_field_asks_everybody_again(make_company):
    company = make_company(protected=["payment_days"])
    first = company.started(payment_days=30)
    company.act(first, "manager", "approve", "maria")

    kept = company.revised(first, payment_days=30, colour="blue").workflow
    assert why(company, kept) == {"manager": ("maria", "unchanged")}
    second = company.revised(kept, payment_days=60).workflow
    assert again(company, second) == {"manager": ("maria", "worse")}
    assert company.case(second).fingerprint != company.case(kept).fingerprint


def test_who_last_edited_a_protected_field_never_decides(company):
    first = company.started()
    company.act(first, "finance", "approve", "fred")
    second = company.revised(first, editedBy="fred").workflow

    assert again(company, second) == {"finance": ("fred", "not_allowed")}
    assert company.task(second, "finance").candidates == ("fiona",)
    assert company.findings() == ()


def test_who_left_or_lost_his_role_does_not_count(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    changed = directory()
    changed["roles"] = {**changed["roles"], "finance": ["fiona"]}
    intake.import_directory(company.runtime, document(changed))
    second = company.revised(first).workflow

    assert why(company, second) == {"manager": ("maria", "unchanged")}
    assert again(company, second) == {"finance": ("fred", "not_allowed")}
    assert company.findings() == ()


def test_an_approval_that_outlived_its_validity_is_not_carried(make_company):
    company = make_company(approvalValidDays=30)
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    # To the end of the last day, like the approval of a whole quote.
    company.now = datetime(2026, 4, 1, 23, 59, tzinfo=UTC)
    second = company.revised(first).workflow
    assert why(company, second) == {"manager": ("maria", "unchanged")}

    company.wait(minutes=1)
    third = company.revised(second).workflow
    assert again(company, third) == {"manager": ("maria", "expired")}


def test_every_seat_is_carried_for_itself(company):
    first = company.started(clause=True, margin_pct="30")
    company.act(first, "legal", "approve", "leo", task=seat(company, first, "leo"))
    second = company.revised(first, clause=True, margin_pct="30").workflow
    seats = {t.assignee: str(t.status) for t in company.case(second).seats("legal")}

    assert seats == {"lara": "open", "leo": "approved", "lena": "open"}
    task = next(t for t in company.case(second).open_tasks if t.assignee == "lara")
    assert company.act(second, "legal", "approve", "lara", task=task.id).status == (
        "approved"
    )
    assert company.findings() == ()


def test_a_carried_quorum_dispenses_with_the_other_seats(company):
    first = company.started(clause=True)
    company.act(first, "legal", "approve", "lara", task=seat(company, first, "lara"))
    company.act(first, "legal", "approve", "leo", task=seat(company, first, "leo"))
    second = company.revised(first, clause=True, margin_pct="20").workflow
    seats = {t.assignee: str(t.status) for t in company.case(second).seats("legal")}

    assert seats == {"lara": "approved", "leo": "approved", "lena": "not_required"}
    assert company.findings() == ()


def seat(company, workflow, person):
    seats = company.case(workflow).seats("legal")
    return next(task.id for task in seats if task.assignee == person)


def test_a_later_stage_is_carried_as_soon_as_it_opens(company):
    huge = {"amount": "2000000", "margin_pct": "21"}
    first = company.started(**huge)
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    company.act(first, "cfo", "approve", "carl")
    second = company.revised(first, **huge, justification="why").workflow
    assert company.case(second).status == "approved"
    assert len(company.case(second).tasks) == 3

    third = company.revised(second, **{**huge, "margin_pct": "20"}).workflow
    assert asked(company, third) == ["manager", "finance"]
    company.act(third, "manager", "approve", "maria")
    company.act(third, "finance", "approve", "fred")

    assert company.case(third).status == "approved"
    (carried,) = company.facts(third, "task_carried")
    assert (carried["person"], carried["because"]) == ("carl", "unchanged")
    assert company.is_sound()
    assert company.findings() == ()


def test_a_later_stage_whose_facts_got_worse_is_asked_again_when_it_opens(company):
    huge = {"amount": "2000000", "margin_pct": "21"}
    first = company.started(**huge)
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    company.act(first, "cfo", "approve", "carl")
    worse = {"amount": "2000001", "margin_pct": "20"}
    second = company.revised(first, **worse).workflow
    company.act(second, "manager", "approve", "maria")
    company.act(second, "finance", "approve", "fred")

    assert asked(company, second) == ["cfo"]
    assert company.facts(second, "task_carried") == []


def test_a_later_stage_is_not_carried_once_its_approver_has_left(company):
    huge = {"amount": "2000000", "margin_pct": "21"}
    first = company.started(**huge)
    for step, person in (("manager", "maria"), ("finance", "fred"), ("cfo", "carl")):
        company.act(first, step, "approve", person)
    second = company.revised(first, **{**huge, "margin_pct": "20"}).workflow
    company.act(second, "manager", "approve", "maria")
    left = directory()
    for user in left["users"]:
        user["active"] = user["id"] != "carl"
    intake.import_directory(company.runtime, document(left))
    company.act(second, "finance", "approve", "fred")

    assert company.case(second).status == "pending"
    assert company.facts(second, "task_carried") == []


def test_a_revision_that_may_not_be_submitted_ends_nothing(company):
    first = company.started()
    company.quote("Q-1", revision=2, margin_pct="21", currency="USD", amount=None)
    with pytest.raises(DocumentError):
        company.submit("Q-1")
    assert company.case(first).status == "pending"
    assert company.findings() == ()


def test_what_changed_since_his_decision_is_recorded(company):
    first = company.started()
    company.act(first, "manager", "approve", "maria")
    second = company.revised(first, margin_pct="20").workflow
    third = company.revised(second, margin_pct="19").workflow
    (planned,) = company.facts(third, "planned")
    (told,) = planned["askedAgain"]

    assert told["workflow"] == first
    assert told["changes"] == [
        {
            "name": "margin_pct",
            "line": None,
            "before": "21.4",
            "after": "19",
            "course": "worse",
        }
    ]


def test_a_workflow_that_is_repaired_is_not_superseded(company):
    first = company.started()
    hold(company.runtime, first, "engine", "it is broken")
    company.quote("Q-1", revision=2)

    with pytest.raises(InvalidState, match="is held by incident"):
        company.submit("Q-1")
    assert company.case(first).status == "pending"


def test_the_same_key_gets_the_stored_answer_of_a_revision(company):
    first = company.started()
    company.quote("Q-1", revision=2)
    answer = company.submit("Q-1", key="k")
    again = company.submit("Q-1", key="k")

    assert (again.workflow, again.replayed) == (answer.workflow, True)
    assert company.case(answer.workflow).supersedes == first


def test_whoever_stood_in_is_carried_with_the_name_he_stood_in_for(company):
    first = company.started()
    company.act(first, "finance", "delegate", "fred", to="fiona")
    company.act(first, "finance", "approve", "fiona")
    second = company.revised(first, justification="typo").workflow
    (record,) = company.facts(second, "task_carried")

    assert (record["person"], record["principal"]) == ("fiona", "fred")
    assert company.findings() == ()


def test_a_harmless_edit_does_not_stop_the_clock_and_a_real_one_does(company):
    first = company.started()
    due = company.task(first, "finance").due_at
    timers = {t.element: t.due_at for t in company.case(first).timers}
    company.wait(hours=3)
    second = company.revised(first, justification="typo").workflow
    kept = company.case(second)

    assert company.task(second, "finance").due_at == due
    assert {t.element: t.due_at for t in kept.timers} == timers
    third = company.revised(second, margin_pct="20").workflow
    assert company.task(third, "finance").due_at > due
    assert company.findings() == ()


def test_whoever_was_asked_late_is_asked_again_at_once_after_a_harmless_edit(company):
    first = company.started()
    company.wait(days=2)
    company.wait(hours=8)
    tick(company.runtime, first)
    assert company.task(first, "finance").role == "director"
    second = company.revised(first, justification="typo").workflow
    tick(company.runtime, second)

    assert company.task(second, "finance").role == "director"
    assert company.facts(second, "task_reminded") == []
    assert company.findings() == ()


def test_what_a_rule_demands_to_see_is_seen_again_once_it_is_another(make_company):
    clause = {**TRIGGERS[1], "needs": ["justification", "attachment:redline"]}
    company = make_company(triggers=[TRIGGERS[0], clause])
    redline = {"name": "redline.pdf", "mediaType": "application/pdf"}
    given = {"clause": True, "justification": "They grow."}
    first = company.started(**given, attachments=[redline | {"sha256": "a" * 64}])
    company.act(first, "manager", "approve", "maria")
    company.act(first, "legal", "approve", "lara")
    other = [redline | {"sha256": "b" * 64}]
    second = company.revised(first, **given, attachments=other).workflow

    assert why(company, second) == {"manager": ("maria", "unchanged")}
    assert again(company, second) == {"legal": ("lara", "worse")}
    (planned,) = company.facts(second, "planned")
    (change,) = planned["askedAgain"][0]["changes"]
    assert change["name"] == "attachment:redline"
    assert company.findings() == ()


def test_a_revision_never_begins_before_what_it_takes_over(company):
    first = company.started()
    company.wait(hours=3)
    company.act(first, "manager", "approve", "maria")
    company.act(first, "finance", "approve", "fred")
    company.wait(hours=-10)
    second = company.revised(first, needed_by="2026-05-01").workflow

    assert company.case(second).created_at == company.case(first).updated_at
    assert company.findings() == ()


def barred(company, workflow):
    case = find(company.runtime.database, workflow)
    return {
        person: reason
        for step in case.plan.steps
        for person, reason in step.staffing.excluded
    }


def test_an_editor_is_not_forgotten_by_a_revision_that_names_none(make_company):
    company = make_company(protected=["margin_pct"])
    first = company.started(editedBy="fred")
    second = company.revised(first, margin_pct="20").workflow

    reason = "last editor of a protected field, in revision 1"
    assert barred(company, second)["fred"] == reason
    assert company.task(second, "finance").candidates == ("fiona",)
    with pytest.raises(Forbidden, match="'fred' must not decide"):
        company.act(second, "finance", "approve", "fred")
    assert company.findings() == ()


def test_an_editor_is_free_once_somebody_else_edited_a_protected_field(make_company):
    company = make_company(protected=["margin_pct"])
    first = company.started(editedBy="fred")
    harmless = company.revised(first, editedBy="fiona", justification="typo").workflow
    assert {"fred", "fiona"} <= barred(company, harmless).keys()

    changed = company.revised(harmless, editedBy="fiona", margin_pct="20").workflow
    assert "fred" not in barred(company, changed)
    assert company.task(changed, "finance").candidates == ("fred",)
    assert company.act(changed, "finance", "approve", "fred").result == "applied"
    assert company.findings() == ()


def test_who_submitted_an_earlier_revision_never_decides_the_case(company):
    first = company.submit(
        company.quote("Q-1", submittedBy="fred"), actor="fred"
    ).workflow
    second = company.revised(first, actor="sam", submittedBy="sam").workflow

    assert barred(company, second) == {
        "sam": "submitter of the quote",
        "fred": "submitter of revision 1",
    }
    with pytest.raises(Forbidden, match="'fred' must not decide: submitter of revis"):
        company.act(second, "finance", "approve", "fred")
    assert company.act(second, "finance", "approve", "fiona").result == "applied"
    assert company.is_sound()
    assert company.findings() == ()


def test_who_owned_an_earlier_revision_never_decides_the_case(company):
    first = company.started(owner="fred")
    second = company.revised(first).workflow

    assert barred(company, second) == {
        "sam": "submitter of the quote",
        "fred": "owner of revision 1",
    }
    with pytest.raises(Forbidden, match="'fred' must not decide: owner of revision 1"):
        company.act(second, "finance", "approve", "fred")
    assert company.act(second, "finance", "approve", "fiona").result == "applied"
    assert company.is_sound()
    assert company.findings() == ()
