"""
Months of work are rebuilt from their events, by a process that knows nothing of them.
"""

from datetime import datetime
from time import perf_counter

import pytest

from approval_engine.executor.runtime import Runtime
from approval_engine.operations.check import replay_all
from approval_engine.scenarios.clock import StoryClock
from approval_engine.scenarios.seed import prepare, seed_history
from approval_engine.store.database import Database

AT = datetime.fromisoformat("2026-03-03T12:00:00-05:00")
WORKFLOWS, TIMES = 500, 20


def rebuilt(url, workflows, times):
    """
    Every workflow of a history is rebuilt so often; how many events that took.
    """
    runtime = Runtime(database=Database(url), clock=StoryClock(AT))
    prepare(runtime, reset=False)
    seed_history(runtime, workflows, lambda: None)
    events, begun = 0, perf_counter()
    for _ in range(times):
        afresh = Runtime(database=runtime.database, clock=StoryClock(AT))
        found = replay_all(afresh)
        assert len(found) == workflows
        assert [each for each in found if each.difference] == []
        events += sum(each.events for each in found)
    took_s = perf_counter() - begun
    runtime.database.close()
    return events, took_s


def test_every_workflow_of_a_history_is_rebuilt_as_it_is(ready_database_url):
    events, _ = rebuilt(ready_database_url, 40, 1)

    assert events > 40


@pytest.mark.proof
@pytest.mark.alone
def test_ten_thousand_rebuilds_find_no_difference(ready_database_url, figure):
    events, took_s = rebuilt(ready_database_url, WORKFLOWS, TIMES)

    said = f"{WORKFLOWS * TIMES} rebuilds, {events} events, {took_s:.0f} s, one core"
    figure("rebuilds from events", "10,000 in 600 s", said)
