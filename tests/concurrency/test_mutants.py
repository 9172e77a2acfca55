"""
A harness that finds nothing may be blind: with a fault planted, it must find something.
"""

from functools import partial

import pytest

from tests.concurrency import kills, pairs, scenes
from tests.concurrency.faults import FAULTS, no_queue
from tests.concurrency.planted import PLANTED
from tests.concurrency.race import AT_COMMIT, AT_WRITE

PAIRS = (
    ("approve", "approve by another"),
    ("approve", "recall"),
    ("approve", "revise"),
    ("escalate", "escalate"),
)
SCENES = {
    "second submit": partial(scenes.second_submit, where=AT_WRITE),
} | {
    f"{'/'.join(pair)} at {where}": partial(
        pairs.directed, pair=pair, first=0, where=where
    )
    for pair in PAIRS
    for where in (AT_WRITE, AT_COMMIT)
}
MEETINGS = [
    ("no_lock", "second submit"),
    *(
        (fault, f"{'/'.join(pair)} at {where}")
        for fault in ("no_lock", "no_lock_and_no_fence")
        for pair in PAIRS
        for where in (AT_WRITE, AT_COMMIT)
    ),
]


@pytest.mark.parametrize("protection", PLANTED)
def test_a_protection_that_is_taken_away_is_missed(doomed, worker, protection):
    for fault, harness in PLANTED[protection].items():
        with pytest.raises(AssertionError):
            harness(doomed, worker, fault)


@pytest.mark.proof
def test_only_a_protection_that_is_taken_away_is_missed(doomed, worker, figure):
    for faults in PLANTED.values():
        for fault, harness in faults.items():
            harness(doomed, worker, None)
            with pytest.raises(AssertionError):
                harness(doomed, worker, fault)

    found = len(PLANTED)
    figure("planted faults that a test notices", "12 of 12", f"{found} of {found}")


@pytest.mark.parametrize("scene", SCENES)
def test_the_queue_of_processes_protects_nothing(doomed, scene):
    with no_queue():
        SCENES[scene](doomed)


@pytest.mark.parametrize(("fault", "scene"), MEETINGS)
def test_a_meeting_shows_a_planted_fault(doomed, fault, scene):
    with FAULTS[fault](), pytest.raises(AssertionError):
        SCENES[scene](doomed)


@pytest.mark.parametrize("name", ["submit", "tick"])
@pytest.mark.parametrize("fault", ["messages_apart", "events_apart"])
def test_a_kill_shows_what_is_not_stored_together(doomed, worker, fault, name):
    with pytest.raises(AssertionError, match="Picture"):
        kills.kill_at_every_point(doomed, worker, name, fault)


@pytest.mark.parametrize("name", ["submit", "approve last"])
def test_a_kill_shows_that_an_answer_is_kept_apart(doomed, worker, name):
    with pytest.raises(AssertionError, match="replayed"):
        kills.kill_at_every_point(doomed, worker, name, "answers_apart")
