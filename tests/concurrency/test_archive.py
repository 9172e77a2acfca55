"""
Whatever meets an archiver or kills it: a log is in one place or the other, whole.
"""

from itertools import count

import pytest
from sqlalchemy import func, select, update

from approval_engine.domain.actions import Action
from approval_engine.domain.events import stamp
from approval_engine.store import archiving, persons, tidying
from approval_engine.store.archiving import Moved
from approval_engine.store.schema import (
    ARCHIVED_EVENT,
    ARCHIVED_TEXT,
    EVENT,
    EVENT_TEXT,
    OUTBOX,
)
from approval_engine.worker.archive import archive
from tests.concurrency.company import FRED, LATE, do
from tests.concurrency.oracle import assert_all_holds, assert_sound, rows
from tests.concurrency.race import AT_COMMIT, AT_WRITE, inside, together
from tests.concurrency.worker import Job
from tests.concurrency.zygote import COMMITTED, perform

SENT = {"status": "sent", "attempts": 1, "next_attempt_at": None}

EVENTS = 7
"""So many a review has that finance rejected with a comment."""


def ended(company, number):
    """
    That many reviews that are over, of which no message is kept.
    """
    found = company.start(number)
    for each in found:
        do(company.runtime, each, FRED, Action.REJECT, step="finance")
    with company.runtime.database.begin() as transaction:
        waits = OUTBOX.c.status == "waiting"
        transaction.execute(update(OUTBOX).where(waits).values(SENT))
        while tidying.messages(transaction, stamp(LATE)):
            pass
    return found


def places(company, started):
    """
    How many events lie in the table of every day, and how many in the archive.
    """
    return tuple(
        rows(company.runtime, select(func.count()).where(_mine(table, started)))[0][0]
        for table in (EVENT, ARCHIVED_EVENT)
    )


def _mine(table, started):
    return table.c.workflow_id == started.id


def texts(company, started):
    with company.runtime.database.read() as transaction:
        beside = select(EVENT.c.id).where(_mine(EVENT, started))
        here = select(func.count()).where(EVENT_TEXT.c.event_id.in_(beside))
        there = select(func.count()).where(_mine(ARCHIVED_TEXT, started))
        return tuple(transaction.execute(each).scalar_one() for each in (here, there))


def test_an_archiver_killed_at_any_point_loses_and_doubles_nothing(company, worker):
    command = Job(url=company.url, now=LATE, command=("archive",), key=None)
    (started,) = ended(company, 1)
    worker.run(command)
    died_at = []
    for point in count(1):
        (started,) = ended(company, 1)
        told = worker.kill(command, point=point)
        there = places(company, started)
        assert there in {(EVENTS, 0), (0, EVENTS)}
        if told.died_at:
            died_at.append(told.died_at)
            assert (there == (0, EVENTS)) == (COMMITTED in died_at)
        assert_sound(company.runtime, started.id)
        perform(company.late, command.command, None)
        assert places(company, started) == (0, EVENTS)
        assert_sound(company.runtime, started.id)
        if told.acknowledged:
            break

    assert "commit" in died_at
    assert_all_holds(company.runtime)


def revise(runtime, started):
    return perform(runtime, ("submit", started.quote), None)


def approved(company):
    """
    A review that is over and may still be revised, of which no message is kept.
    """
    (started,) = company.start(1)
    do(company.runtime, started, FRED, Action.APPROVE, step="finance")
    do(company.runtime, started, "manager1", Action.APPROVE)
    ended(company, 0)
    company.revise(started)
    return started


