"""
Time runs out while the approver presses Approve: who is first decides, for both orders.
"""

import pytest

from tests.concurrency import clock
from tests.concurrency.race import AT_COMMIT, AT_WRITE

each_step = pytest.mark.parametrize("discount", [clock.SHARED, clock.SILENT])


@pytest.mark.parametrize("where", [AT_WRITE, AT_COMMIT])
@pytest.mark.parametrize("first", [clock.PERSON_FIRST, clock.CLOCK_FIRST])
@each_step
def test_the_first_of_person_and_clock_decides_what_the_other_finds(
    company, discount, first, where
):
    clock.person_and_clock(company, discount, first, where)


@each_step
def test_person_and_clock_at_once_come_to_one_of_two_outcomes(company, discount):
    clock.person_and_clock_at_once(company, discount, rounds=3)


def test_one_of_two_who_share_a_seat_answers_it(company):
    clock.both_answer(company, rounds=3)


@pytest.mark.proof
def test_person_and_clock_never_come_to_anything_else(company, figure):
    for discount in (clock.SHARED, clock.SILENT):
        clock.person_and_clock_at_once(company, discount, rounds=200)
    clock.both_answer(company, rounds=200)

    figure(
        "silence decides while somebody answers", "600 rounds, 0 forbidden", "600, 0"
    )
