import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.planner.absence import Away, is_away, standing
from approval_engine.planner.case import Case
from approval_engine.planner.plan import StandIn
from tests.factories import (
    NOW,
    make_delegation,
    make_policy,
    make_quote,
    make_roster,
)


def make_case(*windows, barred=(), process="standard", **inputs):
    return Case(
        policy=make_policy(),
        inputs={name: Decimal(value) for name, value in inputs.items()},
        quote=make_quote(),
        roster=make_roster(delegations=windows),
        barred=dict.fromkeys(barred, "submitter of the quote"),
        process=process,
    )


def who(case, person="fred", role="finance", lacks=()):
    found = dict.fromkeys(lacks, "lacks something")
    return standing(case, role, person, found.get)


def lent(person, *windows, principal="fred"):
    return StandIn(person=person, principal=principal, windows=windows)


def test_who_has_no_window_is_there():
    assert who(make_case(make_delegation("fiona", "fred"))) is None


def test_a_window_leads_to_the_stand_in():
    assert who(make_case(make_delegation("fred", "fiona"))) == lent(
        "fiona", "D-fred-fiona"
    )


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"role": "finance"}, True),
        ({"role": "legal"}, False),
        ({"process": "standard"}, True),
        ({"process": "other"}, False),
        ({"within": "amount <= 100"}, True),
        ({"within": "amount < 100"}, False),
        ({"within": "amount <= 100 and margin > 5"}, False),
        ({"within": 'region = "EMEA"'}, False),
        ({"starts_at": NOW}, True),
        ({"ends_at": NOW}, False),
        ({"ended_at": NOW - timedelta(seconds=1)}, False),
    ],
)
def test_a_window_counts_only_for_what_it_is_narrowed_to(changes, counts):
    case = make_case(make_delegation("fred", "fiona", **changes), amount="100")
    assert is_away(case, "finance", "fred") is counts
    assert bool(who(case)) is counts


def test_a_window_to_whoever_must_not_decide_is_ignored():
    case = make_case(make_delegation("fred", "sam"), barred=("sam",))
    assert who(case) is None

    both = (make_delegation("fred", "sam"), make_delegation("fred", "fiona", role="x"))
    assert who(make_case(*both, barred=("sam",)), role="x") == lent(
        "fiona", "D-fred-fiona"
    )


def test_who_lacks_something_is_passed_over_for_the_next_window():
    windows = (
        make_delegation("fred", "olga", role="finance"),
        make_delegation("fred", "fiona"),
    )
    assert who(make_case(*windows)).person == "olga"
    assert who(make_case(*windows), lacks=["olga"]).person == "fiona"
    away = who(make_case(*windows), lacks=["olga", "fiona"])
    assert isinstance(away, Away)
    assert "'olga' lacks something; 'fiona' lacks something" in away.reason


def test_the_narrowest_window_goes_first():
    windows = (
        make_delegation("fred", "a", id="D-1"),
        make_delegation("fred", "b", id="D-2", within="amount <= 100"),
        make_delegation("fred", "c", id="D-3", role="finance"),
    )
    assert who(make_case(*windows, amount="100")).person == "c"
    assert who(make_case(*windows[:2], amount="100")).person == "b"
    assert who(make_case(*windows[:2], amount="101")).person == "a"


def chain(*people):
    return tuple(make_delegation(a, b) for a, b in itertools.pairwise(people))


def test_a_chain_goes_through_three_hands_and_no_more():
    three = make_case(*chain("fred", "a", "b", "c"))
    assert who(three) == lent("c", "D-fred-a", "D-a-b", "D-b-c")

    four = who(make_case(*chain("fred", "a", "b", "c", "d")))
    assert isinstance(four, Away)
    assert "'D-c-d' would be hand 4" in four.reason


def test_a_circle_is_no_stand_in_and_says_so():
    found = who(make_case(*chain("fred", "a", "b", "fred")))
    assert isinstance(found, Away)
    assert "'D-b-fred' leads in a circle to 'fred'" in found.reason


def test_a_way_out_of_a_circle_is_taken():
    windows = (*chain("fred", "a", "fred"), make_delegation("a", "b", id="D-out"))
    assert who(make_case(*windows)) == lent("b", "D-fred-a", "D-out")


PAIRS = st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))


@given(st.lists(PAIRS, max_size=12, unique=True), st.sets(st.sampled_from("abcdef")))
def test_a_stand_in_is_there_and_may_have_it_after_three_hands_at_most(pairs, lacks):
    windows = {f"D-{a}-{b}": (a, b) for a, b in pairs}
    found = who(make_case(*(make_delegation(*p) for p in pairs)), "a", lacks=lacks)

    away = {a for a, _ in pairs}
    if found is None:
        assert "a" not in away
    elif isinstance(found, StandIn):
        assert found.person not in away | lacks
        hands = ["a", *(windows[name][1] for name in found.windows)]
        assert [windows[name][0] for name in found.windows] == hands[:-1]
        assert hands[-1] == found.person
        assert len(set(hands)) == len(hands) <= 4
