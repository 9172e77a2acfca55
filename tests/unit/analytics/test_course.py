"""
A way through steps: side by side, one after the other, by the hours of each calendar.
"""

from datetime import UTC, datetime

import pytest

from approval_engine.analytics.forecast.course import TIMES, Leg, Wait, Way, live
from approval_engine.analytics.forecast.curve import Curve, Seen
from approval_engine.analytics.forecast.spans import span_of
from approval_engine.analytics.hours import Hours
from approval_engine.domain.calendar import EVERY_HOUR, WorkingTime

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ALWAYS = Hours(EVERY_HOUR, SINCE, UNTIL)
OFFICE = Hours(WorkingTime(), SINCE, UNTIL)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = 3600


def curve(*hours):
    return Curve(Seen(float(each), True, 1.0) for each in sorted(hours))


def leg(step, *curves, needed=1, hours=ALWAYS, elapsed=0.0, **more):
    waits = tuple(Wait(curve=each, slow=1.0, elapsed=elapsed) for each in curves)
    return Leg(step=step, hours=hours, waits=waits, needed=needed, open=False, **more)


def stage(*legs):
    return lambda _: legs


def ends(*chains, **more):
    at = MONDAY.timestamp()
    lived = live(Way(chains=chains, **more), at)
    assert len(lived.ends) == TIMES
    return [round((each - at) / HOUR, 3) for each in lived.ends]


def test_what_comes_one_after_the_other_adds_up():
    way = (stage(leg("a", curve(5))), stage(leg("b", curve(7))))

    assert set(ends(way)) == {12}


def test_what_runs_side_by_side_takes_as_long_as_the_longest():
    one, other = (stage(leg("a", curve(5))),), (stage(leg("b", curve(7))),)

    assert set(ends(one, other)) == {7}
    assert set(ends((stage(leg("a", curve(5)), leg("b", curve(7))),))) == {7}


def test_as_many_answers_are_waited_for_as_the_step_needs():
    seats = (curve(2), curve(4), curve(9))
    found = [set(ends((stage(leg("a", *seats, needed=n)),))) for n in (1, 2, 3)]

    assert found == [{2}, {4}, {9}]


def test_nobody_waits_for_advice():
    way = (stage(leg("a", curve(5)), leg("b", curve(70), advice=True)),)

    assert set(ends(way)) == {5}


def test_what_begins_first_and_what_comes_last_counts_besides():
    found = ends(
        (stage(leg("a", curve(5))),),
        first=(stage(leg("intake", curve(1))),),
        last=(stage(leg("booking", curve(2))),),
    )

    assert set(found) == {8}


def test_two_at_random_are_as_likely_as_their_curves_say():
    halves = curve(0, 10)
    found = ends((stage(leg("a", halves)),), (stage(leg("b", halves)),))

    # The later one of two is early only if both are.
    assert found.count(10) / TIMES == pytest.approx(0.75, abs=0.03)
    assert found == ends((stage(leg("a", halves)),), (stage(leg("b", halves)),))


def test_hours_are_those_of_the_office():
    friday = datetime(2026, 3, 6, 16, tzinfo=UTC)
    way = Way(chains=((stage(leg("a", curve(3), hours=OFFICE)),),))
    lived = live(way, friday.timestamp())

    assert {*lived.steps["a"]} == {datetime(2026, 3, 9, 11, tzinfo=UTC).timestamp()}


def test_later_stages_are_asked_who_is_there_by_then():
    asked = []

    def later(begin):
        asked.append(begin)
        return (leg("b", curve(1)),)

    ends((stage(leg("a", curve(5))), later))

    assert asked == [MONDAY.timestamp() + 5 * HOUR]


def test_a_span_holds_the_middle_eighty_percent_by_quarters_of_an_hour():
    at = MONDAY.timestamp()
    span = span_of([at + 60 * n for n in range(101)])

    assert span.first_at == MONDAY
    assert (span.last_at - MONDAY).total_seconds() == 90 * 60
    assert span.holds(span.first_at)
    assert span.holds(span.last_at)
    assert not span.holds(datetime(2026, 3, 2, 10, 31, tzinfo=UTC))
