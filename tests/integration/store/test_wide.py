"""
What is asked of very many workflows: along which index, and no further than a page.

A plan that reads a whole table is right among few rows, so there are many here.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from approval_engine.domain.events import stamp
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.escalations import due
from approval_engine.store import (
    candidates,
    lists,
    mailroom,
    outgoing,
    pace,
    population,
    prepared,
    processes,
    reach,
    search,
    seats,
    shares,
    sweeps,
    workflows,
    workload,
)
from approval_engine.store.lists import TaskFilter, WorkflowFilter
from approval_engine.store.schema import EVENT, OUTBOX, TASK, WORKFLOW
from approval_engine.store.search import Sought
from tests.integration.store.rows import NOON, explained, make_task, make_workflow, put
from tests.integration.store.test_oversight import add

MANY = 4000
"""Two open tasks each."""

TABLES = ("workflow_instance", "approval_task", "workflow_event", "outbox")


def fill(database):
    put(database, make_workflow(tasks=[make_task(1), make_task(2, assignee="fred")]))
    with database.begin() as transaction:
        begun = {"workflow_id": "WF-1", "seq": 1, "action": "submitted"}
        add(transaction, "workflow_event", id="WF-1:1", **begun)
        message = {"workflow_id": "WF-1", "status": "sent", "recipient": "maria"}
        add(transaction, "outbox", id="m-1", event_id="WF-1:1", **message)
        for table, own in COPIED.items():
            rows = transaction.execute(select(table)).mappings().all()
            known = [{str(name): value for name, value in row.items()} for row in rows]
            copies = [row | own(n, row) for n in range(2, MANY) for row in known]
            prepared.insert(table).run(transaction, copies)
        transaction.execute(text("ANALYZE"))


def workflow(number, _):
    return {
        "id": f"WF-{number}",
        "number": number,
        "quote_id": f"Q-{number}",
        "account": f"Account {number % 700:03}",
        "submitted_by": f"sam{number % 50}",
        "created_at": later(number),
        "next_due_at": later(number + MANY),
    }


def task(number, row):
    own = number * 10 + row["number"]
    place = {"id": f"T-{own}", "number": own, "workflow_id": f"WF-{number}"}
    # Most reviews ended long ago.
    closed = {"is_open": 0, "status": TaskStatus.APPROVED} if number % 5 else {}
    return {**place, "due_at": later(own), **closed}


def first(number, _):
    mine = {"id": f"WF-{number}:1", "workflow_id": f"WF-{number}"}
    return {**mine, "timestamp": later(number)}


def sent(number, _):
    mine = {"id": f"m-{number}", "workflow_id": f"WF-{number}"}
    return {**mine, "event_id": f"WF-{number}:1", "created_at": later(number)}


def later(minutes):
    return stamp(NOON + timedelta(minutes=minutes))


COPIED = {WORKFLOW: workflow, TASK: task, EVENT: first, OUTBOX: sent}
SPAN = (later(0), later(60))
AWAY = sweeps.Edge(window="D-1", principal="nina", edge="opened")
ASKED = {
    "a name": (
        lambda t: search.page(t, Sought(text="Account 017"), 50),
        ["ix_workflow_newest", "ix_workflow_account"],
    ),
    "a person": (
        lambda t: search.page(t, Sought(text="sam7", people=("sam7",)), 50),
        ["ix_workflow_submitter", "ix_workflow_owner"],
    ),
    "the beginning of a quote": (
        lambda t: search.page(t, Sought(text="Q-5999"), 50),
        ["ix_workflow_newest"],
    ),
    "nothing of that name": (
        lambda t: search.page(t, Sought(text="zzz"), 50),
        ["ix_workflow_account"],
    ),
    "what he has a part in": (
        lambda t: search.page(t, Sought(viewer="nina"), 50),
        ["ix_workflow_newest"],
    ),
    "a process that nothing runs on": (
        lambda t: search.page(t, Sought(process="none"), 50),
        ["ix_workflow_process"],
    ),
    "a policy that nothing ran on": (
        lambda t: search.page(t, Sought(policy_version="none"), 50),
        ["ix_workflow_newest"],
    ),
    "workflows of a program": (
        lambda t: lists.workflow_ids(t, WorkflowFilter(viewer="nina"), 50),
        ["ix_workflow_newest"],
    ),
    "tasks": (lambda t: lists.tasks(t, TaskFilter(), 50), ["ix_task_due"]),
    "open tasks": (
        lambda t: lists.tasks(t, TaskFilter(status=TaskStatus.CLAIMED), 50),
        ["ix_task_late"],
    ),
    "open tasks of a role": (
        lambda t: lists.tasks(t, TaskFilter(status="open", role="finance"), 50),
        ["ix_task_open"],
    ),
    "open tasks of a person": (
        lambda t: lists.tasks(t, TaskFilter(status="open", assignee="nina"), 50),
        ["ix_task_assignee"],
    ),
    "whom pools ask": (candidates.lists, ["ix_task_pool"]),
    "what a window moves": (lambda t: sweeps.affected(t, AWAY), ["ix_task_assignee"]),
    "what a leaver has": (
        lambda t: workload.open_for_person(t, "nina"),
        ["ix_task_pool"],
    ),
    "who has how much": (shares.load, ["ix_task_assignee"]),
    "whose turn it is": (shares.turns, ["ix_task_given"]),
    "the newest reviews with their seats": (
        lambda t: seats.newest(t, 5),
        ["ix_workflow_newest"],
    ),
    "who took a task of them": (
        lambda t: seats.claims(t, 5),
        ["ix_workflow_newest"],
    ),
    "what is open, due first": (lambda t: seats.open_now(t, 50), ["ix_task_late"]),
    "what was due lately": (
        lambda t: pace.lately(t, NOON + timedelta(minutes=90)),
        ["ix_task_due"],
    ),
    "a report of a span": (
        lambda t: list(population.submissions(t, SPAN)),
        ["ix_workflow_created"],
    ),
    "its control": (lambda t: population.counted(t, SPAN), ["ix_event_first"]),
    "the messages of a workflow": (
        lambda t: mailroom.of_workflow(t, "WF-77", 50),
        ["ix_outbox_workflow"],
    ),
    "how many run on a process": (
        lambda t: processes.counted(t, ("none",)),
        ["ix_workflow_process"],
    ),
    "what is due": (lambda t: workflows.due(t, NOON, 1), ["ix_workflow_due"]),
    "what is to be sent": (
        lambda t: outgoing.claim_mail(t, *SPAN, 50),
        ["ix_outbox_"],
    ),
}


def test_nothing_reads_a_whole_table(database, monkeypatch):
    monkeypatch.setattr(reach, "LOOKED", 100)
    fill(database)
    with database.begin() as transaction:
        for name, (ask, indexes) in ASKED.items():
            _, plan = explained(database, transaction, lambda ask=ask: ask(transaction))
            for index in indexes:
                assert index in plan, (name, plan)
            for table in TABLES:
                assert f"Seq Scan on {table} " not in plan, (name, plan)
                assert f"SCAN {table}'" not in plan, (name, plan)


def test_a_sweep_that_finds_nothing_is_one_statement_and_no_lock(database):
    put(database, make_workflow())
    sent = []
    with database.read() as transaction:
        _, plan = explained(
            database,
            transaction,
            lambda: sent.append(workflows.due(transaction, NOON, 1)),
        )
    assert sent == [()]
    assert due.claim(database, "W-1", NOON, 100) == ()
    assert "ix_workflow_due" in plan


@pytest.fixture
def near(monkeypatch):
    """
    A page looks at four only.
    """
    monkeypatch.setattr(reach, "LOOKED", 4)


def some(database):
    """
    Ten workflows; the oldest of them is another account's, and asks another person.
    """
    put(
        database,
        make_workflow(
            1, [make_task(1, assignee="olga")], account="Rare & Co", owner=None
        ),
        *(
            make_workflow(
                n,
                [make_task(n, workflow_id=f"WF-{n}")],
                submitted_by="tim",
                owner=None,
            )
            for n in range(2, 11)
        ),
    )


def paged(ask):
    found, before, pages = [], None, 0
    while True:
        page = ask(before)
        found += [each.id for each in page.rows]
        before, pages = page.before, pages + 1
        if before is None:
            return found, pages


def test_what_is_rare_is_found_by_going_on(database, near):
    some(database)
    with database.read() as transaction:
        found, pages = paged(
            lambda before: search.page(
                transaction, Sought(viewer="olga", before=before), 2
            )
        )

    assert (found, pages) == (["WF-1"], 3)


@pytest.mark.parametrize("word", ["rare", "Q-1", "WF-1", "sam"])
def test_a_name_is_found_however_old_what_it_names_is(database, near, word):
    some(database)
    wanted = Sought(text=word, people=("sam",) if word == "sam" else ())
    with database.read() as transaction:
        page = search.page(transaction, wanted, 5)

    assert [each.id for each in page.rows][-1] == "WF-1"
    assert page.before is None


def test_a_text_that_names_too_much_is_looked_for_a_page_at_a_time(
    database, near, monkeypatch
):
    some(database)
    monkeypatch.setattr(search.naming, "MOST", 0)
    with database.read() as transaction:
        found, pages = paged(
            lambda before: search.page(
                transaction, Sought(text="rare", before=before), 5
            )
        )

    assert (found, pages) == (["WF-1"], 3)


def test_pages_of_tasks_meet_without_gap_or_overlap(database, near):
    some(database)
    found = {}
    with database.read() as transaction:
        for person in ("olga", "tim"):
            after = None
            while after or person not in found:
                asked = TaskFilter(viewer=person, after=after)
                page, after = lists.tasks(transaction, asked, 3)
                found.setdefault(person, []).extend(each.task.id for each in page)

    assert found == {"olga": ["T-1"], "tim": [f"T-{n}" for n in range(2, 11)]}
