"""
The worker: everything due moves once, what is broken is held and stops nobody else.
"""

import logging
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from sqlalchemy import text

from approval_engine import worker
from approval_engine.errors import StorageError
from approval_engine.executor.runtime import Runtime
from approval_engine.store.catalog import setting
from approval_engine.store.database import Database
from approval_engine.worker import tidy
from tests.integration.executor.company import Company
from tests.integration.web.served import wait_until


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def change(company, statement, **values):
    with company.runtime.database.begin() as transaction:
        transaction.execute(text(statement), values)


def break_state(company, workflow):
    statement = "UPDATE workflow_instance SET state = :state WHERE id = :id"
    change(company, statement, state=b"{}", id=workflow)


def break_timers(company, workflow):
    statement = "UPDATE workflow_instance SET timers = '[' WHERE id = :id"
    change(company, statement, id=workflow)


def incidents(company):
    query = "SELECT workflow_id, kind, detail FROM incident ORDER BY id"
    with company.runtime.database.read() as transaction:
        return transaction.execute(text(query)).all()


def test_a_round_moves_everything_that_is_due_and_the_next_nothing(company):
    workflows = [company.started() for _ in range(3)]
    assert worker.once(company.runtime) == worker.Round()
    company.wait(days=10)

    assert worker.once(company.runtime).fired == len(workflows)
    assert worker.once(company.runtime) == worker.Round()
    assert all(company.log(each).count("task_escalated") == 2 for each in workflows)


def test_a_round_moves_more_than_one_question_answers(company):
    workflows = {company.started() for _ in range(5)}
    company.wait(days=10)

    assert worker.once(company.runtime, batch=2).fired == len(workflows)


@pytest.mark.broken
@pytest.mark.parametrize("break_one", [break_state, break_timers])
def test_a_broken_workflow_is_held_and_stops_nobody_else(company, break_one):
    first, broken, last = (company.started() for _ in range(3))
    break_one(company, broken)
    company.wait(days=10)
    done = worker.once(company.runtime)

    assert (done.fired, done.held) == (2, (broken,))
    (found,) = incidents(company)
    assert found.workflow_id == broken
    assert found.detail
    assert "task_escalated" in company.log(first)
    assert "task_escalated" in company.log(last)


@pytest.mark.broken
def test_what_is_held_is_not_tried_again(company):
    broken = company.started()
    break_timers(company, broken)
    company.wait(days=10)
    worker.once(company.runtime)

    assert worker.once(company.runtime) == worker.Round()
    assert len(incidents(company)) == 1


def test_a_worker_that_was_told_to_stop_begins_nothing(company):
    company.started()
    company.wait(days=10)
    stop = Event()
    stop.set()

    assert worker.once(company.runtime, stop) == worker.Round()
    worker.run(company.runtime, stop)
    assert worker.once(company.runtime).fired == 1


class Until(logging.Handler):
    """
    Sets an event as soon as the worker logs these words.
    """

    def __init__(self, words):
        super().__init__()
        self.words = words
        self.stop = Event()

    def emit(self, record):
        if self.words in record.getMessage():
            self.stop.set()


@contextmanager
def until(words):
    logger, handler = logging.getLogger(worker.__name__), Until(words)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler.stop
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_running_worker_ends_when_told_to(company):
    workflow = company.started()
    company.wait(days=10)

    with until("action=tick") as stop:
        thread = Thread(target=worker.run, args=(company.runtime, stop, 0.01))
        thread.start()
        thread.join(timeout=60)

    assert not thread.is_alive()
    assert "task_escalated" in company.log(workflow)


def test_a_worker_without_a_database_waits_for_it(tmp_path):
    runtime = Runtime(database=Database(f"sqlite:///{tmp_path}/no/folder.db"))
    with until("action=worker_waits") as stop:
        worker.run(runtime, stop, poll_s=0.01)

    assert stop.is_set()
    with pytest.raises(StorageError):
        worker.once(runtime)


TWICE = "INSERT INTO setting (name, value) VALUES ('twice', '')"
BEFORE = "CREATE TRIGGER first BEFORE INSERT ON setting FOR EACH ROW WHEN"
FUNCTION = f"AS $$BEGIN {TWICE}; RETURN NEW; END$$ LANGUAGE plpgsql"
FIRST = {
    "sqlite": [f"{BEFORE} NEW.name = 'swept_at' BEGIN {TWICE}; END"],
    "postgresql": [
        f"CREATE FUNCTION first() RETURNS trigger {FUNCTION}",
        f"{BEFORE} (NEW.name = 'swept_at') EXECUTE FUNCTION first()",
    ],
}
"""Somebody wrote the same row just before, whenever a worker says that it tidies up."""


def test_a_worker_that_lost_a_race_goes_on(company):
    database = company.runtime.database
    for statement in (TWICE, *FIRST["sqlite" if database.is_sqlite else "postgresql"]):
        change(company, statement)

    def swept():
        with database.read() as transaction:
            return setting(transaction, tidy.SWEPT)

    with until("action=worker_waits Somebody else did the same") as lost:
        stop = Event()
        thread = Thread(target=worker.run, args=(company.runtime, stop, 0.01))
        thread.start()
        wait_until(lost.is_set)
        assert swept() is None
        change(company, "DROP TRIGGER first" + " ON setting" * (not database.is_sqlite))
        wait_until(swept)
        stop.set()
        thread.join(timeout=60)

    assert not thread.is_alive()
