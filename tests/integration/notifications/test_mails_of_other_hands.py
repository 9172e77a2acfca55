"""
Mails about what other people do to a task and a review, through a real mail server.
"""

from datetime import timedelta

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.nudge import nudge
from approval_engine.executor.commands.override import Override, override
from approval_engine.notifications.letters import ASKING, NEWS, OPENINGS
from approval_engine.notifications.outbox import ASKED, BESIDE
from approval_engine.operations import intake
from tests.integration.executor.company import document, policy
from tests.integration.executor.office import PATIENT, staff

SAM = Caller(actor="sam", channel="t")


def under(company, steps):
    body = document(policy(steps=steps, version="2"))
    intake.publish_policy(company.runtime, body, "dana")


def test_every_kind_of_message_about_a_task_has_words_of_its_own():
    assert set(OPENINGS) == ASKING == set(ASKED.values())
    assert set(BESIDE.values()) <= set(NEWS)


def test_whoever_gets_a_task_by_reassignment_or_a_nudge_is_told_so(
    company, writer, mailbox
):
    staff(company)
    workflow = company.started()
    company.act(workflow, "finance", "claim", "fred")
    writer.once()
    company.act(workflow, "finance", "reassign", "ada", to="fiona")
    writer.once()
    assert "You are asked in the place of somebody else" in mailbox.of("fiona")[-1].text

    nudge(company.runtime, workflow, SAM)
    writer.once()
    assert "The submitter waits for your answer" in mailbox.of("fiona")[-1].text
    assert "The submitter waits for your answer" in mailbox.of("maria")[-1].text
    assert len(mailbox.of("fred")) == 1
    assert set(writer.statuses()) <= {"sent", "cancelled"}
    assert company.findings() == ()


def test_a_message_to_the_one_before_loses_its_point_when_the_task_is_reassigned(
    company, writer, mailbox
):
    staff(company)
    workflow = company.started()
    company.act(workflow, "manager", "reassign", "ada", to="dora")
    writer.once()

    assert mailbox.of("maria") == []
    assert len(mailbox.of("dora")) == 1
    assert company.findings() == ()


def test_questions_answers_and_an_override_are_told_in_plain_words(
    company, writer, mailbox
):
    under(staff(company), PATIENT)
    workflow = company.started()
    writer.once()
    company.act(workflow, "finance", "request-info", "fred")
    company.wait(hours=1)
    nudge(company.runtime, workflow, SAM)
    writer.once()
    assert "waits for information from you" in mailbox.of("sam")[-1].text

    company.act(workflow, "finance", "provide-info", "sam")
    company.act(workflow, "finance", "add-approver", "fred", to="lara")
    writer.once()
    assert "has the information you asked for" in mailbox.of("fred")[-1].text
    assert "You are asked" in mailbox.of("lara")[-1].text

    for person, limit in (("ada", None), ("abe", None)):
        wish = Override(
            workflow=workflow, decision="approve", comment="now", limit=limit
        )
        override(company.runtime, wish, Caller(actor=person, channel="t"))
        writer.once()
    assert "waits for a second admin" in mailbox.of("abe")[-1].text
    assert "was decided by an admin" in mailbox.of("sam")[-1].text
    assert company.findings() == ()


def test_a_mail_says_what_silence_does_to_this_step_as_it_stands(
    company, writer, mailbox
):
    finance = {
        "role": "finance",
        "pauseOnInfo": True,
        "onTimeout": "approve",
        "approveOnTimeout": True,
    }
    under(company, {**PATIENT, "finance": finance})
    workflow = company.started()
    writer.once()
    assert "If you do nothing: It is approved" in mailbox.of("fred")[-1].text

    task = company.task(workflow, "finance").id
    wish = Wish(workflow=workflow, task=task, action=Action.ADD_APPROVER, to="lara")
    act(company.runtime, wish, Caller(actor="fred", channel="t"))
    writer.once()
    assert "If you do nothing: It is held" in mailbox.of("lara")[-1].text

    company.act(workflow, "finance", "request-info", "fred", task=task)
    company.wait(hours=1)
    company.act(workflow, "finance", "delegate", "fred", to="fiona", task=task)
    writer.once()
    assert "The clock stands still" in mailbox.of("fiona")[-1].text
    company.now += timedelta(days=9)
    assert company.case(workflow).status == "pending"
    assert company.findings() == ()
