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
    shares, mended = [], 0
    for number in range(9):
        two = [list(poison.WAYS)[(number + each) % len(poison.WAYS)] for each in (0, 1)]
        clean, mixed = poison.quarantine(doomed, 198, 2, ways=two)
        # Of one moment: what else the machine does changes from round to round.
        shares.append(mixed / clean)
        mended += poison.mend(doomed)
    share = f"{100 * median(shares):.0f} %"
    figure("speed of workflows beside one broken of a hundred", "95 %", share)

    assert mended == 18
