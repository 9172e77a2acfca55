"""
Many workers on one database: claims, rest after failures, and signs of life.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select, text

from approval_engine import worker
from approval_engine.escalations import due
from approval_engine.store import workers
from approval_engine.store.catalog import set_setting, setting
from approval_engine.store.schema import TASK
from tests.integration.executor.company import Company
from tests.integration.web.served import wait_until


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def claim(company, name, limit=100):
    return due.claim(company.runtime.database, name, company.now, limit)


def watch(company):
    with company.runtime.database.read() as transaction:
        return workers.watch(transaction, company.now)


def known(company):
    with company.runtime.database.read() as transaction:
        return workers.listed(transaction)


def in_the_way(company, workflow):
    """
    Somebody else recorded what the clock is about to record: a lost race.
    """
    (timer,) = [
        timer
        for timer in company.case(workflow).timers
        if timer.due_at == company.case(workflow).next_due_at
    ][:1]
    columns = (
        "id, workflow_id, seq, task_id, action, actor, on_behalf_of, channel,"
        " timestamp, data, natural_key, prev_hash, hash"
    )
    key = f"timer:{timer.element}:{timer.occurrence}"
    values = "'x', :workflow, 99, NULL, 'x', 'x', NULL, 'x', 'x', '{}', :key, 'x', 'x'"
    statement = f"INSERT INTO workflow_event ({columns}) VALUES ({values})"  # noqa: S608 constants
    with company.runtime.database.begin() as transaction:
        transaction.execute(text(statement), {"workflow": workflow, "key": key})


def test_what_one_worker_claims_another_does_not_see(company):
    workflows = [company.started() for _ in range(5)]
    company.wait(days=10)

    assert claim(company, "one", limit=2) == tuple(workflows[:2])
    assert claim(company, "two") == tuple(workflows[2:])
    assert claim(company, "one") == ()
    due.release(company.runtime.database, "one")
    assert claim(company, "two") == tuple(workflows[:2])


def test_the_claims_of_a_dead_worker_end_after_their_lease(company):
    workflow = company.started()
    company.wait(days=10)
    assert claim(company, "dead") == (workflow,)

    company.now += due.LEASE - timedelta(microseconds=1)
    assert claim(company, "alive") == ()
    company.now += timedelta(microseconds=1)
    assert claim(company, "alive") == (workflow,)


def test_a_round_lets_go_of_everything(company):
    company.started()
    company.wait(days=1)
    worker.once(company.runtime)
    with company.runtime.database.read() as transaction:
        claims = transaction.execute(text("SELECT count(*) FROM timer_claim"))
        assert claims.scalar_one() == 0


@pytest.mark.postgres
def test_while_one_waits_for_somebody_the_next_is_moved(fresh_database):
    # However busy the machine is, nobody gives up waiting meanwhile.
    patient = "-c lock_timeout=10min -c idle_in_transaction_session_timeout=10min"
    url = fresh_database("postgresql", ready=True)
    company = Company(f"{url}&options={quote(patient)}")
    kept, free = company.started(), company.started()
    company.wait(days=10)
    tasks = select(TASK.c.id).where(TASK.c.workflow_id == kept).with_for_update()
    with ThreadPoolExecutor(1) as aside:
        with company.runtime.database.begin() as transaction:
            transaction.execute(tasks)
            coming = aside.submit(worker.once, company.runtime)
            wait_until(lambda: "task_escalated" in company.log(free))
            assert "task_escalated" not in company.log(kept)
        done = coming.result()

    assert "task_escalated" in company.log(kept)
    assert (done.fired, done.put_off) == (2, ())
    company.runtime.database.close()


@pytest.mark.postgres
def test_two_that_do_something_for_the_first_time_both_do_it(fresh_database):
    company = Company(fresh_database("postgresql", ready=True))
    database = company.runtime.database

    def write():
        with database.begin() as transaction:
            set_setting(transaction, "first", "mine")

    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(1) as aside:
        with database.begin() as transaction:
            set_setting(transaction, "first", "other")
            coming = aside.submit(write)
            with database.engine.connect() as watcher:
                wait_until(lambda: watcher.execute(waiting).scalar_one())
        coming.result()
    with database.read() as transaction:
        assert setting(transaction, "first") == "mine"
    database.close()


@pytest.mark.broken
def test_a_workflow_that_lost_a_race_rests_longer_each_time_and_stops_nobody(company):
    unlucky, lucky = company.started(), company.started()
    in_the_way(company, unlucky)
    company.wait(days=1, hours=6)
    done = worker.once(company.runtime)
    assert (done.fired, done.put_off, done.held) == (1, (unlucky,), ())
    assert "task_reminded" in company.log(lucky)

    rests = []
    for _ in range(4):
        begun = company.now
        while not worker.once(company.runtime).put_off:
            company.now += timedelta(seconds=1)
        rests.append((company.now - begun).total_seconds())
    assert rests == [2, 4, 8, 16]


def test_a_worker_shows_that_it_lives_and_takes_its_row_along(company):
    pulse = worker.Pulse(company.runtime)
    worker.once(company.runtime, pulse=pulse)
    (row,) = known(company)
    assert (row.id, row.started_at) == (pulse.id, company.now)
    assert watch(company).workers == 1

    first = watch(company).seen_at
    company.now += worker.BEAT - timedelta(seconds=1)
    pulse.beat()
    assert watch(company).seen_at == first
    company.now += timedelta(seconds=1)
    pulse.beat()
    assert watch(company).seen_at == company.now
    company.now += workers.PATIENCE + timedelta(seconds=1)
    assert watch(company).workers == 0
    pulse.leave()
    assert known(company) == ()


def test_the_rows_of_workers_that_died_are_forgotten_in_the_end(company):
    worker.Pulse(company.runtime).beat()
    company.now += workers.KEPT
    worker.Pulse(company.runtime).beat()
    assert len(known(company)) == 2

    company.now += timedelta(seconds=1)
    worker.Pulse(company.runtime).beat()
    assert len(known(company)) == 2


@pytest.mark.parametrize(
    ("overdue", "seen", "degraded"),
    [
        (False, False, False),
        (False, True, False),
        (True, True, False),
        (True, False, True),
    ],
)
def test_only_what_waits_for_nobody_is_degraded(company, overdue, seen, degraded):
    workflow = company.started()
    company.now = company.case(workflow).next_due_at + workers.PATIENCE
    if not overdue:
        company.now -= timedelta(microseconds=1)
    if seen:
        worker.Pulse(company.runtime).beat()

    assert watch(company).is_degraded is degraded
