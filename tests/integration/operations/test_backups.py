"""
A restored database goes on, and nothing of the time that was lost comes to life in it.
"""

from dataclasses import replace

import pytest

from approval_engine.accounts import sessions, tokens
from approval_engine.accounts.passwords import set_password
from approval_engine.errors import InvalidState, NotFound, Unauthenticated
from approval_engine.operations import backups, messages
from approval_engine.operations.backups import Wish
from approval_engine.operations.invariants import check_all
from approval_engine.store import delivery, ledger
from approval_engine.store.database import Database
from approval_engine.store.restored import HELD
from tests.integration.executor.company import Company

PASSWORD = "correct horse battery"
WISH = Wish(by="ada")

on_one = pytest.mark.parametrize("ready_database_url", ["sqlite"], indirect=True)
"""
What is the same on both databases is looked at on one.
"""


@pytest.fixture
def company(ready_database_url, postgres_tools):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


@pytest.fixture
def saved(company, tmp_path):
    """
    A backup made while a task was open, somebody logged in, and mails waited.
    """
    company.workflow = company.started()
    set_password(company.runtime, "maria", PASSWORD)
    company.session = sessions.log_in(company.runtime, "maria", PASSWORD)
    scopes = (tokens.Scope.READ,)
    _, company.token = tokens.create(company.runtime, "maria", scopes, None)
    file = tmp_path / "kept.backup"
    company.made = backups.make(company.runtime, file)
    return file


@pytest.fixture
def another(company, fresh_database):
    """
    Restores a file into an empty database; gives the company that goes on there.
    """
    opened = []

    def restore(file, wish=WISH):
        kind = "sqlite" if company.runtime.database.is_sqlite else "postgresql"
        url = fresh_database(kind)
        empty = replace(company.runtime, database=Database(url))
        try:
            found = backups.restore(empty, file, wish)
        finally:
            empty.database.close()
        other = Company(url, found=True)
        opened.append(other)
        other.keys = company.keys
        return other, found

    yield restore
    for each in opened:
        each.runtime.database.close()


def number(workflow):
    return int(workflow.removeprefix("WF-"))


def ids(company):
    with company.runtime.database.read() as transaction:
        return {each.id: each for each in delivery.listed(transaction, None, 999)}


def test_what_was_backed_up_is_there_and_goes_on(company, saved, another):
    other, found = another(saved)

    assert found.checked.findings == ()
    made = company.made
    assert (found.schema, found.checked.events) == (made.schema, made.events)
    assert other.case(company.workflow) == company.case(company.workflow)
    other.act(company.workflow, "manager", "approve", "maria")
    other.act(company.workflow, "finance", "approve", "fred")
    assert other.case(company.workflow).status == "approved"
    assert check_all(other.runtime).findings == ()


def test_log_ins_and_tokens_of_before_open_nothing(company, saved, another):
    other, found = another(saved)

    assert (found.ended.sessions, found.ended.tokens) == (1, 1)
    with pytest.raises(Unauthenticated):
        tokens.owner(other.runtime, company.token)
    with pytest.raises(Unauthenticated):
        sessions.resume(other.runtime, company.session)
    assert sessions.log_in(other.runtime, "maria", PASSWORD)


@on_one
def test_tokens_go_on_if_that_is_wished(company, saved, another):
    other, _ = another(saved, Wish(by="ada", tokens=True))

    assert tokens.owner(other.runtime, company.token).user == "maria"


def test_what_waits_is_held_until_somebody_says_what_becomes_of_it(saved, another):
    other, found = another(saved)
    before = ids(other)

    assert found.ended.held == len(before) > 0
    assert {each.status for each in before.values()} == {"dead"}
    assert {each.detail for each in before.values()} == {HELD}
    assert messages.retry_held(other.runtime) == len(before)
    assert messages.retry_held(other.runtime) == 0
    after = ids(other)
    assert after.keys() == before.keys()
    assert {each.status for each in after.values()} == {"waiting"}
    assert check_all(other.runtime).findings == ()


