"""
What has ended moves out of the tables of every day, and everybody is told the same.
"""

import shutil
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, delete, event, func, insert, select, text

from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidInput, StorageError
from approval_engine.executor.runtime import Runtime
from approval_engine.history.evidence import keys
from approval_engine.operations import backups, intake
from approval_engine.operations.check import verify_all
from approval_engine.operations.erasure import erase
from approval_engine.store import archiving, catalog, incidents, upgrade
from approval_engine.store.archiving import Moved
from approval_engine.store.database import Database
from approval_engine.store.schema import ARCHIVED_EVENT, EVENT
from approval_engine.worker import tidy
from approval_engine.worker.archive import archive
from tests.conftest import ON_BOTH
from tests.integration.archived import (
    answers,
    archived_sizes,
    grown_old,
    put_away,
    sizes,
    worked,
)
from tests.integration.executor.company import Company, document, policy
from tests.integration.web import test_erasure as erasing
from tests.integration.web.conftest import quick_hashes  # noqa: F401 no strength needed


@pytest.fixture
def company(ready_database_url):
    made = Company(ready_database_url)
    yield made
    made.runtime.database.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """
    A file in which everything has happened, what was reviewed in it, and by when.
    """
    path = tmp_path_factory.mktemp("model") / "model.db"
    return path, *_lived(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def model_there(postgres_url):
    """
    The same on PostgreSQL, as a template for others; it goes with the server.
    """
    name = "model_of_archive"
    create(postgres_url, name, "template1")
    return name, *_lived(postgres_url.replace("/postgres?", f"/{name}?"))


def _lived(url):
    company = Company(url)
    runs = worked(company)
    grown_old(company)
    company.runtime.database.close()
    return runs, company.now


def create(server, name, template):
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()


@pytest.fixture
def lived(request, quick_folder):
    """
    Opens a database of that kind in which all that can happen has, half a year ago.
    """
    opened = []

    def open_one(kind):
        if kind == "sqlite":
            path, runs, now = request.getfixturevalue("model")
            url = f"sqlite:///{shutil.copy(path, quick_folder / 'lived.db')}"
        else:
            template, runs, now = request.getfixturevalue("model_there")
            server = request.getfixturevalue("postgres_url")
            name = f"archive_{uuid4().hex}"
            create(server, name, template)
            url = server.replace("/postgres?", f"/{name}?")
        company = Company(url, found=True)
        company.runs, company.now, company.keys = runs, now, 50
        opened.append(company)
        return company

    yield open_one
    for each in opened:
        each.runtime.database.close()


@pytest.fixture(params=ON_BOTH)
def old(request, lived):
    return lived(request.param)


def test_everybody_is_told_the_same_before_and_after(old, tmp_path):
    signer = keys.make(tmp_path / "private.pem")
    before, hot = answers(old, signer), sizes(old)
    moved, left = put_away(old)
    after = answers(old, signer)

    assert (left, moved.workflows) == (0, 9)
    assert archived_sizes(old) == (moved.events, moved.texts, moved.origins)
    gone = tuple(a - b for a, b in zip(hot, sizes(old), strict=True))
    assert gone == archived_sizes(old)
    assert min(gone) > 0
    assert before["checked"].findings == ()
    assert all(told[0] == 200 for asked, told in before.items() if asked[0] == "/")
    assert after.keys() == before.keys()
    for asked, told in before.items():
        assert after[asked] == told, asked


def run(company, statement, **values):
    with company.runtime.database.begin() as transaction:
        return transaction.execute(text(statement), values).rowcount


def refused(company, statement, **values):
    with pytest.raises(StorageError, match="append-only"):
        run(company, statement, **values)
    return True


def test_what_goes_on_or_is_told_of_or_held_is_left(company):
    """
    A review that waits, one with an end before it, one with a message, one held.
    """
    ends = {**policy(), "approvalValidDays": 300, "version": "2"}
    waits, told, held = (company.started() for _ in range(3))
    for workflow in (told, held):
        company.act(workflow, "finance", "reject", "fred")
    intake.publish_policy(company.runtime, document(ends), "dana")
    good = company.started(margin_pct="40")
    grown_old(company)
    with company.runtime.database.begin() as transaction:
        incidents.add(transaction, held, "timer", "it broke", stamp(company.now))
    run(
        company,
        "INSERT INTO outbox SELECT 'x' || id, id, workflow_id, NULL, 'x', 'sam',"
        " 'dead', 9, NULL, timestamp FROM workflow_event WHERE id = :it",
        it=f"{told}:7",
    )

    assert put_away(company) == (Moved(), 1)
    assert company.case(good).next_due_at
    assert company.case(waits).status == "pending"
    run(company, "DELETE FROM outbox WHERE kind = 'x'")
    assert put_away(company)[0].workflows == 1
    run(company, "UPDATE incident SET closed_at = '2026', closed_by = 'ada'")
    assert put_away(company)[0].workflows == 1
    assert company.findings() == ()


def test_what_is_young_is_left(company):
    workflow = company.started()
    company.act(workflow, "finance", "reject", "fred")
    grown_old(company, days=100)

    early = archive(company.runtime, company.now - timedelta(days=101))
    assert early == (Moved(), 0)
    assert archive(company.runtime, company.now - timedelta(days=99))[0].workflows == 1


def test_looking_moves_nothing(old):
    before = sizes(old)
    would = archive(old.runtime, old.now - timedelta(days=1), dry_run=True)

    assert sizes(old) == before
    assert archived_sizes(old) == (0, 0, 0)
    assert put_away(old) == would
    assert put_away(old) == (Moved(), 0)


def test_portions_come_to_an_end(old, monkeypatch):
    monkeypatch.setattr(archiving, "PORTION", 2)

    assert put_away(old)[0].workflows == 9
    assert old.findings() == ()


def test_an_event_leaves_only_if_the_very_same_lies_in_the_archive(old):
    put_away(old)
    old.revised(old.runs[1], margin_pct="22")
    run(old, "DELETE FROM outbox")
    last = f"{old.runs[1]}:10"
    leaving = delete(EVENT).where(EVENT.c.id == last)
    with old.runtime.database.read() as transaction:
        row = transaction.execute(select(EVENT).where(EVENT.c.id == last))
        event = {**row.mappings().one(), "month": "2026-03"}
    assert refused(old, "DELETE FROM workflow_event WHERE seq = 10")
    for changed in ("id", "actor", "task_id", "on_behalf_of", "natural_key", "hash"):
        other = insert(ARCHIVED_EVENT).values({**event, changed: "another"})
        with pytest.raises(StorageError, match="append-only"):
            do(old, other, leaving)
    assert old.findings() == ()
    assert do(old, insert(ARCHIVED_EVENT).values(event), leaving) == 1
    assert old.is_sound()


def do(company, *statements):
    """
    Run them in one transaction; how many rows the last one changed.
    """
    with company.runtime.database.begin() as transaction:
        return [transaction.execute(each) for each in statements][-1].rowcount


def test_nobody_changes_what_was_put_away(old):
    put_away(old)

    assert refused(old, "UPDATE archived_event SET actor = 'nobody'")
    assert refused(old, "UPDATE archived_text SET body = 'x'")
    assert refused(old, "DELETE FROM archived_event")
    assert refused(old, "DELETE FROM workflow_event")
    if not old.runtime.database.is_sqlite:
        for table in ("archived_event", "archived_text"):
            for part in (table, f"{table}_2026_03"):
                assert refused(old, f"TRUNCATE {part}")
    assert old.is_sound()


def test_whoever_gets_past_the_guard_is_found_by_the_chain(old):
    put_away(old)
    first, seq = old.runs[1], 5
    if old.runtime.database.is_sqlite:
        run(old, "DROP TRIGGER archived_event_no_update")
    else:
        run(old, "ALTER TABLE archived_event_2026_03 DISABLE TRIGGER USER")
    change = "UPDATE archived_event SET actor = 'nobody' WHERE id = :it"
    assert run(old, change, it=f"{first}:{seq}") == 1

    assert verify_all(old.runtime, first)[0].first_altered == seq
    (every,) = [each for each in verify_all(old.runtime) if each.first_altered]
    assert (every.workflow, every.first_altered) == (first, seq)


def test_a_revision_of_what_was_put_away_goes_on(old):
    """
    The log is in two places then, until it is put away once more, under its month.
    """
    put_away(old)
    approved = old.runs[1]
    revised = old.revised(approved, margin_pct="22").workflow
    assert old.case(revised).supersedes == approved
    assert old.case(approved).status == "superseded"
    carried = [each.status for each in old.case(revised).tasks]
    assert old.log(approved)[-1] == "superseded"
    assert old.findings() == ()
    assert put_away(old) == (Moved(), 0)

    grown_old(old, days=95)
    assert put_away(old)[0].workflows == len((approved, revised))
    query = "SELECT DISTINCT month FROM archived_event WHERE workflow_id = :id"
    with old.runtime.database.read() as transaction:
        months = transaction.execute(text(query), {"id": approved}).scalars().all()
        hot = select(func.count()).where(EVENT.c.workflow_id == approved)
        assert transaction.execute(hot).scalar_one() == 0
    assert months == ["2026-03"]
    assert [each.status for each in old.case(revised).tasks] == carried
    assert old.findings() == ()


def test_what_speaks_of_people_goes_in_time_from_the_archive_too(old):
    tidy.keep_for(old.runtime, {"texts": 250})
    put_away(old)
    events, texts, origins = archived_sizes(old)
    old.wait(days=40)
    assert tidy.sweep(old.runtime)["texts"] == 0
    old.wait(days=20)
    assert tidy.sweep(old.runtime)["texts"] == texts > 0
    old.wait(days=150)
    assert tidy.sweep(old.runtime)["origins"] == origins > 0

    assert archived_sizes(old) == (events, 0, 0)
    assert old.findings() == ()


def test_whoever_leaves_is_erased_from_the_archive_too(company):
    erasing.work(company)
    erasing.end_his(company)
    run(company, "DELETE FROM outbox_failure")
    run(company, "UPDATE outbox SET status = 'sent', next_attempt_at = NULL")
    grown_old(company)
    erasing.leave(company)
    would = erase(company.runtime, replace(erasing.WISH, dry_run=True))
    assert put_away(company)[0].workflows == 2
    assert {"archived_text", "archived_origin"} <= erasing.hits(company).keys()

    assert erase(company.runtime, erasing.WISH) == would
    assert erasing.hits(company) == {}
    erasing.assert_all_holds(company)


AGAIN = """
INSERT INTO workflow_event SELECT id, workflow_id, seq, task_id, action, actor,
    on_behalf_of, channel, timestamp, data, natural_key, prev_hash, hash
FROM archived_event WHERE id = :it
"""
LESS = "UPDATE workflow_instance SET archived_seq = 6 WHERE id = :it"
STRANGER = """
INSERT INTO archived_text (workflow_id, seq, month, event_id, salt, body)
SELECT 'WF-1', seq, month, event_id, salt, body FROM archived_text WHERE event_id = :it
"""


def test_a_row_in_the_wrong_place_is_found(old):
    put_away(old)
    whole, cut = old.runs[1], old.runs[2]
    assert run(old, AGAIN, it=f"{whole}:9") == 1
    assert run(old, LESS, it=cut) == 1
    assert run(old, STRANGER, it=f"{whole}:8") == 1

    found = {each.detail for each in old.findings() if "belongs" in each.detail}
    assert found >= {
        f"workflow_event '{whole}:9' belongs to nothing",
        f"archived_event '{cut}:7' belongs to nothing",
        f"archived_text '{whole}:8' belongs to nothing",
    }


@pytest.mark.postgres
def test_a_month_may_be_away_and_come_back(lived):
    company = lived("postgresql")
    runs = company.runs
    put_away(company)
    before = company.log(runs[1])
    for table in ("archived_event", "archived_text"):
        run(company, f"ALTER TABLE {table} DETACH PARTITION {table}_2026_03")
    assert company.case(runs[1]).status == "approved"
    assert company.log(runs[5])
    with pytest.raises(StorageError, match="under 2026-03 are not there; attach"):
        company.log(runs[1])
    with pytest.raises(StorageError, match="under 2026-03 are not there; attach"):
        company.revised(runs[1], margin_pct="22")
    for table in ("archived_event", "archived_text"):
        part = f"ATTACH PARTITION {table}_2026_03 FOR VALUES IN ('2026-03')"
        run(company, f"ALTER TABLE {table} {part}")

    assert company.log(runs[1]) == before
    assert company.findings() == ()


@pytest.mark.postgres
def test_a_history_opens_one_month_of_many(lived):
    company = lived("postgresql")
    put_away(company)
    with company.runtime.database.begin() as transaction:
        archiving._make_months(transaction, [f"20{year}-01" for year in range(10, 40)])
    asked = []
    engine = company.runtime.database.engine
    event.listen(engine, "before_cursor_execute", lambda *them: asked.append(them[2:4]))
    company.log(company.runs[1])
    with engine.connect() as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN {query}", values).scalars().all()
            for query, values in tuple(asked)
            if "archived_" in query
        ]

    opened = {
        word for plan in plans for word in " ".join(plan).split() if "_20" in word
    }
    assert opened >= {"archived_event_2026_03", "archived_text_2026_03"}
    assert {each for each in opened if "2026_03" not in each} == set()


