import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from approval_engine.accounts.passwords import check
from approval_engine.documents import parse
from approval_engine.errors import InvalidState
from approval_engine.executor.commands import tick
from approval_engine.history.reading import find
from approval_engine.operations.check import replay_all, verify_all
from approval_engine.operations.intake import import_directory
from approval_engine.scenarios import world
from approval_engine.scenarios.seed import (
    ACCOUNTS,
    give_log_ins,
    prepare,
    seed_approvals,
    seed_history,
)
from approval_engine.scenarios.stage import Stage
from approval_engine.store import workflows
from approval_engine.store.reset import has_content, is_rehearsal
from approval_engine.store.upgrade import upgrade

WORKFLOWS = {
    "WF-8809": ("approved", "T-1 approved, T-2 approved"),
    "WF-8810": ("approved", ""),
    "WF-8811": ("rejected", "T-3 not_required, T-4 rejected"),
    "WF-8812": ("returned", "T-5 returned"),
    "WF-8813": ("approved", "T-6 approved"),
    "WF-8814": ("recalled", "T-7 cancelled"),
    "WF-8815": ("pending", "T-8 open escalated overdue, T-9 approved"),
    "WF-8816": ("pending", "T-10 open overdue"),
    "WF-8817": ("pending", "T-11 approved, T-12 delegated"),
    "WF-8818": ("pending", "T-13 approved, T-14 open"),
    "WF-8819": ("pending", "T-15 approved, T-16 open, T-17 open, T-18 claimed"),
    "WF-8820": ("pending", "T-19 open, T-20 open"),
}

INSTANTS = {
    "a Tuesday at noon": "2026-03-03T12:00:00-05:00",
    "a Monday before opening": "2026-03-02T07:30:00-05:00",
    "a Saturday": "2026-03-07T12:00:00-05:00",
    "the Sunday of the US clock change": "2026-03-08T12:00:00-04:00",
    "the Monday between both clock changes": "2026-03-16T17:00:00+00:00",
    "the week after the European clock change": "2026-04-01T10:00:00+01:00",
    "the autumn change": "2026-11-01T01:30:00-05:00",
    "Thanksgiving": "2026-11-26T12:00:00-05:00",
    "Christmas in London": "2026-12-25T09:00:00+00:00",
    "New Year's Eve in Tokyo": "2027-01-01T00:00:00+09:00",
    "New Year's midnight UTC": "2027-01-01T00:00:00+00:00",
    "a leap day": "2028-02-29T23:59:59-08:00",
    "at the minute of closing": "2026-06-10T17:00:00-04:00",
}


def seeded(open_runtime, url, text):
    runtime = open_runtime(url, datetime.fromisoformat(text))
    prepare(runtime, reset=False)
    return runtime, seed_approvals(runtime)


def told(runtime):
    """
    Every workflow with its status and its tasks in words.
    """
    with runtime.database.read() as transaction:
        ids = workflows.ids(transaction)
    found = (find(runtime.database, each).workflow for each in ids)
    return {
        workflow.id: (
            str(workflow.status),
            ", ".join(_words(task, runtime.clock()) for task in workflow.tasks),
        )
        for workflow in found
    }


def _words(task, now):
    marks = [task.id, str(task.status)]
    if task.is_open and task.escalation_level:
        marks.append("escalated")
    if task.is_open and task.due_at < now:
        marks.append("overdue")
    return " ".join(marks)


@pytest.mark.parametrize("text", INSTANTS.values(), ids=INSTANTS)
def test_seeding_gives_the_same_desk_at_any_time(open_runtime, fresh_database, text):
    runtime, answer = seeded(open_runtime, fresh_database("sqlite"), text)

    counts = (answer.users, answer.quotes, answer.policies, answer.workflows)
    assert counts == (52, 66, 1, 12)
    assert told(runtime) == WORKFLOWS
    assert tick.due(runtime) == ()


def test_nothing_lies_in_the_future_of_the_seeding(open_runtime, fresh_database):
    runtime, _ = seeded(
        open_runtime, fresh_database("sqlite"), "2026-03-08T12:00:00-04:00"
    )

    for workflow in WORKFLOWS:
        assert find(runtime.database, workflow).workflow.updated_at <= runtime.clock()