@on_one
def test_what_waits_is_sent_with_its_own_id_if_that_is_wished(company, saved, another):
    other, found = another(saved, Wish(by="ada", messages=True))

    assert found.ended.held == 0
    assert ids(other) == ids(company)


def test_no_message_and_no_number_of_the_lost_time_is_given_out_again(
    company, saved, another
):
    company.act(company.workflow, "manager", "reject", "maria")
    lost = company.started()
    other, found = another(saved)
    other.act(company.workflow, "manager", "approve", "maria")
    other.act(company.workflow, "finance", "reject", "fred")
    new = other.submit(other.quote("Q-new")).workflow

    assert found.ended.restores == 1
    assert number(new) == number(lost) + backups.SKIPPED
    known, fresh = ids(company), ids(other)
    born = fresh.keys() - known.keys()
    assert {each for each in fresh if each.endswith(":r1")} == born
    # Without the mark the outcome would have had the id of the one that was sent.
    assert {each.removesuffix(":r1") for each in born} & known.keys()
    assert check_all(other.runtime).findings == ()


def test_a_backup_of_a_restored_database_counts_on(saved, another, tmp_path):
    other, _ = another(saved)
    second = tmp_path / "second.backup"
    backups.make(other.runtime, second)
    third, found = another(second)
    new = third.submit(third.quote("Q-new")).workflow

    assert found.ended.restores == 2
    mine = {each for each in ids(third) if each.startswith(f"{new}:")}
    assert mine
    assert all(each.endswith(":r2") for each in mine)
    assert check_all(third.runtime).findings == ()


@on_one
def test_the_gap_is_told_by_what_was_written_down_elsewhere(company, saved, another):
    company.act(company.workflow, "manager", "approve", "maria")
    lost = company.started()
    with company.runtime.database.read() as transaction:
        known = ledger.every_head(transaction)
    other, found = another(saved, Wish(by="ada", known=known, skip=0))

    told = {each.workflow: (each.here, each.known) for each in found.missing}
    assert told.keys() == {company.workflow, lost}
    assert told[lost] == (0, company.case(lost).seq)
    assert told[company.workflow][0] == other.case(company.workflow).seq
    assert not any(each.differs for each in found.missing)
    # Not even without a gap does a number come twice.
    new = other.submit(other.quote("Q-new")).workflow
    assert number(new) == number(lost) + 1


@on_one
def test_another_past_is_no_gap(company, saved, another):
    with company.runtime.database.read() as transaction:
        (head,) = ledger.every_head(transaction)
    forged = (replace(head, hash="0" * 64), replace(head, seq=1, hash="1" * 64))
    _, found = another(saved, Wish(by="ada", known=forged))

    assert [each.differs for each in found.missing] == [True, True]


@on_one
def test_nothing_is_overwritten(company, saved):
    with pytest.raises(InvalidState, match="has tables"):
        backups.restore(company.runtime, saved, WISH)
    with pytest.raises(InvalidState, match="is there already"):
        backups.make(company.runtime, saved)
    assert check_all(company.runtime).findings == ()


def test_what_is_no_backup_is_refused(company, saved, another, tmp_path):
    with pytest.raises(NotFound):
        another(tmp_path / "nothing")
    (tmp_path / "text").write_text("no backup")
    with pytest.raises(InvalidState, match="it is none"):
        another(tmp_path / "text")
    torn = tmp_path / "torn"
    torn.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    with pytest.raises(InvalidState, match=r"whole database|'pg_restore' to work"):
        another(torn)
    assert not list(tmp_path.glob("*.restoring"))


@pytest.mark.postgres
@pytest.mark.parametrize("ready_database_url", ["postgresql"], indirect=True)
def test_who_has_no_programs_of_postgresql_is_told_what_to_run(
    company, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InvalidState) as refused:
        backups.make(company.runtime, tmp_path / "kept.backup")

    assert "run: pg_dump --dbname=postgresql://" in str(refused.value)
    assert not list(tmp_path.iterdir())


@on_one
def test_nobody_else_may_read_it(saved):
    assert saved.stat().st_mode & 0o077 == 0
