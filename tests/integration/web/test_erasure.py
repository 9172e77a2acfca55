"""
A person who has left is erased: his marks are nowhere, and every proof still holds.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select, text

from approval_engine.accounts import passwords, sessions, tokens
from approval_engine.config import Settings
from approval_engine.domain.actions import Action
from approval_engine.errors import InvalidInput, InvalidState, NotFound, StorageError
from approval_engine.executor.answer import Caller, Proof
from approval_engine.executor.attached import attached
from approval_engine.executor.commands.act import Wish as Act
from approval_engine.executor.commands.act import act
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import backups, intake
from approval_engine.operations.check import replay_all, verify_all
from approval_engine.operations.erasure import Wish, erase
from approval_engine.operations.invariants import check_all
from approval_engine.operations.people import with_leavers
from approval_engine.store import erasures, incidents
from approval_engine.web.app import create_app
from tests.conftest import ON_BOTH
from tests.integration.executor.company import Company, directory, document
from tests.integration.web.browser import PASSWORD, Browser
from tests.integration.web.conftest import SECRET
from tests.integration.web.crawl import crawl

NAME, EMAIL, WORDS = "Xaver Quarkmarker", "x.quarkmarker@example.com", "zwirbelwort"
MARKS = re.compile("quarkmarker|zwirbelwort", re.IGNORECASE)
PERSON = "p-4711"
LONG_AGO = "2026-03-01T09:00:00.000000Z"
FAILURE = """
INSERT INTO outbox_failure
SELECT id, '2026', :words FROM outbox WHERE recipient = :him LIMIT 1
"""
REPLY = """
INSERT INTO api_reply
VALUES ('maria', 'POST /x', 'k', 'f', '2026', 200, NULL, :body)
"""
WISH = Wish(person=PERSON, by="ada", reason="he asked for it", mentions=True)


def people(**changes):
    """
    The company with an admin, an auditor and the one who will be erased, in finance.
    """
    value = directory()
    him = {"id": PERSON, "name": NAME, "email": EMAIL, "manager": "carl"}
    him |= {"attributes": {"region": f"where {NAME} lives"}} | changes
    others = [
        {"id": each, "name": each.title(), "email": f"{each}@example.com"}
        for each in ("ada", "augusta")
    ]
    value["users"] += [him, *others]
    roles = {**value["roles"], "admin": ["ada"], "auditor": ["augusta"]}
    value["roles"] = {**roles, "finance": [PERSON, *roles["finance"]]}
    return value


def without_him():
    value = people()
    value["users"] = [each for each in value["users"] if each["id"] != PERSON]
    value["roles"]["finance"].remove(PERSON)
    return value


def work(company):
    """
    He decides, writes, attaches, submits, is written of; and leaves.
    """
    runtime = company.runtime
    intake.import_directory(runtime, document(people(name=f"{NAME} junior")))
    intake.import_directory(runtime, document(people()))
    contact = {"contact": f"ask {NAME} or {EMAIL.upper()}"}
    company.decided = company.submit(company.quote("Q-1", **contact)).workflow
    proof = Proof(method="password", credential="s", address="10.0.0.9", agent=WORDS)
    file = attached("task", f"offer_{NAME.replace(' ', '_')}.txt", None, b"an offer")
    task = company.task(company.decided, "finance").id
    for action, comment, key in (("comment", WORDS, "k1"), ("approve", WORDS, "k2")):
        caller = Caller(actor=PERSON, channel="t", key=key, proof=proof)
        wish = Act(
            workflow=company.decided, task=task, action=Action(action), comment=comment
        )
        act(runtime, wish, caller)
    company.act(
        company.decided, "manager", "approve", "maria", comment=f"{NAME} said so"
    )
    his = {"submittedBy": PERSON, "justification": f"{WORDS} wants it"}
    company.his = company.submit(company.quote("Q-2", **his), actor=PERSON).workflow
    passwords.set_password(runtime, PERSON, PASSWORD)
    sessions.log_in(runtime, PERSON, PASSWORD, sessions.Place(agent=WORDS))
    tokens.create(runtime, PERSON, (tokens.Scope.READ,), None)
    company.file = file
    with runtime.database.begin() as transaction:
        for statement, values in rows_that_name_him(company):
            transaction.execute(text(statement), values)
        held = incidents.add(
            transaction, company.decided, "timer", f"{NAME} is away", LONG_AGO
        )
        incidents.close(transaction, held, PERSON, LONG_AGO, WORDS)


def rows_that_name_him(company):
    """
    What senders, timers and programs leave behind, and the name of a list of his.
    """
    yield (
        "INSERT INTO saved_view VALUES (:him, :words, :words, '2026')",
        {
            "him": PERSON,
            "words": WORDS,
        },
    )
    yield FAILURE, {"words": f"550 no {EMAIL} here", "him": PERSON}
    yield REPLY, {"body": json.dumps({"by": NAME})}


def leave(company):
    runtime = company.runtime
    with runtime.database.read() as transaction:
        digest = transaction.execute(
            text("SELECT value FROM setting WHERE name = 'directory'")
        ).scalar_one()
        before = transaction.execute(
            text("SELECT body FROM document WHERE sha256 = :it"), {"it": digest}
        ).scalar_one()
    new = with_leavers(document(without_him()), bytes(before))
    intake.import_directory(runtime, new)


def end_his(company):
    company.act(company.his, "manager", "reject", "carl")


@pytest.fixture(params=ON_BOTH)
def company(request, fresh_database):
    company = Company(fresh_database(request.param, ready=True))
    work(company)
    yield company
    company.runtime.database.close()


@pytest.fixture
def left(company):
    end_his(company)
    leave(company)
    assert_all_holds(company)
    return company


def assert_all_holds(company):
    fresh = Runtime(database=company.runtime.database, clock=lambda: company.now)
    assert [each for each in replay_all(fresh) if each.difference] == []
    assert [each for each in verify_all(fresh) if each.first_altered] == []
    assert check_all(fresh).findings == ()


def values(company):
    """
    Every value of every table, as text.
    """
    with company.runtime.database.read() as transaction:
        tables = MetaData()
        tables.reflect(transaction)
        return {
            table.name: [
                tuple(
                    each.decode(errors="replace") if isinstance(each, bytes) else each
                    for each in map(_plain, row)
                )
                for row in transaction.execute(select(table))
            ]
            for table in tables.sorted_tables
        }


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def hits(company):
    return {
        name: found
        for name, rows in values(company).items()
        if (found := [row for row in rows if MARKS.search(str(row))])
    }


def test_his_marks_are_in_no_table_no_page_and_no_file(left, tmp_path, postgres_tools):
    for table in ("document", "event_text", "api_reply", "incident", "saved_view"):
        assert table in hits(left)
    found = erase(left.runtime, WISH)

    assert hits(left) == {}
    assert found.remains == {}
    assert found.mentions == ()
    assert found.documents >= 4
    assert_all_holds(left)
    database = left.runtime.database
    if database.is_sqlite:
        file = Path(database.url.database)
        for each in file.parent.glob(f"{file.name}*"):
            assert not MARKS.search(each.read_bytes().decode(errors="replace"))
    backups.make(left.runtime, tmp_path / "copy")
    assert not MARKS.search((tmp_path / "copy").read_bytes().decode(errors="replace"))
    assert_no_page_shows_him(left)


def assert_no_page_shows_him(company):
    fresh = Runtime(database=company.runtime.database, clock=lambda: company.now)
    app = create_app(Settings(secret_key=SECRET), fresh)
    _, secret = tokens.create(fresh, "augusta", (tokens.Scope.READ,), None)
    headers = {"Authorization": f"Bearer {secret}"}
    seen = 0
    for person in ("ada", "augusta"):
        passwords.set_password(fresh, person, PASSWORD)
        browser = Browser(app)
        assert browser.log_in(person).status_code == 303
        for page in crawl(app, browser, ("/", f"/workflows/{company.decided}")):
            assert not MARKS.search(page.answer.text), page.path
            seen += page.answer.status_code == 200
    client = app.test_client()
    for path in (
        f"/api/v1/workflows/{company.decided}",
        f"/api/v1/workflows/{company.decided}/events",
        "/api/v1/quotes/Q-1",
        "/api/v1/quotes/Q-2",
    ):
        answer = client.get(path, headers=headers)
        assert not MARKS.search(answer.text), path
        seen += answer.status_code == 200
    assert seen > 30


def test_looking_first_changes_nothing_and_tells_the_same(left):
    before = values(left)
    would = erase(left.runtime, replace(WISH, dry_run=True))

    assert values(left) == before
    assert erase(left.runtime, WISH) == would


def test_what_others_wrote_is_told_and_kept_unless_it_is_wished(left):
    found = erase(left.runtime, replace(WISH, mentions=False))

    assert len(found.mentions) == 1
    assert found.mentions[0].startswith(f"{left.decided}:")
    assert found.remains == {"event_text.body": 1}
    assert hits(left).keys() == {"event_text"}
    # By now nothing here knows his name, so whoever wants more has to say it.
    assert erase(left.runtime, replace(WISH, also=(NAME,))).remains == {}
    assert hits(left) == {}
    assert_all_holds(left)


def test_what_stands_in_the_log_itself_is_told(left):
    """
    The name of an attached file is part of an event, which nothing can change.
    """
    other = left.submit(left.quote("Q-3")).workflow
    task = left.task(other, "finance").id
    wish = Act(
        workflow=other, task=task, action=Action.COMMENT, comment="see", file=left.file
    )
    act(left.runtime, wish, Caller(actor="fred", channel="t"))
    found = erase(left.runtime, WISH)

    assert found.remains == {"workflow_event.data": 1}
    assert hits(left).keys() == {"workflow_event"}
    assert_all_holds(left)


def test_he_does_not_come_back_with_the_next_directory(left):
    erase(left.runtime, WISH)
    leave(left)

    assert hits(left) == {}
    assert_all_holds(left)


def test_who_works_here_or_is_waited_for_is_not_erased(company):
    with pytest.raises(InvalidState, match="is active"):
        erase(company.runtime, WISH)
    leave(company)
    with pytest.raises(InvalidState, match=company.his):
        erase(company.runtime, WISH)
    open_task = company.submit(company.quote("Q-4")).workflow
    end_his(company)
    company.act(open_task, "manager", "reject", "maria")
    before = hits(company)
    for wrong, refusal in (
        (replace(WISH, person="nobody"), NotFound),
        (replace(WISH, reason=f"{NAME} asked"), InvalidInput),
        (replace(WISH, also=("x",)), InvalidInput),
    ):
        with pytest.raises(refusal):
            erase(company.runtime, wrong)
    assert hits(company) == before


def test_a_task_that_only_he_may_take_is_in_the_way(company):
    end_his(company)
    waiting = company.submit(company.quote("Q-4")).workflow
    company.act(waiting, "finance", "claim", PERSON)
    leave(company)

    with pytest.raises(InvalidState, match=company.task(waiting, "finance").id):
        erase(company.runtime, WISH)


def test_an_account_that_was_called_after_him_is_no_finding(company):
    company.quote("Q-77", account=f"{NAME} Ltd")
    end_his(company)
    leave(company)
    erase(company.runtime, WISH)

    assert_all_holds(company)


@pytest.mark.broken
def test_a_document_that_is_changed_in_another_way_is_found(left):
    erase(left.runtime, WISH)
    database = left.runtime.database
    with database.begin() as transaction:
        statement = "UPDATE document SET body = :new WHERE kind = 'quote'"
        transaction.execute(text(statement), {"new": b"{}"})

    assert "I11" in {each.invariant for each in check_all(left.runtime).findings}


@pytest.mark.broken
def test_the_log_of_erasures_is_append_only_and_chained(left):
    erase(left.runtime, WISH)
    database = left.runtime.database
    for statement in ("UPDATE erasure SET reason = 'x'", "DELETE FROM erasure"):
        with (
            pytest.raises(StorageError, match="append-only"),
            database.begin() as transaction,
        ):
            transaction.execute(text(statement))
    with database.read() as transaction:
        (row,) = log = erasures.every(transaction)
    assert (row.person, row.erased_by, row.reason) == (PERSON, "ada", WISH.reason)
    assert erasures.first_altered(log) is None
    assert erasures.first_altered((replace(row, documents="{}"),)) == 1
