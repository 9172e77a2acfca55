from collections import Counter
from datetime import UTC, datetime

import pytest

from approval_engine.executor.commands import tick
from approval_engine.history.reading import find, timeline
from approval_engine.operations.check import replay_all, verify_all
from approval_engine.scenarios.seed import prepare, seed_history
from approval_engine.store import delegations, workflows

AT = datetime.fromisoformat("2026-03-03T12:00:00-05:00")
COUNT = 60


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """
    A history of sixty workflows, how often it said so, and its answer.
    """
    from approval_engine.executor.runtime import Runtime
    from approval_engine.scenarios.clock import StoryClock
    from approval_engine.store.database import Database

    path = tmp_path_factory.mktemp("history") / "cpq.db"
    runtime = Runtime(database=Database(f"sqlite:///{path}"), clock=StoryClock(AT))
    told = []
    prepare(runtime, reset=False)
    answer = seed_history(runtime, COUNT, lambda: told.append(1))
    yield runtime, answer, len(told)
    runtime.database.close()


def all_of(runtime):
    with runtime.database.read() as transaction:
        ids = workflows.ids(transaction)
    return [find(runtime.database, each).workflow for each in ids]


def test_a_history_has_exactly_the_workflows_asked_for(lived):
    runtime, answer, told = lived

    assert (answer.workflows, told, len(all_of(runtime))) == (COUNT, COUNT, COUNT)


def test_a_history_spans_months_and_ends_at_its_end(lived):
    runtime, _, _ = lived
    created = [workflow.created_at for workflow in all_of(runtime)]

    assert (max(created) - min(created)).days > 120
    assert max(workflow.updated_at for workflow in all_of(runtime)) <= AT
    assert tick.due(runtime) == ()


def test_a_history_holds_every_kind_of_event(lived):
    runtime, _, _ = lived
    log = [
        entry.event
        for workflow in all_of(runtime)
        for entry in timeline(runtime.database, workflow.id)
    ]
    actions = Counter(event.action for event in log)

    assert {
        "submitted",
        "task_approved",
        "task_rejected",
        "task_returned",
        "task_escalated",
        "task_reminded",
    } <= set(actions)
    assert any(workflow.quote_revision > 1 for workflow in all_of(runtime))
    with runtime.database.read() as transaction:
        assert delegations.listed(transaction)


def test_a_history_happens_in_working_hours_of_somebody(lived):
    runtime, _, _ = lived

    assert all(workflow.created_at.weekday() < 5 for workflow in all_of(runtime))


def test_a_history_can_be_replayed_and_verified(lived):
    runtime, _, _ = lived

    assert not [each for each in replay_all(runtime) if each.difference]
    assert not [each for each in verify_all(runtime) if each.first_altered]


def test_a_history_is_the_same_each_time(lived, open_runtime, fresh_database):
    runtime, _, _ = lived
    again = open_runtime(fresh_database("sqlite"), AT)
    prepare(again, reset=False)
    seed_history(again, COUNT)

    assert [_shape(each) for each in all_of(again)] == [
        _shape(each) for each in all_of(runtime)
    ]


def _shape(workflow):
    tasks = [(task.id, task.status, task.closed_by) for task in workflow.tasks]
    return workflow.id, workflow.quote_id, workflow.status, workflow.updated_at, tasks


@pytest.mark.proof
@pytest.mark.parametrize("day", [1, 12, 26])
def test_a_history_goes_on_when_somebody_answers_for_one_who_is_back(
    open_runtime, fresh_database, day
):
    end = datetime(2026, 11, day, 3, 5, 40, tzinfo=UTC)
    runtime = open_runtime(fresh_database("sqlite"), end)
    prepare(runtime, reset=False)
    seed_history(runtime, 300, lambda: None)

    assert len(all_of(runtime)) == 300
