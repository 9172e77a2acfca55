"""
Which version of a policy a quote gets while a canary runs.
"""

import hashlib
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.policy.canary import (
    WHOLE,
    Canary,
    Rule,
    Side,
    choose,
    fraction,
    is_within,
    percent,
    place_of,
    read,
    recorded,
    told,
)

HASH = "ab" * 32
TEXTS = st.text("Q-0123456789ß", max_size=20)


def canary(**changes):
    given = {"number": 1, "version": "2", "policy": HASH, "share": 1000, "since": "x"}
    return Canary(**{**given, **changes})


def choice(quote, *, holds=True, earlier=None, within=True, **changes):
    return choose(
        canary(**changes), quote, holds=holds, earlier=earlier, within=lambda: within
    )


@given(TEXTS)
def test_a_place_is_what_the_page_says_it_is(quote):
    text = hashlib.sha256(f"{HASH}:{quote}".encode()).hexdigest()
    exact = int(text[:16], 16)

    assert place_of(HASH, quote) == exact * 10_000 // 2**64
    assert 0 <= place_of(HASH, quote) < WHOLE


def test_a_place_never_moves():
    # Whoever changes how places are made moves quotes of canaries that run.
    assert [place_of(HASH, f"Q-{n}") for n in range(1, 6)] == [
        6642,
        5991,
        7066,
        4750,
        5454,
    ]


def test_places_are_spread_evenly():
    tenths = Counter(place_of(HASH, f"Q-{n}") // 1000 for n in range(20_000))

    assert len(tenths) == 10
    assert all(1_800 < count < 2_200 for count in tenths.values())


@given(TEXTS, st.integers(1, WHOLE), st.integers(1, WHOLE))
def test_a_larger_share_moves_no_quote_back(quote, one, other):
    smaller, larger = sorted((one, other))
    before, after = (choice(quote, share=each) for each in (smaller, larger))

    assert before.rule is after.rule is Rule.SHARE
    assert before == choice(quote, share=smaller)
    assert not (before.side is Side.CANARY and after.side is Side.ACTIVE)
    assert choice(quote, share=WHOLE).side is Side.CANARY


@given(TEXTS, st.sampled_from(Side), st.booleans())
def test_a_later_revision_stays_on_the_side_of_the_earlier_one(quote, side, within):
    found = choice(quote, earlier=("WF-1", side), within=within, segment="a > 1")

    assert (found.side, found.rule, found.earlier) == (side, Rule.EARLIER, "WF-1")


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"since": "", "share": 0}, Rule.SHADOW),
        ({"holds": False}, Rule.DATES),
        ({"within": False, "segment": "a > 1"}, Rule.SEGMENT),
    ],
)
def test_what_is_not_routed_by_it_says_why(given, rule):
    found = choice("Q-1", **{"share": WHOLE, **given})

    assert (found.side, found.rule) == (Side.ACTIVE, rule)


@given(
    st.builds(
        Canary,
        number=st.integers(1, 99),
        version=TEXTS,
        policy=st.just(HASH),
        share=st.integers(0, WHOLE),
        segment=TEXTS,
        since=TEXTS,
    )
)
def test_terms_are_read_as_they_were_written(terms):
    assert read(terms.text()) == terms


@pytest.mark.parametrize(
    ("segment", "within"),
    [
        ("a > 1", True),
        ("a > 2", False),
        ("b = 1", False),
        ('a in ("x")', False),
        ("a / (a - 2) > 1", False),
    ],
)
def test_what_is_unknown_is_not_in_the_segment(segment, within):
    assert is_within(segment, {"a": Decimal(2), "b": None}) is within


@pytest.mark.parametrize(
    ("share", "text"), [(1000, "10"), (250, "2.5"), (1, "0.01"), (WHOLE, "100")]
)
def test_a_share_is_told_in_percent(share, text):
    assert percent(share) == text


def test_a_choice_is_told_in_words():
    found = choice("Q-1", share=WHOLE)
    said = recorded(canary(share=WHOLE), found, "cd")

    assert fraction(370) == "0.0370"
    assert said["hash"] == fraction(found.place)
    assert told("2", "share", "10", "0.0370", "canary") == (
        "canary of 2, 10 %, hash 0.0370"
    )
    assert told("2", "share", "10", "0.3700", "active") == (
        "canary of 2, 10 %, outside of it, hash 0.3700"
    )
