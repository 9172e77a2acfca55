"""
A seat that nobody is left to take: who is told, and what an admin may do about it.
"""

import pytest

from approval_engine.errors import Conflict, Forbidden, InvalidState, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.leave import replace_leaver
from approval_engine.executor.commands.withdraw import Seat, withdraw
from approval_engine.history.explain import lines
from approval_engine.history.reading import VACANT, detail, detail_view, find
from approval_engine.operations.incidents import vacant_tasks
from approval_engine.store import catalog
from tests.integration.executor.company import STEPS
from tests.integration.executor.office import staff, told

ROOT = Caller(actor="root", channel="cli:root")


def legal(completion, **more):
    return {**STEPS, "legal": {**STEPS["legal"], "completion": completion, **more}}


@pytest.fixture
def office(make_company):
    return staff(make_company())


def asked(company, completion=None, **more):
    """
    A review that only the three lawyers decide, and the task of each.
    """
    if completion:
        company = staff(company(steps=legal(completion, **more)))
    workflow = company.started(margin_pct="30", clause=True)
    seats = {task.assignee: task.id for task in company.case(workflow).seats("legal")}
    return company, workflow, seats


def leave(company, person, *before):
    """
    The deal desk is gone too, so nobody takes over.
    """
    staff(company, **dict.fromkeys(("dana", person, *before)))
    return [
        (each.task, each.way) for each in replace_leaver(company.runtime, person, ROOT)
    ]


def take_out(company, workflow, task, actor="ada", key=None, comment="she left"):
    seat = Seat(workflow=workflow, task=task, comment=comment)
    return withdraw(company.runtime, seat, Caller(actor=actor, channel="t", key=key))


def is_whole(company):
    return company.is_sound() and company.findings() == ()


def test_a_seat_that_nobody_takes_is_told_of_once_and_stays_open(office):
    _, workflow, seats = asked(office)
    staff(office, dana=None)
    assert leave(office, "lara") == [(seats["lara"], "nobody")]
    assert leave(office, "lara") == [(seats["lara"], "nobody")]

    (fact,) = office.facts(workflow, "seat_vacated")
    assert fact == {
        "taskId": seats["lara"],
        "asked": ["lara"],
        "because": "'lara' left",
        "told": ["ada", "abe"],
    }
    assert told(office, workflow, "held") == ["abe", "ada"]
    assert office.case(workflow).status == "pending"
    assert is_whole(office)


def test_an_open_task_of_people_who_left_is_an_alert_while_they_are_gone(office):
    _, workflow, seats = asked(office)
    assert vacant_tasks(office.runtime) == ()
    leave(office, "lara")
    assert [task.id for task in vacant_tasks(office.runtime)] == [seats["lara"]]

    with office.runtime.database.read() as transaction:
        digest = catalog.current(transaction).directory
        found = office.runtime.directory(transaction, digest)
    case = find(office.runtime.database, workflow)
    alerts = [line.get("alert") for line in detail(case, found)]
    assert alerts == [VACANT, None, None]
    assert [t.get("alert") for t in detail_view(case, found)["tasks"]] == alerts
    assert not any("alert" in line for line in detail(case))

    staff(office)
    assert vacant_tasks(office.runtime) == ()


def test_the_others_decide_once_an_admin_took_the_seat_out(make_company):
    company, workflow, seats = asked(make_company, "all")
    company.act(workflow, "legal", "approve", "leo", task=seats["leo"])
    leave(company, "lara")
    answer = take_out(company, workflow, seats["lara"])

    assert (answer.result, answer.action) == ("applied", "withdraw-seat")
    assert answer.status == "pending"
    task = company.case(workflow).task(seats["lara"])
    assert (task.status, task.closed_by) == ("not_required", "ada")
    tally = company.case(workflow).tally("legal")
    assert (tally.seats, tally.withdrawn, tally.approvals) == (2, 1, 1)
    again = take_out(company, workflow, seats["lara"])
    assert (again.result, company.log(workflow).count("seat_withdrawn")) == (
        "duplicate",
        1,
    )
    last = company.act(workflow, "legal", "approve", "lena", task=seats["lena"])
    assert last.status == "approved"
    assert is_whole(company)


def test_taking_a_seat_out_never_approves_by_itself(make_company):
    company, workflow, seats = asked(make_company, "all")
    for person in ("leo", "lena"):
        company.act(workflow, "legal", "approve", person, task=seats[person])
    leave(company, "lara")
    before = company.case(workflow)

    with pytest.raises(Forbidden, match="that alone would approve its step; reassign"):
        take_out(company, workflow, seats["lara"])
    assert company.case(workflow) == before
    assert is_whole(company)


def test_a_quorum_stays_what_it_was(office):
    _, workflow, seats = asked(office)
    leave(office, "lara")
    take_out(office, workflow, seats["lara"])
    first = office.act(workflow, "legal", "approve", "leo", task=seats["leo"])
    assert first.status == "pending"

    leave(office, "lena", "lara")
    with pytest.raises(Forbidden, match="needs 2 approvals and would have 1 seats"):
        take_out(office, workflow, seats["lena"])
    assert is_whole(office)


def test_a_no_that_was_said_may_end_the_step(office):
    _, workflow, seats = asked(office)
    office.act(workflow, "legal", "reject", "leo", task=seats["leo"])
    leave(office, "lara")

    assert take_out(office, workflow, seats["lara"]).status == "rejected"
    assert [task.status for task in office.case(workflow).tasks] == [
        "not_required",
        "rejected",
        "not_required",
    ]
    assert is_whole(office)


def test_only_an_admin_takes_out_what_nobody_can_take(office):
    _, workflow, seats = asked(office)
    with pytest.raises(InvalidState, match="somebody whom it asks is still active"):
        take_out(office, workflow, seats["lara"])
    leave(office, "lara")
    with pytest.raises(Forbidden, match="'dora' is no admin"):
        take_out(office, workflow, seats["lara"], actor="dora")
    with pytest.raises(NotFound, match="There is no task 'T-99'"):
        take_out(office, workflow, "T-99")
    assert "seat_withdrawn" not in office.log(workflow)


def test_the_same_key_gets_the_same_answer(office):
    _, workflow, seats = asked(office)
    leave(office, "lara")
    first = take_out(office, workflow, seats["lara"], key="k")
    again = take_out(office, workflow, seats["lara"], key="k")

    assert (again.result, again.replayed) == (first.result, True)
    with pytest.raises(Conflict):
        take_out(office, workflow, seats["lara"], key="k", comment="other words")


def test_it_is_told_by_history_and_explanation(office):
    _, workflow, seats = asked(office)
    leave(office, "lara")
    take_out(office, workflow, seats["lara"])

    line = {
        "step": "legal",
        "seat_withdrawn": seats["lara"],
        "asked": "lara",
        "by": "ada",
    }
    assert line in list(lines(find(office.runtime.database, workflow)))


def test_a_revision_asks_those_who_are_there_and_forgets_the_seat(office):
    _, workflow, seats = asked(office)
    leave(office, "lara")
    take_out(office, workflow, seats["lara"])
    office.act(workflow, "legal", "approve", "leo", task=seats["leo"])
    after = office.revised(workflow, margin_pct="30", clause=True, note="x").workflow

    case = office.case(after)
    assert {task.assignee for task in case.seats("legal")} == {"leo", "lena"}
    assert case.tally("legal").withdrawn == 0
    assert is_whole(office)
