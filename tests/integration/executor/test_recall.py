"""
Recall: the submitter withdraws, and the same revision may come back.
"""

import pytest

from approval_engine.errors import Forbidden, InvalidInput, InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.recall import recall
from approval_engine.operations import intake
from tests.integration.executor.company import directory, document


def withdraw(company, workflow, actor="sam", comment="wrong price", key=None):
    caller = Caller(actor=actor, channel="t", key=key)
    return recall(company.runtime, workflow, comment, caller)


def test_a_recall_cancels_every_open_task(company):
    workflow = company.started(clause=True)
    company.act(workflow, "finance", "approve", "fred")
    answer = withdraw(company, workflow)
    left = {t.status for t in company.case(workflow).tasks if t.step != "finance"}

    assert answer.status == "recalled"
    assert left == {"cancelled"}
    assert company.case(workflow).next_due_at is None
    assert withdraw(company, workflow).result == "duplicate"
    assert company.is_sound()


def test_after_a_recall_the_same_revision_is_tried_again(company):
    first = company.started()
    withdraw(company, first)
    second = company.submit("Q-1").workflow

    assert second != first
    assert company.case(second).attempt == 2


def test_only_the_submitter_recalls_and_says_why(company):
    workflow = company.started()

    with pytest.raises(Forbidden, match="submitted by 'sam', not by 'fred'"):
        withdraw(company, workflow, actor="fred")
    with pytest.raises(InvalidInput, match="a comment is missing"):
        withdraw(company, workflow, comment=" ")
    assert company.case(workflow).status == "pending"


@pytest.mark.parametrize("comment", ["a\x00b", "\udcff", "x" * 10_001])
def test_a_comment_that_cannot_be_kept_is_refused(company, comment):
    workflow = company.started()

    with pytest.raises(InvalidInput, match="Unicode text of at most 10000 characters"):
        withdraw(company, workflow, comment=comment)
    with pytest.raises(InvalidInput, match="Unicode text of at most 10000 characters"):
        company.act(workflow, "finance", "comment", "fred", comment=comment)
    assert company.case(workflow).status == "pending"


@pytest.mark.parametrize("comment", ["", " \n", "\u200b"])
def test_a_comment_that_nobody_can_read_is_none(company, comment):
    workflow = company.started()

    with pytest.raises(InvalidInput, match="a comment is missing"):
        withdraw(company, workflow, comment=comment)
    with pytest.raises(InvalidInput, match="a comment is missing"):
        company.act(workflow, "finance", "reject", "fred", comment=comment)


def test_whoever_left_neither_submits_nor_recalls(company):
    workflow = company.started()
    company.quote("Q-9")
    value = directory()
    for user in value["users"]:
        user["active"] = user["id"] != "sam"
    intake.import_directory(company.runtime, document(value))

    with pytest.raises(Forbidden, match="'sam' is no longer active"):
        withdraw(company, workflow)
    with pytest.raises(Forbidden, match="'sam' is no longer active"):
        company.submit("Q-9")


def test_what_is_decided_is_not_recalled(company):
    workflow = company.started()
    company.act(workflow, "finance", "reject", "fred")

    with pytest.raises(InvalidState, match="it is rejected"):
        withdraw(company, workflow)
