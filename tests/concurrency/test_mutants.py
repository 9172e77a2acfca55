"""
A harness that finds nothing may be blind: with a fault planted, it must find something.
"""

from functools import partial

import pytest

from tests.concurrency import kills, pairs, scenes
from tests.concurrency.faults import FAULTS
from tests.concurrency.race import AT_COMMIT, AT_WRITE

PAIRS = (
    ("approve", "approve by another"),
    ("approve", "recall"),
    ("approve", "revise"),
    ("escalate", "escalate"),
)
SCENES = {
    "contention": partial(scenes.contention, clients=20, rounds=5),
    "second submit": partial(scenes.second_submit, where=AT_WRITE),
    "two requests": scenes.one_key_two_requests,
    "two people": scenes.one_key_two_people,
} | {
    f"{'/'.join(pair)} at {where}": partial(
        pairs.directed, pair=pair, first=0, where=where
    )
    for pair in PAIRS
    for where in (AT_WRITE, AT_COMMIT)
}
MEETINGS = [
    ("no_lock", "contention"),
    ("no_lock", "second submit"),
    ("keys_fit_anything", "two requests"),
    ("keys_are_everybodys", "two people"),
    *(
        (fault, f"{'/'.join(pair)} at {where}")
        for fault in ("no_lock", "no_lock_and_no_fence")
        for pair in PAIRS
        for where in (AT_WRITE, AT_COMMIT)
    ),
]


@pytest.mark.parametrize(("fault", "scene"), MEETINGS)
def test_a_meeting_shows_a_planted_fault(doomed, fault, scene):
    with FAULTS[fault](), pytest.raises(AssertionError):
        SCENES[scene](doomed)


@pytest.mark.parametrize("name", ["submit", "approve last", "tick"])
@pytest.mark.parametrize("fault", ["messages_apart", "events_apart"])
def test_a_kill_shows_what_is_not_stored_together(doomed, worker, fault, name):
    with pytest.raises(AssertionError, match="Picture"):
        kills.kill_at_every_point(doomed, worker, name, fault)


@pytest.mark.parametrize("name", ["submit", "approve last"])
def test_a_kill_shows_that_an_answer_is_kept_apart(doomed, worker, name):
    with pytest.raises(AssertionError, match="replayed"):
        kills.kill_at_every_point(doomed, worker, name, "answers_apart")