@pytest.mark.parametrize("where", [AT_WRITE, AT_COMMIT])
@pytest.mark.parametrize("first", ["archive", "revise"])
def test_a_revision_meets_the_archiver(company, where, first):
    started = approved(company)
    archiver, person = sides = company.sides(LATE, LATE)
    archiver.call = lambda: archive(archiver.runtime, LATE)
    person.call = lambda: revise(person.runtime, started)
    order = sides if first == "archive" else sides[::-1]
    outcomes = dict(zip(order, inside(*order, where), strict=True))

    # Nothing got worse, so what was approved stands, wherever its log lies.
    assert outcomes[person].status == "approved"
    here, there = places(company, started)
    assert (here, there) in {(1, here + there - 1), (here + there, 0)}
    moved, _ = outcomes[archiver]
    assert moved.events == there
    assert company.read(started.id).status == "superseded"
    assert company.read(outcomes[person].workflow).supersedes == started.id
    assert_sound(company.runtime, started.id)
    assert_sound(company.runtime, outcomes[person].workflow)


@pytest.mark.parametrize("where", [AT_WRITE, AT_COMMIT])
def test_an_answer_that_comes_too_late_meets_the_archiver(company, where):
    (started,) = ended(company, 1)
    archiver, person = company.sides(LATE, LATE)
    archiver.call = lambda: archive(archiver.runtime, LATE)
    person.call = lambda: do(
        person.runtime, started, FRED, Action.REJECT, step="finance"
    )
    (moved, _), answer = inside(archiver, person, where)

    assert answer.result == "duplicate"
    assert (moved.events, places(company, started)) == (EVENTS, (0, EVENTS))
    assert_sound(company.runtime, started.id)


@pytest.mark.parametrize("where", [AT_WRITE, AT_COMMIT])
def test_two_archivers_share_the_work(company, where, monkeypatch):
    monkeypatch.setattr(archiving, "PORTION", 2)
    many = ended(company, 4)
    one, other = company.sides(LATE, LATE)
    for side in (one, other):
        side.call = lambda side=side: archive(side.runtime, LATE)[0]
    moved = sum(inside(one, other, where), Moved())

    assert moved.workflows == len(many)
    assert moved.events == EVENTS * len(many)
    assert {places(company, each) for each in many} == {(0, EVENTS)}
    assert_all_holds(company.runtime)


@pytest.mark.parametrize("first", ["archive", "erase"])
def test_what_is_erased_meanwhile_is_in_neither_place(company, first):
    (started,) = ended(company, 1)
    assert texts(company, started) == (1, 0)
    archiver, person = sides = company.sides(LATE, LATE)
    archiver.call = lambda: archive(archiver.runtime, LATE)
    with company.runtime.database.read() as transaction:
        beside = select(EVENT_TEXT.c.event_id).join(EVENT).where(_mine(EVENT, started))
        event_id = transaction.execute(beside).scalar_one()
    person.call = lambda: _erased(person.runtime, event_id)
    order = sides if first == "archive" else sides[::-1]
    outcomes = dict(zip(order, inside(*order, AT_COMMIT), strict=True))

    assert outcomes[person] == 1
    assert texts(company, started) == (0, 0)
    assert places(company, started) == (0, EVENTS)
    assert_sound(company.runtime, started.id)


def _erased(runtime, event_id):
    with runtime.database.begin() as transaction:
        return persons.delete_texts(transaction, [event_id])


def test_many_at_once_lose_and_double_nothing(company):
    """
    Three archivers, revisions of half of the reviews, and readers of all of them.
    """
    many = [approved(company) for _ in range(6)]
    runtimes = [company.connect(LATE) for _ in range(3)]
    calls = [lambda each=each: archive(each, LATE) for each in runtimes]
    calls += [lambda each=each: revise(company.late, each) for each in many[:3]]
    calls += [lambda each=each: assert_sound(company.late, each.id) for each in many]
    outcomes = together(calls)

    assert [each for each in outcomes if isinstance(each, BaseException)] == []
    archive(company.late, LATE)
    for each in many[:3]:
        assert company.read(each.id).status == "superseded"
    for each in many[3:]:
        here, there = places(company, each)
        assert (here, there > 0) == (0, True)
    assert_all_holds(company.runtime)
