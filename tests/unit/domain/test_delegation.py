from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.domain.delegation import (
    Delegation,
    acting_for,
    active,
    check_new,
)
from approval_engine.errors import InvalidInput, InvalidState

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def window(principal, delegate, *, begin=0, end=8, role=None, ended=None):
    return Delegation(
        id=f"D-{principal}-{delegate}",
        principal=principal,
        delegate=delegate,
        starts_at=NOON + begin * HOUR,
        ends_at=NOON + end * HOUR,
        role=role,
        ended_at=None if ended is None else NOON + ended * HOUR,
    )


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (NOON - timedelta(seconds=1), False),
        (NOON, True),
        (NOON + 8 * HOUR - timedelta(seconds=1), True),
        (NOON + 8 * HOUR, False),
    ],
)
def test_a_window_is_half_open(at, counts):
    assert bool(active((window("ann", "bob"),), at)) is counts


def test_a_window_ended_early_no_longer_counts():
    ended = (window("ann", "bob", ended=2),)
    assert active(ended, NOON + HOUR) == ended
    assert active(ended, NOON + 2 * HOUR) == ()


def test_an_end_after_the_window_does_not_prolong_it():
    assert active((window("ann", "bob", ended=20),), NOON + 10 * HOUR) == ()


def test_nobody_acts_for_a_person_without_a_window():
    assert acting_for((window("ann", "bob"),), "bob", NOON) == frozenset()


def test_stand_ins_of_stand_ins_act_up_to_the_third_hand():
    chain = tuple(window(a, b) for a, b in ("ab", "bc", "cd", "de"))
    assert acting_for(chain, "a", NOON) == frozenset("bcd")


def test_a_circle_ends_the_walk_and_leaves_the_person_out():
    circle = (window("a", "b"), window("b", "c"), window("c", "a"))
    assert acting_for(circle, "a", NOON) == frozenset("bc")


def test_a_broken_link_ends_the_walk():
    chain = (window("a", "b"), window("b", "c", begin=1))
    assert acting_for(chain, "a", NOON) == frozenset("b")
    assert acting_for(chain, "a", NOON + HOUR) == frozenset("bc")


def test_a_role_narrows_who_acts():
    given_ = (window("a", "b", role="finance"), window("a", "c"))
    assert acting_for(given_, "a", NOON, "finance") == frozenset("bc")
    assert acting_for(given_, "a", NOON, "legal") == frozenset("c")
    assert acting_for(given_, "a", NOON) == frozenset("bc")


PEOPLE = "abcde"
PAIRS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))


@given(st.lists(PAIRS, max_size=12))
def test_those_who_act_are_within_three_hands(pairs):
    delegations = tuple(window(a, b) for a, b in pairs)
    nearest = {"a": 0}
    for _ in PEOPLE:
        for giver, taker in pairs:
            if giver in nearest:
                hand = nearest[giver] + 1
                nearest[taker] = min(nearest.get(taker, hand), hand)
    expected = {person for person, hand in nearest.items() if 1 <= hand <= 3}
    assert acting_for(delegations, "a", NOON) == expected


def test_an_ordinary_delegation_is_accepted():
    check_new((window("a", "b"), window("b", "c")), window("c", "d"))


def test_a_delegation_to_oneself_is_refused():
    with pytest.raises(InvalidInput, match=r"'D-a-a' from 'a' to 'a'.* same person"):
        check_new((), window("a", "a"))


@pytest.mark.parametrize("end", [0, -1])
def test_a_window_that_ends_before_it_starts_is_refused(end):
    with pytest.raises(InvalidInput, match="ends before it starts"):
        check_new((), window("a", "b", end=end))


def test_a_window_without_an_offset_is_refused():
    naive = replace(window("a", "b"), starts_at=datetime(2026, 3, 6))  # noqa: DTZ001
    with pytest.raises(InvalidInput, match="no offset"):
        check_new((), naive)


@pytest.mark.parametrize(
    ("other", "accepted"),
    [
        (window("a", "c"), False),
        (window("a", "b", begin=7, end=9), False),
        (window("a", "c", begin=8, end=9), True),
        (window("a", "c", begin=-2, end=0), True),
        (window("a", "c", begin=-2, end=9, ended=0), True),
        (window("a", "c", role="finance"), True),
        (window("x", "b"), True),
    ],
)
def test_a_second_window_for_the_same_work_is_refused(other, accepted):
    if accepted:
        check_new((other,), window("a", "b"))
    else:
        with pytest.raises(InvalidState, match=f"'{other.id}' to .* already runs"):
            check_new((other,), window("a", "b"))


def test_windows_that_are_narrowed_in_other_ways_may_run_side_by_side():
    small = replace(window("a", "b"), within="amount < 1000")
    large = replace(window("a", "c"), within="amount >= 1000")
    check_new((small, window("a", "d")), large)
    with pytest.raises(InvalidState, match="already runs"):
        check_new((small,), replace(window("a", "c"), within="amount < 1000"))
    with pytest.raises(InvalidState, match="passes the same work on to 'a'"):
        check_new((window("b", "a"),), small)


def test_two_windows_for_the_same_role_are_refused():
    with pytest.raises(InvalidState, match="already runs"):
        check_new((window("a", "c", role="x"),), window("a", "b", role="x"))


@pytest.mark.parametrize(
    ("others", "accepted"),
    [
        ((window("b", "a"),), False),
        ((window("b", "c"), window("c", "a")), False),
        (
            (window("b", "c"), window("c", "d"), window("d", "e"), window("e", "a")),
            False,
        ),
        ((window("b", "a", begin=5, end=6),), False),
        ((window("b", "a", begin=-5, end=1),), False),
        ((window("b", "a", begin=8, end=9),), True),
        ((window("b", "c", end=2), window("c", "a", begin=2)), True),
        ((window("b", "c"),), True),
    ],
)
def test_a_circle_is_refused_if_it_closes_at_any_instant(others, accepted):
    if accepted:
        check_new(others, window("a", "b"))
    else:
        with pytest.raises(InvalidState, match="'b' passes the same work on to 'a'"):
            check_new(others, window("a", "b"))


@pytest.mark.parametrize(
    ("roles", "accepted"),
    [
        (("finance", "finance", "finance"), False),
        ((None, "finance", "finance"), False),
        (("finance", None, None), False),
        ((None, "finance", "legal"), True),
        (("finance", "legal", "legal"), True),
        (("finance", "finance", "legal"), True),
    ],
)
def test_a_circle_must_be_of_the_same_work(roles, accepted):
    mine, first, second = roles
    others = (window("b", "c", role=first), window("c", "a", role=second))
    if accepted:
        check_new(others, window("a", "b", role=mine))
    else:
        with pytest.raises(InvalidState, match="passes the same work on"):
            check_new(others, window("a", "b", role=mine))
