"""
One protection each, without the others before it: what it stops when it is the last.
"""

from dataclasses import replace

from approval_engine.domain.actions import Action
from approval_engine.escalations import due
from approval_engine.executor.commands.act import Wish, act
from approval_engine.store import events, workflows
from tests.concurrency.company import FRED, LATE, MANY_SEATS, PANEL, caller, do
from tests.concurrency.oracle import assert_sound
from tests.concurrency.race import together
from tests.concurrency.scenes import word


def stale_writer(company):
    """
    Somebody lost his lock and wakes up when others have gone on: he writes nothing.
    """
    (started,) = company.start(1)
    before = company.read(started.id)
    do(company.runtime, started, FRED, Action.APPROVE, step="finance")

    def write():
        with company.runtime.database.begin() as transaction:
            workflows.save(transaction, before, replace(before, seq=before.seq + 1))

    assert [word(each) for each in together([write])] == ["Conflict"]
    assert_sound(company.runtime, started.id)


def second_event(company):
    """
    An event comes a second time: under a number that is taken, or for a decided task.
    """
    (started,) = company.start(1)
    do(company.runtime, started, FRED, Action.APPROVE, step="finance")
    with company.runtime.database.read() as transaction:
        log = events.of(transaction, started.id)
    (decided,) = (each for each in log if each.natural_key == key_of(started))
    for again in (
        replace(decided, id="another", natural_key=None),
        replace(decided, id="another", seq=len(log) + 1),
    ):

        def write(event=again):
            with company.runtime.database.begin() as transaction:
                events.append(transaction, [event])

        assert [word(each) for each in together([write])] == ["Conflict"]
    assert_sound(company.runtime, started.id)


def key_of(started):
    return f"decided:{started.finance}"


def shared_due(company):
    """
    Two workers ask for everything that is due: nobody gets what the other one has.
    """
    started = {each.id for each in company.start(4)}
    database = company.late.database
    try:
        taken = [
            set(due.claim(database, name, LATE, 10_000)) for name in ("one", "two")
        ]
    finally:
        for name in ("one", "two"):
            due.release(database, name)
    assert taken[0] >= started
    assert taken[0] & taken[1] == set()


def one_of_many(company):
    """
    Every seat of a step must approve: neither one nor two of three are enough.
    """
    workflow = company.submitted(MANY_SEATS)
    seen = []
    for person in PANEL:
        (mine,) = (
            task
            for task in company.read(workflow).open_tasks
            if task.assignee == person
        )
        wish = Wish(workflow=workflow, task=mine.id, action=Action.APPROVE)
        answer = act(company.runtime, wish, caller(person))
        seen.append(answer.status)
        assert_sound(company.runtime, workflow)
        if answer.status != "pending":
            break
    assert seen == ["pending", "pending", "approved"]
