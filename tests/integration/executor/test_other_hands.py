"""
Reassign, ask for information, add an approver, answer a comment.
"""

from datetime import timedelta

import pytest

from approval_engine.domain.actions import Action
from approval_engine.errors import Forbidden, InvalidInput, InvalidState, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.tick import due, tick
from approval_engine.history.reading import timeline
from tests.integration.executor.company import STEPS
from tests.integration.executor.office import PATIENT, data, staff, told


def last(company, workflow):
    return timeline(company.runtime.database, workflow)[-1]


def test_an_admin_or_the_manager_gives_a_task_to_somebody_else(company):
    workflow = staff(company).started()
    company.act(workflow, "finance", "claim", "fred")

    for actor in ("fiona", "maria", "dora"):
        with pytest.raises(Forbidden, match=f"'{actor}' is neither an admin nor"):
            company.act(workflow, "finance", "reassign", actor, to="fiona")
    # Carl is Fred's manager.
    company.act(workflow, "finance", "reassign", "carl", to="fiona")
    task = company.task(workflow, "finance")
    assert (task.assignee, task.principal, task.status) == ("fiona", None, "open")
    assert told(company, workflow, "reassigned") == ["fiona"]

    company.act(workflow, "finance", "reassign", "ada", to="dora")
    with pytest.raises(Forbidden, match="it is with 'dora'"):
        company.act(workflow, "finance", "approve", "fiona")
    company.act(workflow, "finance", "approve", "dora")
    assert company.is_sound()


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("sam", "'sam' must not decide: submitter of the quote"),
        ("lara", "'lara' holds no role of"),
        ("nobody", "'nobody' is not in the directory"),
        ("fred", "'fred' already has it"),
    ],
)
def test_a_task_goes_to_nobody_who_may_not_decide_it(company, to, reason):
    workflow = staff(company).started()
    company.act(workflow, "finance", "claim", "fred")

    with pytest.raises(Forbidden, match=reason):
        company.act(workflow, "finance", "reassign", "ada", to=to)
    with pytest.raises(InvalidInput, match="nobody is named"):
        company.act(workflow, "finance", "reassign", "ada")


def test_whoever_is_asked_for_information_answers_and_the_task_stays(company):
    workflow = company.started()
    company.act(workflow, "finance", "request-info", "fred", comment="which term?")

    assert company.task(workflow, "finance").info_from == "sam"
    assert told(company, workflow, "info_requested") == ["sam"]
    with pytest.raises(InvalidState, match="waits for information from 'sam' already"):
        company.act(workflow, "finance", "request-info", "fiona", to="olga")
    with pytest.raises(Forbidden, match="'sam' was asked, not 'olga'"):
        company.act(workflow, "finance", "provide-info", "olga")
    with pytest.raises(Forbidden, match="'sam' must not decide"):
        company.act(workflow, "finance", "approve", "sam")

    company.act(workflow, "finance", "provide-info", "sam", comment="36 months")
    assert told(company, workflow, "info_provided") == ["fiona", "fred"]
    with pytest.raises(InvalidState, match="nobody was asked"):
        company.act(workflow, "finance", "provide-info", "sam")
    company.act(workflow, "finance", "approve", "fred")
    assert company.is_sound()


def test_a_question_needs_words_and_goes_to_somebody_else_who_is_there(company):
    workflow = company.started()

    with pytest.raises(InvalidInput, match="a comment is missing"):
        company.act(workflow, "finance", "request-info", "fred", comment=" ")
    with pytest.raises(Forbidden, match="'fred' would ask himself"):
        company.act(workflow, "finance", "request-info", "fred", to="fred")
    with pytest.raises(Forbidden, match="'ghost' is not in the directory"):
        company.act(workflow, "finance", "request-info", "fred", to="ghost")
    with pytest.raises(Forbidden, match="'lara' is not one of those asked"):
        company.act(workflow, "finance", "request-info", "lara", to="olga")


def test_the_clock_of_a_step_stands_still_while_it_waits_for_information(make_company):
    company = make_company(steps=PATIENT)
    workflow = company.started()
    before = {t.element: t.due_at for t in company.case(workflow).timers}
    company.wait(hours=2)
    company.act(workflow, "finance", "request-info", "fred")
    company.wait(days=3, hours=-2)
    assert workflow in due(company.runtime)  # the manager's step goes on
    tick(company.runtime, workflow)
    assert told(company, workflow, "reminder") == []
    assert company.task(workflow, "finance").escalation_level == 0

    company.act(workflow, "finance", "provide-info", "sam")
    after = {t.element: t.due_at for t in company.case(workflow).timers}
    # Three working days of eight hours, less the two hours before the question.
    assert after["remind_finance_1"] - before["remind_finance_1"] == timedelta(
        days=2, hours=22
    )
    assert company.task(workflow, "finance").due_at - before["due_finance"] == (
        timedelta(days=4, hours=22)
    )
    assert company.is_sound()


