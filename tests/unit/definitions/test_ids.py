"""
Ids speak, and ids of different things never meet.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions import ids
from tests.unit.definitions.plans import NAMES


def test_ids_speak():
    assert ids.task("finance") == "task_finance"
    assert ids.decided("finance") == "decided_finance"
    assert ids.remind("finance", 1) == "remind_finance_1"
    assert ids.reminded("finance", 2) == "reminded_finance_2"
    assert ids.outcome("deal_desk") == "outcome_deal_desk"


def test_the_first_level_is_left_out():
    assert ids.due("finance", 1) == "due_finance"
    assert ids.escalated("finance", 1) == "escalated_finance"
    assert ids.due("finance", 2) == "due_finance_2"


def test_the_first_level_is_kept_where_a_step_ends_in_a_number():
    assert ids.due("region_2", 1) == "due_region_2_1"
    assert ids.due("region_2", 2) == "due_region_2_2"


def test_a_hyphen_is_no_minus_in_a_variable():
    assert ids.outcome("deal-desk") == "outcome_deal__desk"
    assert ids.due_at("deal-desk") == "due_at_deal__desk"
    assert ids.outcome("a__b") == "outcome_aUUb"
    assert ids.outcome("a--b") == "outcome_aHHb"


@settings(deadline=None)
@given(st.tuples(NAMES, st.integers(1, 12)), st.tuples(NAMES, st.integers(1, 12)))
def test_timers_of_different_steps_or_levels_never_share_an_id(one, other):
    same = one == other
    assert (ids.due(*one) == ids.due(*other)) is same
    assert (ids.escalated(*one) == ids.escalated(*other)) is same
    assert (ids.remind(*one) == ids.remind(*other)) is same


@settings(deadline=None)
@given(st.text("ab_-", min_size=1), st.text("ab_-", min_size=1))
def test_steps_never_share_a_variable(one, other):
    assert (ids.outcome(one) == ids.outcome(other)) is (one == other)
