"""
Nudge: a reminder by the submitter, at most once in four hours per task.
"""

import pytest

from approval_engine.errors import Forbidden, InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.nudge import nudge
from tests.integration.executor.office import told


def by(company, workflow, person):
    return nudge(company.runtime, workflow, Caller(actor=person, channel="t"))


def test_the_submitter_nudges_everybody_who_has_not_answered(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    by(company, workflow, "sam")

    assert told(company, workflow, "nudged") == ["fiona", "fred"]
    assert company.is_sound()


def test_a_task_is_nudged_once_in_four_hours(company):
    workflow = company.started()
    by(company, workflow, "sam")
    company.wait(hours=3, minutes=59)
    with pytest.raises(InvalidState, match="again from 2026-03-02 13:00 UTC"):
        by(company, workflow, "sam")
    company.wait(minutes=1)
    by(company, workflow, "sam")

    assert company.log(workflow).count("nudged") == 4


def test_nobody_else_nudges_and_nothing_that_is_over_is_nudged(company):
    workflow = company.started()
    with pytest.raises(Forbidden, match="submitted by 'sam', not by 'fred'"):
        by(company, workflow, "fred")
    company.act(workflow, "finance", "reject", "fred")
    with pytest.raises(InvalidState, match="but it is rejected"):
        by(company, workflow, "sam")


def test_a_task_that_waits_for_information_is_left_alone(company):
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "request-info", "fred")
    with pytest.raises(InvalidState, match="every task waits for information"):
        by(company, workflow, "sam")
