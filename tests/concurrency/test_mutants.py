"""
A harness that finds nothing may be blind: with a fault planted, it must find something.
"""

from functools import partial

import pytest

from tests.concurrency import kills, pairs, scenes
from tests.concurrency.faults import FAULTS
from tests.concurrency.race import AT_COMMIT, AT_WRITE

MEETINGS = [
    ("no_lock", partial(scenes.contention, clients=20, rounds=5)),
    ("no_lock", partial(scenes.second_submit, where=AT_WRITE)),
    *(
        (fault, partial(pairs.directed, pair=pair, first=0, where=where))
        for fault in ("no_lock", "no_lock_and_no_fence")
        for where in (AT_WRITE, AT_COMMIT)
        for pair in (
            ("approve", "approve by another"),
            ("approve", "recall"),
            ("escalate", "escalate"),
        )
    ),
    ("keys_fit_anything", scenes.one_key_two_requests),
    ("keys_are_everybodys", scenes.one_key_two_people),
]


@pytest.mark.parametrize(("fault", "scene"), MEETINGS)
def test_a_meeting_shows_a_planted_fault(doomed, monkeypatch, fault, scene):
    FAULTS[fault](monkeypatch.setattr)

    with pytest.raises(AssertionError):
        scene(doomed)


@pytest.mark.parametrize("name", ["submit", "approve last", "tick"])
@pytest.mark.parametrize("fault", ["messages_apart", "events_apart"])
def test_a_kill_shows_what_is_not_stored_together(doomed, worker, fault, name):
    with pytest.raises(AssertionError, match="Picture"):
        kills.kill_at_every_point(doomed, worker, name, fault)


@pytest.mark.parametrize("name", ["submit", "approve last"])
def test_a_kill_shows_that_an_answer_is_kept_apart(doomed, worker, name):
    with pytest.raises(AssertionError, match="replayed"):
        kills.kill_at_every_point(doomed, worker, name, "answers_apart")
