"""
Two who touch the same row at the same moment, where one of them takes it away.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import sleep

import pytest
from sqlalchemy import event, text

from approval_engine.errors import InProgress
from approval_engine.store import accounts, catalog, drafts, replies
from approval_engine.store.database import Database
from tests.integration.executor.company import Company

AT, LATER = "2026-03-02T09:00:00.000000Z", "2026-03-02T09:00:01.000000Z"
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(fresh_database):
    return fresh_database("postgresql", ready=True)


@pytest.fixture
def database(url):
    database = Database(url)
    yield database
    database.close()


def meanwhile(database, first, second):
    """
    What `second` gives that begins within the transaction of `first` and waits for it.
    """

    def other():
        with database.begin() as transaction:
            return second(transaction)

    with ThreadPoolExecutor(1) as pool:
        with database.begin() as transaction:
            first[0](transaction)
            found = pool.submit(other)
            for _ in range(500):
                with database.read() as looking:
                    if looking.execute(WAITING).scalar_one():
                        break
                sleep(0.01)
            for each in first[1:]:
                each(transaction)
        return found.result(timeout=30)


def test_a_log_in_that_forgets_failures_does_not_break_another(database):
    def failure(transaction):
        return accounts.failure(transaction, "s")

    with database.begin() as transaction:
        assert failure(transaction).failures == 0
        accounts.count_failures(transaction, "s", 3, AT)
    forget = (failure, lambda tx: accounts.forget_failures(tx, "s"))
    assert meanwhile(database, forget, failure).failures == 0

    with database.begin() as transaction:
        accounts.count_failures(transaction, "s", 3, AT)
    count = (failure, lambda tx: accounts.count_failures(tx, "s", 1, AT))
    assert meanwhile(database, count, failure).failures == 4


def test_a_draft_is_removed_only_as_it_was_seen(url):
    company = Company(url)
    database = company.runtime.database
    with database.begin() as transaction:
        (row,) = catalog.policies(transaction)
        draft = drafts.Draft(
            id="d" * 12,
            base=row.sha256,
            owner="dana",
            revision=1,
            created_at=AT,
            body=b"{}",
            saved_at=AT,
            saved_by="dana",
        )
        drafts.add(transaction, draft)
    saved = replace(draft, revision=2, body=b'{"a":1}')
    save = (lambda tx: drafts.save(tx, saved),)

    assert meanwhile(database, save, lambda tx: drafts.remove(tx, draft.id, 1)) is False
    with database.read() as transaction:
        assert drafts.read(transaction, draft.id).body == b'{"a":1}'
    remove = (lambda tx: drafts.remove(tx, draft.id, 2),)
    late = replace(saved, revision=3)
    assert meanwhile(database, remove, lambda tx: drafts.save(tx, late)) is False
    with database.read() as transaction:
        assert drafts.read(transaction, draft.id) is None
    database.close()


def test_a_key_that_is_let_go_meanwhile_is_busy_and_free_the_next_time(database):
    mine = replies.Request(actor="sam", route="POST /x", key="k", fingerprint="f")
    with database.begin() as transaction:
        assert replies.claim(transaction, mine, AT, AT) is None

    def let_go(*_):
        with database.begin() as transaction:
            replies.release(transaction, mine, AT)

    with database.begin() as transaction:
        event.listen(database.engine, "after_cursor_execute", let_go, once=True)
        with pytest.raises(InProgress):
            replies.claim(transaction, mine, LATER, AT)
    with database.begin() as transaction:
        assert replies.claim(transaction, mine, LATER, AT) is None
