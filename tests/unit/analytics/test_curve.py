"""
The curve of Kaplan and Meier, against figures that others printed.
"""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.analytics.forecast.curve import Curve, Seen

# Weeks in remission of 21 patients (Freireich and others, 1963), as textbooks print
# them; those with False were still in remission when they were last seen.
REMISSION = [
    *[(6, True)] * 3,
    *[(6, False), (7, True), (9, False), (10, True), (10, False), (11, False)],
    *[(13, True), (16, True), (17, False), (19, False), (20, False), (22, True)],
    *[(23, True), (25, False), (32, False), (32, False), (34, False), (35, False)],
]
PRINTED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}

seats = st.lists(
    st.tuples(st.integers(0, 40), st.booleans(), st.integers(1, 3)), min_size=1
)


def curve(rows):
    return Curve(Seen(hours, done, 1.0) for hours, done in sorted(rows))


def test_it_is_the_curve_that_textbooks_print():
    found = curve(REMISSION)

    assert {week: round(found.left(week), 3) for week in PRINTED} == PRINTED
    assert found.left(5.9) == 1.0
    assert found.left(12) == found.left(10)


def test_who_still_waits_makes_it_longer_than_the_answered_ones_say():
    answered = sorted(week for week, done in REMISSION if done)

    assert answered[len(answered) // 2] == 10
    assert curve(REMISSION).when(0.5) == 23


@given(hours=st.lists(st.integers(0, 50), min_size=1), at=st.integers(0, 60))
def test_where_all_have_answered_it_counts_who_had_not_by_then(hours, at):
    found = curve([(each, True) for each in hours])
    later = sum(each > at for each in hours) / len(hours)

    assert found.left(at) == pytest.approx(later)


@given(rows=seats)
def test_a_weight_is_as_good_as_that_many_seats(rows):
    ordered = sorted(rows)
    weighed = Curve(Seen(hours, done, float(n)) for hours, done, n in ordered)
    apart = curve([(hours, done) for hours, done, n in rows for _ in range(n)])

    for at in range(45):
        assert weighed.left(at) == pytest.approx(apart.left(at))


@given(rows=seats, share=st.floats(0.001, 0.999), more=st.floats(0, 50))
def test_it_never_rises_and_is_read_backwards(rows, share, more):
    found = curve([(hours, done) for hours, done, _ in rows])
    at = found.when(share)

    assert found.left(at) <= share + 1e-9 or at >= 1e6
    assert found.left(more) >= found.left(more + 1)
    assert found.more(more, share) >= 0


def test_what_has_passed_is_part_of_what_it_says():
    found = curve([(hours, True) for hours in range(1, 101)])

    assert found.more(0, 0.5) == found.when(0.5) == 50
    # Fifty are left after fifty hours, and half of them answer within 25 more.
    assert found.more(50, 0.5) == 25


def test_beyond_everything_seen_answers_come_at_the_rate_of_the_last():
    found = curve([*((10, True) for _ in range(9)), (20, False)])

    assert found.left(20) < found.left(10) == pytest.approx(0.1)
    # Nobody answered late, so all answers over all hours are the rate.
    assert found.left(20) == pytest.approx(0.1 * exp(-10 * 9 / 110))
    assert found.more(1000, 0.5) > 0


def test_where_nobody_ever_answered_nothing_ends():
    found = curve([(5, False), (9, False)])

    assert (found.left(8), found.left(100)) == (1.0, 1.0)
    assert found.when(0.5) >= 1e6
