"""
Who sees which open task in which order, and that no page reads more than it shows.
"""

from dataclasses import replace
from functools import partial

import pytest

from approval_engine.domain.events import stamp
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.store import incidents
from approval_engine.store.inbox import (
    START,
    Reader,
    open_for,
    open_of_all,
)
from tests.integration.store.rows import (
    NOON,
    explained,
    make_task,
    make_workflow,
    many_tasks,
    put,
)

FRED = Reader(person="fred", roles=("cfo", "finance"))


def seen(database, reader, **options):
    with database.read() as transaction:
        return [row.task.id for row in open_for(transaction, reader, **options)]


def test_a_person_sees_what_is_assigned_to_him_whatever_his_roles(database):
    task = make_task(1, assignee="fred", role="legal", candidates=("fred",))
    put(database, make_workflow(tasks=[task]))

    assert seen(database, Reader(person="fred")) == ["T-1"]


def test_a_person_sees_what_waits_for_his_role_and_asks_him(database):
    put(database, make_workflow(tasks=[make_task(1)]))

    assert seen(database, FRED) == ["T-1"]


@pytest.mark.parametrize(
    ("changes", "reader"),
    [
        pytest.param({"assignee": "fiona"}, FRED, id="is with somebody else"),
        pytest.param({"candidates": ("fiona",)}, FRED, id="does not ask him"),
        pytest.param({"role": "legal"}, FRED, id="waits for a role he lost"),
        pytest.param({"candidates": ("Fred",)}, FRED, id="asks another spelling"),
        pytest.param({"candidates": ("fred2",)}, FRED, id="asks a longer name"),
        pytest.param(
            {"candidates": ("frXd",)},
            Reader(person="fr_d", roles=("finance",)),
            id="asks somebody whom a pattern would match",
        ),
        pytest.param(
            {"status": TaskStatus.APPROVED, "closed_at": NOON}, FRED, id="is closed"
        ),
    ],
)
def test_a_person_does_not_see_a_task_that(database, changes, reader):
    put(database, make_workflow(tasks=[make_task(1, **changes)]))

    assert seen(database, reader) == []


@pytest.mark.parametrize("name", ['o"hara', "back\\slash", "zoë", "100%"])
def test_an_id_of_any_spelling_is_found(database, name):
    put(database, make_workflow(tasks=[make_task(1, candidates=("fiona", name))]))

    assert seen(database, Reader(person=name, roles=("finance",))) == ["T-1"]


@pytest.mark.parametrize("people", [{"submitted_by": "fred"}, {"owner": "fred"}])
@pytest.mark.parametrize("assignee", [None, "fred"])
def test_nobody_sees_his_own_quote(database, people, assignee):
    put(database, make_workflow(tasks=[make_task(1, assignee=assignee)], **people))

    assert seen(database, FRED) == []


def test_a_quote_of_somebody_he_acts_for_is_his_own(database):
    put(database, make_workflow(tasks=[make_task(1)], submitted_by="sam"))

    assert seen(database, replace(FRED, barred=frozenset({"sam"}))) == []
    assert seen(database, replace(FRED, barred=frozenset({"pat"}))) == ["T-1"]


def test_a_quote_without_an_owner_is_seen(database):
    put(database, make_workflow(tasks=[make_task(1)], owner=None))

    assert seen(database, FRED) == ["T-1"]


def test_a_held_workflow_is_not_shown_until_its_incident_is_closed(database):
    put(database, make_workflow(tasks=[make_task(1)]))
    with database.begin() as transaction:
        incident = incidents.add(transaction, "WF-1", "engine", "why", stamp(NOON))

    held = seen(database, FRED)
    with database.begin() as transaction:
        incidents.close(transaction, incident, "dana", stamp(NOON))

    assert (held, seen(database, FRED)) == ([], ["T-1"])


def test_one_role_can_be_asked_for(database):
    tasks = [
        make_task(1, role="cfo"),
        make_task(2),
        make_task(3, role="cfo", assignee="fred"),
    ]
    put(database, make_workflow(tasks=tasks))

    assert seen(database, FRED, role="cfo") == ["T-1", "T-3"]
    assert seen(database, FRED, role="vp") == []


def test_pages_meet_without_gap_or_overlap(database):
    due = NOON.replace(hour=15)
    tasks = [
        make_task(n, due_at=due, assignee="fred" if n % 2 else None)
        for n in range(1, 8)
    ]
    put(database, make_workflow(tasks=[*tasks, make_task(8), make_task(9)]))

    pages, after = [], START
    with database.read() as transaction:
        while page := open_for(transaction, FRED, limit=4, after=after):
            pages.append([row.task.id for row in page])
            after = page[-1].place

    assert pages == [
        ["T-8", "T-9", "T-1", "T-2"],
        ["T-3", "T-4", "T-5", "T-6"],
        ["T-7"],
    ]


def test_a_row_says_what_a_list_shows(database):
    put(database, make_workflow(7, tasks=[make_task(1, workflow_id="WF-7")]))

    with database.read() as transaction:
        (row,) = open_for(transaction, FRED)

    assert row.task == make_task(1, workflow_id="WF-7")
    assert (row.quote_id, row.quote_revision) == ("Q-7", 1)
    assert (row.account, row.submitted_by) == ("ACME", "sam")


def test_everybodys_tasks_can_be_listed_by_role(database):
    tasks = [make_task(1), make_task(2, role="vp", assignee="vera"), make_task(3)]
    put(database, make_workflow(tasks=tasks, submitted_by="fred"))

    with database.read() as transaction:
        everything = [row.task.id for row in open_of_all(transaction)]
        vp = [row.task.id for row in open_of_all(transaction, role="vp")]

    assert (everything, vp) == (["T-1", "T-2", "T-3"], ["T-2"])


def test_a_page_is_one_query_over_the_indexes_of_open_tasks(database):
    many_tasks(database)

    with database.read() as transaction:
        ask = partial(open_for, transaction, FRED)
        queries, plan = explained(database, transaction, ask)

    assert queries == 1
    assert "ix_task_assignee" in plan
    assert plan.count("ix_task_role") == len(FRED.roles)
    for scan in ("SCAN approval_task", "Seq Scan on approval_task"):
        assert scan not in plan
