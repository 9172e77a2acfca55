"""
What is kept for some time only goes in time, and everything that is proved by stays.
"""

import pytest
from sqlalchemy import text

from approval_engine.accounts import passwords, sessions
from approval_engine.domain.actions import Action
from approval_engine.errors import InvalidInput
from approval_engine.executor.answer import Caller, Proof
from approval_engine.executor.commands.act import Wish, act
from approval_engine.store import tidying
from approval_engine.worker import tidy
from tests.integration.executor.company import Company

TABLES = ("idempotency", "outbox", "event_origin", "event_text", "web_session")


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


@pytest.fixture
def worked(company):
    """
    One review that has ended and one that goes on, each with a comment, and a log-in.
    """
    company.ended, company.open = company.started(), company.started()
    proof = Proof(method="password", credential="s", address="10.0.0.9", agent="x")
    for workflow, action in ((company.ended, "reject"), (company.open, "comment")):
        task = company.task(workflow, "finance").id
        caller = Caller(actor="fred", channel="t", key=f"k {workflow}", proof=proof)
        wish = Wish(
            workflow=workflow, task=task, action=Action(action), comment="because"
        )
        act(company.runtime, wish, caller)
    passwords.set_password(company.runtime, "maria", "correct horse battery")
    sessions.log_in(company.runtime, "maria", "correct horse battery")
    execute(company, "UPDATE outbox SET status = 'sent', attempts = 1,"
            " next_attempt_at = NULL WHERE kind = 'asked'")  # fmt: skip
    return company


def execute(company, statement, **values):
    with company.runtime.database.begin() as transaction:
        return transaction.execute(text(statement), values).rowcount


def sizes(company):
    with company.runtime.database.read() as transaction:
        counts = {
            name: transaction.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 our tables
            for name in TABLES
        }
        waiting = text("SELECT count(*) FROM outbox WHERE status = 'waiting'")
        return {**counts, "waiting": transaction.execute(waiting).scalar_one()}


def test_what_is_young_stays(worked):
    before = sizes(worked)
    worked.wait(days=1)

    assert set(tidy.sweep(worked.runtime).values()) == {0}
    assert sizes(worked) == before
    assert min(before.values()) > 0


def test_what_is_old_goes_and_every_proof_holds(worked):
    before = sizes(worked)
    worked.wait(days=400)
    counts = tidy.sweep(worked.runtime)
    after = sizes(worked)

    assert counts["texts"] == 0
    for name, kind in (("idempotency", "answers"), ("event_origin", "origins")):
        assert (after[name], counts[kind]) == (0, before[name])
    assert after["web_session"] == 0
    # What waits or is dead is somebody's still.
    assert after["outbox"] == after["waiting"] == before["waiting"]
    assert after["event_text"] == before["event_text"]
    assert worked.is_sound()
    assert worked.findings() == ()


def test_words_go_if_that_is_wished_once_their_review_has_ended(worked):
    tidy.keep_for(worked.runtime, {"texts": 30})
    worked.wait(days=31)
    tidy.sweep(worked.runtime)

    query = text("SELECT event_id FROM event_text")
    with worked.runtime.database.read() as transaction:
        kept = transaction.execute(query).scalars().all()
    assert [each.partition(":")[0] for each in kept] == [worked.open]
    assert worked.findings() == ()


@pytest.mark.broken
def test_only_what_is_so_old_may_be_missing(worked):
    worked.wait(days=91)
    young = worked.started()
    tidy.sweep(worked.runtime)
    assert worked.findings() == ()
    execute(worked, "DELETE FROM outbox WHERE workflow_id = :id", id=young)

    assert {each.invariant for each in worked.findings()} == {"I12"}


def test_looking_deletes_nothing(worked):
    worked.wait(days=400)
    before = sizes(worked)
    would = tidy.sweep(worked.runtime, dry_run=True)

    assert sizes(worked) == before
    assert tidy.sweep(worked.runtime) == would


def test_portions_come_to_an_end(worked, monkeypatch):
    monkeypatch.setattr(tidying, "PORTION", 1)
    worked.wait(days=400)

    assert tidy.sweep(worked.runtime)["answers"] == 2
    assert worked.findings() == ()


def test_a_worker_sweeps_once_an_hour(worked):
    worked.wait(days=400)
    tidy.sweep_if_due(worked.runtime)
    assert sizes(worked)["idempotency"] == 0
    worked.submit(worked.quote("Q-late"), key="again")
    tidy.keep_for(worked.runtime, {"answers": 1})
    worked.wait(minutes=59)
    tidy.sweep_if_due(worked.runtime)
    assert sizes(worked)["idempotency"] == 1
    worked.wait(days=2)
    tidy.sweep_if_due(worked.runtime)
    assert sizes(worked)["idempotency"] == 0


@pytest.mark.parametrize("changes", [{"answers": 0}, {"events": 3}, {"texts": -1}])
def test_what_cannot_be_is_refused(company, changes):
    with pytest.raises(InvalidInput, match="Expected one day or more"):
        tidy.keep_for(company.runtime, changes)
    with company.runtime.database.read() as transaction:
        assert tidying.retention(transaction) == tidying.DAYS
