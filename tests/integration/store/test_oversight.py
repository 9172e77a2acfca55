"""
What administrators ask, with many messages: each list reads what it shows and no more.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from approval_engine.domain.events import stamp
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.domain.people import Directory, User
from approval_engine.domain.seats import is_vacant
from approval_engine.store import mailroom, overrides, oversight
from approval_engine.store.schema import EVENT, OUTBOX
from tests.integration.store.rows import NOON, make_task, make_workflow, put
from tests.integration.store.test_inbox import explained
from tests.integration.store.test_upgrade import add

MANY = 20_000
GONE = ("left", "gone", "unknown")
STATUSES = ("dead", "sent", "waiting", "cancelled")


def fill(database):
    """
    Many messages, and as many events.
    """
    put(database, make_workflow())
    with database.begin() as transaction:
        add(transaction, "workflow_event", id="e", workflow_id="WF-1", action="a")
        add(transaction, "outbox", id="m", event_id="e", status="cancelled")
        for table, changed in (
            (EVENT, ("id", "seq", "natural_key")),
            (OUTBOX, ("id", "recipient", "status", "created_at", "next_attempt_at")),
        ):
            one = transaction.execute(select(table)).mappings().one()
            rows = [
                {**one, **{name: _value(name, number) for name in changed}}
                for number in range(MANY)
            ]
            transaction.execute(table.insert(), rows)
        transaction.execute(text("ANALYZE"))


def _value(name, number):
    return {
        "id": f"m:{number:06}",
        "seq": number + 2,
        "natural_key": f"{number}",
        "recipient": f"webhook=WH-{number % 90}" if number % 5 == 0 else "maria",
        "status": STATUSES[number % 4],
        "created_at": stamp(NOON + timedelta(seconds=number)),
        "next_attempt_at": stamp(NOON + timedelta(seconds=number)),
    }[name]


PLACE = (stamp(NOON + timedelta(hours=2)), "m:007200")
ASKED = {
    "ix_outbox_dead": [
        lambda t: mailroom.page(t, "dead", None, 100),
        lambda t: mailroom.page(t, "dead", PLACE, 100),
        oversight.dead_messages,
    ],
    "ix_outbox_sent": [
        lambda t: mailroom.page(t, "sent", None, 100),
        lambda t: mailroom.page(t, "sent", PLACE, 100),
    ],
    # Two indexes hold what waits; which is nearer depends on how much does.
    "ix_outbox_w": [
        lambda t: mailroom.page(t, "waiting", PLACE, 100),
        lambda t: oversight.late_messages(t, NOON + timedelta(hours=1)),
    ],
    "ix_outbox_webhook": [
        lambda t: mailroom.of_webhook(t, "WH-5", None, 100),
        lambda t: mailroom.of_webhook(t, "WH-5", PLACE, 100),
    ],
    "ix_event_override": [
        lambda t: overrides.latest(t, None, 100),
        lambda t: overrides.latest(t, PLACE, 100),
        lambda t: overrides.waiting(t, 100),
    ],
}


def test_every_list_of_the_office_is_one_query_along_its_index(database):
    fill(database)
    with database.read() as transaction:
        for index, questions in ASKED.items():
            for ask in questions:
                queries, plan = explained(
                    database, transaction, lambda ask=ask: ask(transaction)
                )
                assert queries == 1
                assert index in plan, plan
                for table in ("outbox", "workflow_event"):
                    assert f"Seq Scan on {table} " not in plan
                    assert f"SCAN {table}'" not in plan


@pytest.mark.parametrize("status", ["dead", "sent", "waiting"])
def test_pages_follow_on_each_other_and_miss_nothing(database, status):
    fill(database)
    seen, after = [], None
    with database.read() as transaction:
        while found := mailroom.page(transaction, status, after, 700):
            seen += [each.id for each in found]
            after = mailroom.place_of(found[-1], status)
        query = text("SELECT count(*) FROM outbox WHERE status = :s")
        count = transaction.execute(query, {"s": status}).scalar_one()

    assert len(seen) == len(set(seen)) == count > 4000


def test_a_pile_is_counted_no_further_than_it_is_shown(database):
    fill(database)
    with database.read() as transaction:
        pile = oversight.dead_messages(transaction)

    assert pile.count == oversight.MOST + 1
    assert pile.oldest == NOON


def test_seats_are_vacant_whose_people_have_all_left(database):
    asks = {"left": False, "fred": True, "gone": False}
    users = {
        name: User(id=name, name=name, email=f"{name}@example.com", active=active)
        for name, active in asks.items()
    }
    tasks = [
        make_task(1, assignee="left"),
        make_task(2, assignee="fred"),
        make_task(3, candidates=("left", "gone")),
        make_task(4, candidates=("left", "fred")),
        make_task(5, assignee="unknown", candidates=("unknown",)),
        make_task(6, assignee="gone", status=TaskStatus.APPROVED),
    ]
    put(database, make_workflow(tasks=tasks))
    directory = Directory(users=users, roles={})
    with database.read() as transaction:
        found = oversight.vacant(transaction, directory, 9)
        first = oversight.vacant(transaction, directory, 1)
        everybody = Directory(
            users={**users, **{n: replace(users["fred"], id=n) for n in GONE}}, roles={}
        )
        nothing = oversight.vacant(transaction, everybody, 9)

    vacant = [task.id for task in tasks if is_vacant(task, directory)]
    assert [task.id for task in found] == [t for t in vacant if t != "T-6"]
    assert vacant[:2] == ["T-1", "T-3"]
    assert [task.id for task in first] == ["T-1"]
    assert nothing == ()