def test_older_programs_stop_once_something_is_put_away(company):
    workflow = company.started()
    grown_old(company)
    put_away(company)
    assert oldest(company) == ("0019", upgrade.NEWEST)
    company.act(workflow, "finance", "reject", "fred")
    grown_old(company)

    assert put_away(company)[0].workflows == 1
    assert oldest(company) == (archiving.SINCE, upgrade.NEWEST)
    upgrade.require_newest(company.runtime.database)


def oldest(company):
    with company.runtime.database.read() as transaction:
        return tuple(catalog.setting(transaction, upgrade.OLDEST).split())


def test_a_worker_puts_away_what_the_setting_says(old):
    tidy.sweep_if_due(old.runtime)
    assert archived_sizes(old) == (0, 0, 0)
    assert tidy.keep_for(old.runtime, {"archive": 200})["archive"] == 200
    old.wait(hours=2)
    tidy.sweep_if_due(old.runtime)

    assert archived_sizes(old)[0] > 0
    assert tidy.keep_for(old.runtime, {"archive": None})["archive"] is None
    assert old.findings() == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"archive": 89}, "kept 90 days, and logs would be archived after 89"),
        ({"archive": 90, "messages": 91}, "kept 91 days"),
        ({"archive": 4000, "messages": None}, "kept forever"),
    ],
)
def test_nothing_is_put_away_before_its_messages_go(company, changes, why):
    before = tidy.keep_for(company.runtime, {"archive": 90, "answers": 10})
    with pytest.raises(InvalidInput, match=why):
        tidy.keep_for(company.runtime, {"answers": 11, **changes})

    assert tidy.keep_for(company.runtime, {}) == before


def test_a_backup_holds_what_was_put_away(
    old, fresh_database, tmp_path, postgres_tools
):
    put_away(old)
    sizes_there = archived_sizes(old)
    backups.make(old.runtime, tmp_path / "kept")
    kind = "sqlite" if old.runtime.database.is_sqlite else "postgresql"
    again = Runtime(database=Database(fresh_database(kind)), clock=old.runtime.clock)
    done = backups.restore(again, tmp_path / "kept", backups.Wish(by="ada"))

    assert done.checked.findings == ()
    old.runtime.database.close()
    old.runtime = again
    assert archived_sizes(old) == sizes_there
    assert refused(old, "DELETE FROM archived_event")
    if kind == "postgresql":
        assert refused(old, "TRUNCATE archived_event_2026_03")
    old.revised(old.runs[1], margin_pct="22")
    assert old.findings() == ()