def test_a_decision_without_the_information_lets_the_clock_run_on(make_company):
    legal = {**PATIENT["legal"], "pauseOnInfo": True}
    company = make_company(steps={**PATIENT, "legal": legal})
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}
    company.act(workflow, "legal", "request-info", "lara", task=seats["lara"])
    assert company.case(workflow).next_due_at is None
    company.wait(hours=1)
    company.act(workflow, "legal", "approve", "lara", task=seats["lara"])

    assert company.case(workflow).next_due_at is not None
    assert company.log(workflow)[-2:] == ["task_approved", "clock_resumed"]
    assert company.is_sound()


def test_without_the_setting_the_clock_runs_on_while_somebody_is_asked(company):
    workflow = company.started()
    before = company.case(workflow).timers
    company.act(workflow, "finance", "request-info", "fred")

    assert company.case(workflow).timers == before
    assert data(last(company, workflow).event)["pauses"] is False


def test_an_added_approver_must_approve_besides_the_rule(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "add-approver", "fred", to="lara")
    lara = company.case(workflow).tasks[-1]
    assert (lara.assignee, lara.ad_hoc, lara.step) == ("lara", True, "finance")
    assert told(company, workflow, "asked") == ["fiona", "fred", "lara", "maria"]

    assert company.act(workflow, "finance", "approve", "fred").status == "pending"
    answer = company.act(workflow, "finance", "approve", "lara", task=lara.id)
    assert answer.status == "approved"
    assert company.is_sound()


def test_an_added_approver_alone_is_not_enough(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "add-approver", "fred", to="lara")
    lara = company.case(workflow).tasks[-1].id

    assert company.act(workflow, "finance", "approve", "lara", task=lara).status == (
        "pending"
    )
    assert company.act(workflow, "finance", "approve", "fiona").status == "approved"
    assert company.is_sound()


@pytest.mark.parametrize(
    ("verdict", "status"), [("reject", "rejected"), ("return", "returned")]
)
def test_a_no_of_an_added_approver_is_a_no(company, verdict, status):
    workflow = company.started()
    company.act(workflow, "finance", "add-approver", "fred", to="lara")
    lara = company.case(workflow).tasks[-1].id

    answer = company.act(workflow, "finance", verdict, "lara", task=lara)
    assert answer.status == status
    assert company.is_sound()


def test_an_approver_who_comes_after_is_asked_once_the_rule_is_met(company):
    workflow = company.started(margin_pct="30", clause=True)
    seats = {t.assignee: t.id for t in company.case(workflow).seats("legal")}
    wish = Wish(
        workflow=workflow,
        task=seats["lara"],
        action=Action.ADD_APPROVER,
        to="dirk",
        after=True,
    )
    act(company.runtime, wish, Caller(actor="lara", channel="t"))
    assert len(company.case(workflow).tasks) == 3
    with pytest.raises(Forbidden, match="'dirk' has a part in this step already"):
        act(company.runtime, wish, Caller(actor="lara", channel="t"))

    company.act(workflow, "legal", "approve", "lara", task=seats["lara"])
    assert len(company.case(workflow).tasks) == 3
    company.act(workflow, "legal", "approve", "leo", task=seats["leo"])
    case = company.case(workflow)
    assert (case.status, case.task(seats["lena"]).status) == ("pending", "not_required")
    assert [task.assignee for task in case.open_tasks] == ["dirk"]
    answer = company.act(workflow, "legal", "approve", "dirk", task=case.tasks[-1].id)
    assert answer.status == "approved"
    assert company.is_sound()


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("sam", "'sam' must not decide: submitter of the quote"),
        ("fred", "'fred' has a part in this step already"),
        ("ghost", "'ghost' is not in the directory"),
    ],
)
def test_who_must_not_decide_is_not_added_and_no_policy_step_goes(company, to, reason):
    workflow = company.started()
    before = company.case(workflow)

    with pytest.raises(Forbidden, match=reason):
        company.act(workflow, "finance", "add-approver", "fred", to=to)
    with pytest.raises(Forbidden, match="'maria' is not one of those asked"):
        company.act(workflow, "finance", "add-approver", "maria", to="lara")
    assert company.case(workflow) == before


