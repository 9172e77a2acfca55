"""
Recall: the submitter withdraws, and the same revision may come back.
"""

import pytest

from approval_engine.errors import Forbidden, InvalidInput, InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.recall import recall


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


def test_what_is_decided_is_not_recalled(company):
    workflow = company.started()
    company.act(workflow, "finance", "reject", "fred")

    with pytest.raises(InvalidState, match="it is rejected"):
        withdraw(company, workflow)