def test_nothing_is_due_within_the_next_working_day(open_runtime, fresh_database):
    """
    Seeded on a Tuesday noon; on Wednesday noon still nothing has rung.
    """
    runtime, _ = seeded(
        open_runtime, fresh_database("sqlite"), "2026-03-03T12:00:00-05:00"
    )
    runtime.clock.move_to(datetime.fromisoformat("2026-03-04T12:00:00-05:00"))

    assert tick.due(runtime) == ()


def test_seeding_is_the_same_on_every_database(open_runtime, database_url):
    runtime, _ = seeded(open_runtime, database_url, "2026-03-03T12:00:00-05:00")

    assert told(runtime) == WORKFLOWS
    assert not [each for each in replay_all(runtime) if each.difference]
    assert not [each for each in verify_all(runtime) if each.first_altered]
    submitted = Stage(runtime, runtime.clock).submit("Q-2026-0120", "sam")
    assert (submitted.workflow, submitted.steps) == ("WF-8821", 2)


def test_what_is_there_is_kept_without_reset(open_runtime, database_url):
    runtime, _ = seeded(open_runtime, database_url, "2026-03-03T12:00:00-05:00")

    with pytest.raises(InvalidState, match="add --reset"):
        prepare(runtime, reset=False)

    assert told(runtime) == WORKFLOWS


def test_a_reset_starts_from_the_first_numbers(open_runtime, database_url):
    runtime, _ = seeded(open_runtime, database_url, "2026-03-03T12:00:00-05:00")
    Stage(runtime, runtime.clock).submit("Q-2026-0120", "sam")

    prepare(runtime, reset=True)
    seed_approvals(runtime)

    assert told(runtime) == WORKFLOWS


def test_a_reset_of_nothing_is_no_error(open_runtime, database_url):
    runtime = open_runtime(database_url, datetime.fromisoformat("2026-03-03T12:00:00Z"))

    prepare(runtime, reset=True)

    assert not has_content(runtime.database)
    assert is_rehearsal(runtime.database)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("adding", [False, True])
def test_a_database_of_real_content_is_never_touched(
    open_runtime, fresh_database, reset, adding
):
    url = fresh_database("sqlite")
    runtime = open_runtime(url, datetime.fromisoformat("2026-03-03T12:00:00Z"))
    upgrade(runtime.database)
    import_directory(runtime, parse(b'{"users": [], "roles": {}}', "people.json"))

    with pytest.raises(InvalidState, match="use another"):
        prepare(runtime, reset=reset, adding=adding)

    assert has_content(runtime.database)
    assert not is_rehearsal(runtime.database)


def test_a_reset_leaves_the_tables_of_others(open_runtime, tmp_path):
    path = tmp_path / "shared.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE theirs (value TEXT)")
        connection.execute("INSERT INTO theirs VALUES ('kept')")
    url = f"sqlite:///{path}"
    runtime = open_runtime(url, datetime.fromisoformat("2026-03-03T12:00:00Z"))
    prepare(runtime, reset=False)

    prepare(runtime, reset=True)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM theirs").fetchall() == [("kept",)]


def test_log_ins_share_a_fresh_password(open_runtime, fresh_database):
    runtime = open_runtime(
        fresh_database("sqlite"), datetime.fromisoformat("2026-03-03T12:00:00Z")
    )
    prepare(runtime, reset=False)
    world.found(runtime)

    first = give_log_ins(runtime, ACCOUNTS[:2])
    second = give_log_ins(runtime, ACCOUNTS[:1])

    assert first != second
    check(runtime, ACCOUNTS[0], second, "127.0.0.1")
    check(runtime, ACCOUNTS[1], first, "127.0.0.1")


def test_a_history_is_added_to_the_desk(open_runtime, fresh_database):
    runtime, _ = seeded(
        open_runtime, fresh_database("sqlite"), "2026-03-03T12:00:00-05:00"
    )

    prepare(runtime, reset=False, adding=True)
    answer = seed_history(runtime, 5)

    assert answer.workflows == 17
    assert {**told(runtime), **WORKFLOWS} == told(runtime)


def test_a_history_is_added_to_a_history(open_runtime, fresh_database):
    at = datetime.fromisoformat("2026-03-03T12:00:00-05:00")
    runtime = open_runtime(fresh_database("sqlite"), at)
    prepare(runtime, reset=False)
    first = seed_history(runtime, 3)

    prepare(runtime, reset=False, adding=True)
    second = seed_history(runtime, 4)

    assert (first.workflows, second.workflows) == (3, 7)
