"""
Many processes write into one database, and one of them stops or dies with its lock.
"""

from time import perf_counter

import pytest
from sqlalchemy import event

from approval_engine.domain.actions import Action
from approval_engine.errors import StorageError
from tests.concurrency import writers
from tests.concurrency.company import FRED, MANAGERS, Company, do
from tests.concurrency.oracle import assert_all_holds
from tests.concurrency.programs import Client
from tests.conftest import ON_BOTH

_A_SECOND = "SET lock_timeout = '1s'"


def test_processes_that_write_side_by_side_are_never_refused(company):
    writers.side_by_side(company, writers=8, times=4)


@pytest.mark.proof
def test_sixteen_writers_are_never_refused(company, figure):
    took = writers.side_by_side(company, writers=16, times=40)
    slow = took[int(len(took) * 0.99)]
    said = f"{len(took)} of 640, 0 errors, p99 {slow:.2f} s"
    figure("16 writers, 40 decisions each", "0 errors", said)


def hurry(company):
    """
    Let its waits for locks end after a second, so that a test does.
    """
    database = company.runtime.database
    word = "PRAGMA busy_timeout = 1000" if database.is_sqlite else _A_SECOND

    @event.listens_for(database.engine, "connect")
    def connect(connection, _):
        connection.execute(word)
        connection.commit()

    database.close()


@pytest.fixture
def alone(request, fresh_database):
    """
    A company of this test alone.
    """
    company = Company(fresh_database(request.param, ready=True))
    yield company
    company.close()


on_both = pytest.mark.parametrize("alone", ON_BOTH, indirect=True)


@on_both
def test_whoever_stops_in_his_transaction_keeps_others_waiting_for_a_while(alone):
    hurry(alone)
    mine, other = alone.start(2)
    client = Client(alone, MANAGERS[1])
    stopped = writers.stopped_inside(alone, mine)
    try:
        answer = client.approve(mine.manager)
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "2"
        if alone.runtime.database.is_sqlite:
            # All writers share one lock there: that is its limit.
            with pytest.raises(StorageError):
                do(alone.runtime, other, MANAGERS[1], Action.APPROVE)
        else:
            do(alone.runtime, other, MANAGERS[1], Action.APPROVE)
        # Whoever only looks waits for nobody.
        writers.assert_decided(alone, mine, times=0)
    finally:
        assert stopped.go_on() == 0
    writers.assert_decided(alone, mine, times=1)
    assert client.approve(mine.manager).status_code == 409
    do(alone.runtime, mine, FRED, Action.APPROVE, step="finance")
    assert_all_holds(alone.runtime)


@on_both
def test_whoever_dies_in_his_transaction_keeps_nobody_waiting(alone):
    writers.recoveries(alone, kills=1)

    assert_all_holds(alone.runtime)


@on_both
@pytest.mark.proof
@pytest.mark.alone
def test_the_next_one_is_served_at_once_after_a_kill(alone, figure):
    took_s = writers.recoveries(alone, kills=20)

    assert_all_holds(alone.runtime)
    said = f"{1000 * took_s[-1]:.0f} ms at most of {len(took_s)}"
    figure("served after a kill in a transaction", "1 s", said)


@pytest.mark.proof
@pytest.mark.postgres
@pytest.mark.parametrize("alone", ["postgresql"], indirect=True)
def test_a_server_gives_up_on_who_stopped(alone, figure):
    mine, other = alone.start(2)
    stopped = writers.stopped_inside(alone, mine)
    begun, waits = perf_counter(), []
    try:
        while not waits or waits[-1] is not None:
            waits.append(_waited(alone.runtime, mine))
            do(alone.runtime, other, MANAGERS[len(waits)], Action.COMMENT)
        took_s = perf_counter() - begun
    finally:
        ended = stopped.go_on()
    # What the stopped one wrote is undone, and it hears of that.
    assert ended == 1
    writers.assert_decided(alone, mine, times=1)

    said = f"refused after {waits[0]:.1f} s, served after {took_s:.0f} s"
    figure("SIGSTOP in a transaction", "refused after 2 to 5 s", said)
    assert_all_holds(alone.runtime)


def _waited(runtime, started):
    """
    After how many seconds an approval was refused; None if it was not.
    """
    begun = perf_counter()
    try:
        do(runtime, started, MANAGERS[1], Action.APPROVE)
    except StorageError:
        return perf_counter() - begun
    return None
