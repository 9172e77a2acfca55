"""
Broken workflows are held in one round, stop nobody else, and are mended from their log.
"""

from statistics import median

import pytest

from tests.concurrency import poison


def test_what_is_broken_is_held_in_one_round_and_stops_nobody(doomed):
    poison.quarantine(doomed, healthy=14, poisoned=6)

    assert poison.mend(doomed) == len(poison.WAYS)


@pytest.mark.proof
@pytest.mark.alone
def test_one_broken_workflow_of_a_hundred_slows_nobody_down(doomed, figure):
    rounds, mended = [], 0
    for number in range(5):
        two = list(poison.WAYS)[number : number + 2]
        rounds.append(poison.quarantine(doomed, 198, 2, ways=two))
        mended += poison.mend(doomed)
    clean, mixed = map(median, zip(*rounds, strict=True))
    share = f"{100 * mixed / clean:.0f} % of {clean:.0f} a second"
    figure("speed of 990 workflows beside 10 broken ones", "95 %", share)

    assert mended == 10
