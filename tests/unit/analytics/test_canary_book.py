"""
What a guard has counted: the same, however often it is written down and gone on with.
"""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.analytics.canary_book import Book, filled
from approval_engine.analytics.guard import TOLERATED, Terms
from approval_engine.documents import canonical, load
from approval_engine.domain.events import stamp
from approval_engine.store.canary_outcomes import OutcomeRow

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
TERMS = Terms(slow_after_s=3600, cap=5_000_00)
WORSE = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0)

rows = st.lists(
    st.builds(
        OutcomeRow,
        workflow_id=st.just("WF-1"),
        quote_id=st.just("Q-1"),
        side=st.sampled_from(["active", "canary"]),
        share=st.integers(1, 9_999),
        automatic=st.booleans(),
        worth=st.one_of(st.integers(0, 10_000_00), st.just(10**19)),
        submitted_at=st.just(stamp(NOON)),
        decided_at=st.one_of(
            st.none(),
            st.integers(0, 9_999).map(lambda s: stamp(NOON + timedelta(seconds=s))),
        ),
        escalated=st.booleans(),
        overridden=st.booleans(),
        refused=st.booleans(),
    ),
    max_size=30,
)


def capital(events, tolerated):
    """
    One unit of capital after these events, added up one by one in floating point.
    """
    logs = [0.0] * len(WORSE)
    for share, weight, is_new in events:
        chance = share / 10_000
        odds = tolerated * chance
        expected = odds / (odds + 1 - chance)
        for place, worse in enumerate(WORSE):
            claimed = expected * worse / (expected * worse + 1 - expected)
            won = claimed / expected if is_new else (1 - claimed) / (1 - expected)
            logs[place] += math.log1p(weight * (won - 1))
    return sum(map(math.exp, logs)) / len(WORSE)


def weight(row, metric, now):
    if metric == "exposure":
        return min(1.0, row.worth / TERMS.cap) if row.automatic else 0.0
    if metric == "slow":
        end = datetime.fromisoformat(row.decided_at) if row.decided_at else now
        return float(end > NOON + timedelta(seconds=TERMS.slow_after_s))
    return float(getattr(row, metric))


@settings(max_examples=60)
@given(rows, st.integers(0, 20_000))
def test_a_count_is_that_of_every_quote_by_itself(found, later):
    now = NOON + timedelta(seconds=later)
    book = filled(Book(TERMS), found, now)

    for arm in book.arms:
        mine = [each for each in found if each.side == arm.side]
        automatic = [each for each in mine if each.automatic]
        took = [
            (datetime.fromisoformat(each.decided_at) - NOON).total_seconds()
            for each in mine
            if each.decided_at
        ]
        assert (arm.quotes, arm.decided) == (len(mine), len(took))
        assert arm.exposure == sum(each.worth for each in automatic)
        assert arm.automatic == len(automatic)
        for name in ("escalated", "overridden", "refused"):
            assert getattr(arm, name) == sum(getattr(each, name) for each in mine)
        if took:
            middle = Decimal(int(median(took))) / 3600
            assert arm.hours == middle.quantize(Decimal("0.1"))
    for reading in book.readings:
        events = [
            (each.share, weight(each, reading.metric, now), each.side == "canary")
            for each in found
        ]
        events = [each for each in events if each[1]]
        assert reading.new == pytest.approx(sum(w for _, w, new in events if new))
        assert reading.evidence == pytest.approx(
            capital(events, TOLERATED[reading.metric])
        )


@settings(max_examples=40)
@given(st.lists(rows, max_size=4))
def test_a_book_that_is_gone_on_with_says_the_very_same(parts):
    whole = filled(Book(TERMS), [each for part in parts[::-1] for each in part], NOON)
    written = None
    for part in parts:
        book = filled(Book(TERMS, written), part, NOON)
        written = load(canonical(book.written()))

    again = Book(TERMS, written)
    assert (again.arms, again.readings) == (whole.arms, whole.readings)
