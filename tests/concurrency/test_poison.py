"""
Broken workflows are held in one round, stop nobody else, and are mended from their log.
"""

import pytest

from tests.concurrency import poison


def test_what_is_broken_is_held_in_one_round_and_stops_nobody(doomed):
    poison.quarantine(doomed, healthy=14, poisoned=6)

    assert poison.mend(doomed) == len(poison.WAYS)


@pytest.mark.proof
@pytest.mark.alone
def test_one_broken_workflow_of_a_hundred_slows_nobody_down(doomed, figure):
    clean, mixed = poison.quarantine(doomed, healthy=990, poisoned=10)
    share = f"{100 * mixed / clean:.0f} % of {clean:.0f} a second"
    figure("speed of 990 workflows beside 10 broken ones", "95 %", share)

    assert poison.mend(doomed) == 10
