"""
Steps that inform without blocking: advice, steps for information, and `inform`.
"""

import pytest

from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.tick import tick
from approval_engine.operations.invariants.table import check_all
from approval_engine.store.notices import told_to, was_told
from tests.integration.executor.company import INPUTS, STEPS, TRIGGERS
from tests.integration.executor.office import told

ADVISED = {
    **STEPS,
    "legal": {"role": "legal", "required": False, "remindAfterHours": [4]},
    "director": {"role": "director", "chain": "side", "required": False},
}
MARGIN = {**TRIGGERS[0], "require": ["manager", "finance", "legal", "director"]}
TOLD = {**TRIGGERS[0], "inform": ["cfo"]}


@pytest.fixture
def advised(make_company):
    return make_company(steps=ADVISED, triggers=[MARGIN, *TRIGGERS[1:]])


def open_steps(company, workflow):
    return {task.step for task in company.case(workflow).open_tasks}


def is_whole(company):
    return company.is_sound() and check_all(company.runtime).findings == ()


def test_an_optional_step_is_asked_and_nobody_waits_for_it(advised):
    workflow = advised.started()
    assert open_steps(advised, workflow) == {"manager", "finance", "legal", "director"}
    advised.act(workflow, "manager", "approve", "maria")
    answer = advised.act(workflow, "finance", "approve", "fred")
    statuses = {task.step: task.status for task in advised.case(workflow).tasks}

    assert answer.status == "approved"
    assert (statuses["legal"], statuses["director"]) == ("not_required",) * 2
    assert is_whole(advised)


@pytest.mark.parametrize("answer", ["approve", "reject", "return"])
def test_the_advice_is_recorded_and_decides_nothing(advised, answer):
    workflow = advised.started()
    assert advised.act(workflow, "legal", answer, "lara").status == "pending"
    assert open_steps(advised, workflow) == {"manager", "finance", "director"}
    advised.act(workflow, "manager", "approve", "maria")
    assert advised.act(workflow, "finance", "approve", "fred").status == "approved"
    assert is_whole(advised)


def test_a_rejection_ends_the_open_advice_too(advised):
    workflow = advised.started()

    assert advised.act(workflow, "finance", "reject", "fred").status == "rejected"
    assert open_steps(advised, workflow) == set()
    assert is_whole(advised)


def test_advice_is_reminded_of_and_never_escalated(advised):
    workflow = advised.started()
    advised.wait(days=30)
    tick(advised.runtime, workflow)

    assert set(told(advised, workflow, "reminder")) == {"lara", "leo", "lena"}
    legal = advised.task(workflow, "legal")
    assert (legal.status, legal.escalation_level) == ("open", 0)
    assert is_whole(advised)


def test_a_recall_closes_the_advice(advised):
    workflow = advised.started()
    recall(advised.runtime, workflow, "oops", Caller(actor="sam", channel="t"))

    assert open_steps(advised, workflow) == set()
    assert is_whole(advised)


def test_a_step_for_information_asks_nobody_and_tells_its_role(make_company):
    fyi = {**STEPS, "legal": {"role": "legal", "fyi": True}}
    margin = {**TRIGGERS[0], "require": ["manager", "legal"]}
    company = make_company(steps=fyi, triggers=[margin])
    workflow = company.started()

    assert open_steps(company, workflow) == {"manager"}
    assert told(company, workflow, "informed") == ["lara", "lena", "leo"]
    assert company.act(workflow, "manager", "approve", "maria").status == "approved"
    assert is_whole(company)


def test_the_inform_of_a_trigger_tells_the_role_and_opens_the_page(make_company):
    company = make_company(triggers=[TOLD, *TRIGGERS[1:]], inputs=INPUTS)
    workflow = company.started()
    other = company.started(margin_pct="30", clause=True)

    assert company.log(workflow)[:3] == ["submitted", "planned", "informed"]
    assert told(company, workflow, "informed") == ["carl"]
    with company.runtime.database.read() as transaction:
        (notice,) = told_to(transaction, "carl")
        assert (notice.workflow, notice.status) == (workflow, "pending")
        assert was_told(transaction, "carl", workflow)
        assert not was_told(transaction, "carl", other)
        assert told_to(transaction, "lara") == ()
    assert is_whole(company)


def test_a_quote_that_only_informs_is_approved_with_a_record(make_company):
    fyi = {**STEPS, "finance": {"role": "finance", "required": False}}
    margin = {**TRIGGERS[0], "require": ["finance"]}
    company = make_company(steps=fyi, triggers=[margin])
    workflow = company.started()

    assert company.case(workflow).status == "approved"
    assert told(company, workflow, "informed") == ["fiona", "fred"]
    assert is_whole(company)