def test_a_reply_names_the_comment_and_tells_its_author(company):
    workflow = company.started()
    company.act(workflow, "finance", "comment", "fred", comment="why so low?")
    asked = last(company, workflow).event.seq
    task = company.task(workflow, "finance").id

    def reply(seq):
        wish = Wish(
            workflow=workflow,
            task=task,
            action=Action.COMMENT,
            comment="a pilot",
            reply_to=seq,
        )
        return act(company.runtime, wish, Caller(actor="sam", channel="t"))

    reply(asked)
    assert data(last(company, workflow).event)["replyTo"] == asked
    assert told(company, workflow, "replied") == ["fred"]
    with pytest.raises(NotFound, match="no comment in event 1 of"):
        reply(1)
    assert company.is_sound()


def test_the_same_person_in_two_branches_decides_twice_with_two_records(make_company):
    both = {**STEPS, "finance": {**STEPS["finance"], "assign": "user:maria"}}
    company = make_company(steps=both)
    staff(company, maria={"manager": "dora"})
    workflow = company.started()
    tasks = {task.step: task for task in company.case(workflow).open_tasks}
    assert {task.assignee for task in tasks.values()} == {"maria"}

    assert company.act(workflow, "manager", "approve", "maria").status == "pending"
    assert company.act(workflow, "finance", "approve", "maria").status == "approved"
    assert company.log(workflow).count("task_approved") == 2


def test_tasks_are_decided_in_bulk_only_where_their_step_allows_it(make_company):
    finance = {**STEPS["finance"], "bulk": True}
    company = make_company(steps={**STEPS, "finance": finance})
    workflow = company.started()

    def decide(step, actor):
        task = company.task(workflow, step).id
        wish = Wish(workflow=workflow, task=task, action=Action.APPROVE, bulk=True)
        return act(company.runtime, wish, Caller(actor=actor, channel="t"))

    with pytest.raises(Forbidden, match="'manager' must be decided one task at a time"):
        decide("manager", "maria")
    assert decide("finance", "fred").result == "applied"
    assert decide("finance", "fred").result == "duplicate"
    assert company.act(workflow, "manager", "approve", "maria").status == "approved"


def test_a_task_closed_by_another_says_whose_decision_closed_it(company):
    workflow = company.started(clause=True)
    rejected = company.task(workflow, "finance").id
    company.act(workflow, "finance", "reject", "fred")
    closed = [
        entry.event
        for entry in timeline(company.runtime.database, workflow)
        if entry.event.action == "task_closed"
    ]

    assert len(closed) == 4
    assert {(event.actor, data(event)["decidedBy"]) for event in closed} == {
        ("fred", rejected)
    }
    assert company.is_sound()


def test_the_submitter_decides_through_no_channel_and_no_action(company):
    workflow = staff(company).started()
    company.act(workflow, "finance", "request-info", "fred")
    before = company.case(workflow)
    task = company.task(workflow, "finance").id

    for action in Action:
        if action in {Action.COMMENT, Action.PROVIDE_INFO}:
            continue
        for channel in ("web", "cli:root", "api:K-1", "mail"):
            for bulk in (False, True):
                wish = Wish(
                    workflow=workflow,
                    task=task,
                    action=action,
                    comment="mine",
                    to="fiona",
                    bulk=bulk,
                )
                with pytest.raises(Forbidden):
                    act(company.runtime, wish, Caller(actor="sam", channel=channel))
    assert company.case(workflow) == before


def test_an_added_seat_leaves_the_escalation_of_the_pool_as_it_was(company):
    workflow = company.started()
    company.act(workflow, "finance", "add-approver", "fred", to="lara")
    company.wait(days=4)
    tick(company.runtime, workflow)
    pool, added = company.case(workflow).seats("finance")

    assert (pool.assignee, pool.candidates) == (None, ("dora", "dirk"))
    assert len(added.candidates) == 1
    assert added.ad_hoc
    assert company.is_sound()


def test_a_question_to_somebody_who_left_is_asked_of_another(make_company):
    company = make_company(steps=PATIENT)
    workflow = staff(company).started()
    company.act(workflow, "finance", "request-info", "fred", to="lara")
    staff(company, lara=None)
    with pytest.raises(Forbidden, match="'lara' is no longer active"):
        company.act(workflow, "finance", "provide-info", "lara")
    company.act(workflow, "finance", "request-info", "fred", to="olga")
    company.act(workflow, "finance", "provide-info", "olga")

    assert company.log(workflow)[-1] == "clock_resumed"
    assert company.is_sound()
