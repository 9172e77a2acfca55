"""
Admin override: its own permission, a reason, a second person, and no approver's name.
"""

from decimal import Decimal

import pytest

from approval_engine.errors import Forbidden, InvalidInput, InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.override import Override, override
from approval_engine.executor.commands.tick import tick
from approval_engine.history.reading import find, timeline
from approval_engine.operations.invariants.table import check_all
from tests.integration.executor.exceptions import POLICY, ask, row
from tests.integration.executor.office import data, staff, told

ENOUGH = Decimal(200000)


@pytest.fixture
def office(company):
    return staff(company, sam={"manager": "maria"})


def by(company, workflow, person, decision="approve", **more):
    more.setdefault("comment", "the board wants it")
    more.setdefault("limit", ENOUGH)
    wish = Override(workflow=workflow, decision=decision, **more)
    return override(company.runtime, wish, Caller(actor=person, channel="t"))


def is_whole(company):
    return company.is_sound() and check_all(company.runtime).findings == ()


@pytest.mark.parametrize(
    ("decision", "status"), [("approve", "approved"), ("reject", "rejected")]
)
def test_an_admin_override_ends_the_review_and_answers_for_nobody(
    office, decision, status
):
    workflow = office.started()
    office.act(workflow, "manager", "approve", "maria")
    answer = by(office, workflow, "ada", decision)
    case = find(office.runtime.database, workflow)

    assert (answer.action, answer.status) == ("override", status)
    assert case.workflow.overridden
    assert case.view()["overridden"] is True
    assert [task.status for task in case.workflow.tasks] == ["approved", "cancelled"]
    assert office.log(workflow)[-1] == "overridden"
    assert office.log(workflow).count("task_approved") == 1
    assert told(office, workflow, "overridden") == ["sam"]
    with pytest.raises(InvalidState, match="it is cancelled by 'ada'"):
        office.act(workflow, "finance", "approve", "fred")
    assert is_whole(office)


def test_an_ordinary_approval_is_not_called_an_override(office):
    workflow = office.started()
    office.act(workflow, "manager", "approve", "maria")
    office.act(workflow, "finance", "approve", "fred")

    assert not office.case(workflow).overridden
    assert "overridden" not in find(office.runtime.database, workflow).view()


@pytest.mark.parametrize(
    ("decision", "last"), [("approve", "expired"), ("reject", "rejected")]
)
def test_an_approval_by_override_is_good_no_longer_than_another(
    make_company, decision, last
):
    office = staff(make_company(approvalValidDays=30), sam={"manager": "maria"})
    workflow = office.started()
    by(office, workflow, "ada", decision)
    assert is_whole(office)

    office.wait(days=31)
    assert bool(tick(office.runtime, workflow)) is (last == "expired")
    assert office.case(workflow).status == last
    assert is_whole(office)


@pytest.mark.parametrize("limit", [None, Decimal(183999)])
def test_above_the_limit_a_second_admin_must_say_the_same(office, limit):
    workflow = office.started()
    first = by(office, workflow, "ada", limit=limit)
    again = by(office, workflow, "ada", limit=limit)

    assert (first.action, first.status) == ("request-override", "pending")
    assert (again.result, again.status) == ("duplicate", "pending")
    assert told(office, workflow, "override_requested") == ["abe"]
    second = by(office, workflow, "abe", limit=limit)
    assert (second.action, second.status) == ("override", "approved")
    event = timeline(office.runtime.database, workflow)[-1].event
    assert (event.actor, data(event)["requestedBy"]) == ("abe", "ada")
    assert is_whole(office)


def test_another_decision_of_the_second_admin_is_a_request_of_its_own(office):
    workflow = office.started()
    by(office, workflow, "ada", limit=None)

    assert by(office, workflow, "abe", "reject", limit=None).status == "pending"
    assert by(office, workflow, "ada", "reject", limit=None).status == "rejected"


@pytest.mark.parametrize(
    ("ada", "status"), [({"active": True}, "approved"), ({"active": False}, "pending")]
)
def test_the_first_admin_counts_if_he_still_may_when_the_second_says_so(
    office, ada, status
):
    workflow = office.started()
    by(office, workflow, "ada", limit=None)
    staff(office, ada=ada, sam={"manager": "maria"})

    second = by(office, workflow, "abe", limit=None)
    assert second.status == status
    if status == "pending":
        assert second.action == "request-override"
        staff(office, sam={"manager": "maria"})
        assert by(office, workflow, "ada", limit=None).status == "approved"
    assert is_whole(office)


def test_a_second_account_is_no_second_person(company):
    staff(company, abe={"email": "ada@example.com"})
    workflow = company.started()
    by(company, workflow, "ada", limit=None)

    assert by(company, workflow, "abe", limit=None).status == "pending"


def test_only_an_admin_who_has_no_part_in_the_quote_overrides(office):
    workflow = office.submit(office.quote("Q-9", owner="abe")).workflow

    with pytest.raises(Forbidden, match="'maria' is no admin"):
        by(office, workflow, "maria")
    with pytest.raises(Forbidden, match="'abe' must not decide: owner of the quote"):
        by(office, workflow, "abe")
    with pytest.raises(Forbidden, match="'ghost' is not in the directory"):
        by(office, workflow, "ghost")
    with pytest.raises(InvalidInput, match="a reason is missing"):
        by(office, workflow, "ada", comment=" ")
    assert office.case(workflow).status == "pending"


def test_what_is_over_is_not_overridden(office):
    workflow = office.started()
    office.act(workflow, "finance", "reject", "fred")

    with pytest.raises(InvalidState, match="it is rejected"):
        by(office, workflow, "ada")


@pytest.mark.parametrize(
    ("decision", "status", "granters"),
    [("approve", "active", ("abe", "ada")), ("reject", "refused", ("abe", "ada"))],
)
def test_an_override_settles_the_exception_that_was_asked_for(
    make_company, decision, status, granters
):
    office = staff(make_company(**POLICY))
    exception, workflow = ask(office)
    by(office, workflow, "ada", decision, limit=None)
    assert row(office, exception).status == "pending"

    by(office, workflow, "abe", decision, limit=None)
    found = row(office, exception)
    assert (found.status, found.granted_by) == (status, granters)
    assert is_whole(office)
