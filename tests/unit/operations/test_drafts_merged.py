"""
Two people's changes of one policy come together, and what they disagree on is named.
"""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.operations.drafts_merged import merged

BASE = {
    "version": "1",
    "triggers": [
        {"id": "margin", "when": [{"margin_pct": "< 24"}], "require": ["finance"]},
        {"id": "size", "when": {"amount": "> 5"}, "require": ["cfo"]},
    ],
    "steps": {"finance": {"slaHours": 24}, "cfo": {}},
}


def changed(**places):
    value = deepcopy(BASE)
    for place, new in places.items():
        *above, last = [int(k) if k.isdecimal() else k for k in place.split("__")]
        holder = value
        for key in above:
            holder = holder[key]
        if new is None:
            del holder[last]
        else:
            holder[last] = new
    return value


def test_changes_of_different_places_both_count():
    theirs = changed(triggers__0__when=[{"margin_pct": "< 20"}], steps__cfo=None)
    mine = changed(steps__finance__slaHours=8, triggers__1__id="large")
    found = merged(BASE, theirs, mine)

    assert found.clashes == ()
    assert [each["id"] for each in found.value["triggers"]] == ["margin", "large"]
    assert found.value["triggers"][0]["when"] == [{"margin_pct": "< 20"}]
    assert found.value["steps"] == {"finance": {"slaHours": 8}}


def test_where_both_changed_the_same_mine_counts_and_it_is_said():
    theirs = changed(triggers__0__when=[{"margin_pct": "< 20"}])
    mine = changed(triggers__0__when=[{"margin_pct": "< 22"}])
    found = merged(BASE, theirs, mine)

    assert found.value == mine
    assert found.clashes == ("/triggers/margin/when",)


@pytest.mark.parametrize("swapped", [False, True])
def test_what_one_took_away_and_the_other_changed_is_kept(swapped):
    gone = changed(triggers__1=None)
    kept = changed(triggers__1__require=["finance"])
    theirs, mine = (kept, gone) if swapped else (gone, kept)
    found = merged(BASE, theirs, mine)

    assert found.value["triggers"][1]["require"] == ["finance"]
    assert found.clashes == ("/triggers/size",)


def test_rules_that_one_moved_take_what_the_other_typed_into_them():
    theirs = changed(triggers=BASE["triggers"][::-1])
    mine = changed(triggers__0__require=["legal"])
    found = merged(BASE, theirs, mine)

    assert [each["id"] for each in found.value["triggers"]] == ["size", "margin"]
    assert found.value["triggers"][1]["require"] == ["legal"]
    assert found.clashes == ()


def test_what_both_added_is_there():
    new = [{"id": each, "require": []} for each in ("a", "b")]
    theirs = changed(triggers=[new[0], *BASE["triggers"]])
    mine = changed(triggers=[*BASE["triggers"], new[1]])
    found = merged(BASE, theirs, mine)

    ids = [each["id"] for each in found.value["triggers"]]
    assert ids == ["a", "margin", "size", "b"]


def documents():
    names = st.sampled_from("abc")
    parts = st.dictionaries(names, st.integers(0, 2), max_size=3)
    named = st.lists(
        st.fixed_dictionaries({"id": names, "x": parts}),
        max_size=3,
        unique_by=lambda each: each["id"],
    )
    return st.fixed_dictionaries({"triggers": named, "steps": parts})


@given(documents(), documents())
def test_who_is_alone_has_his_way(base, changed):
    assert merged(base, changed, base).value == changed
    assert merged(base, base, changed).value == changed
    assert merged(base, changed, changed).value == changed


@given(documents(), documents(), documents())
def test_nothing_that_only_one_changed_is_lost(base, theirs, mine):
    found = merged(base, theirs, mine)
    for key in "abc":
        was, their, my = (each["steps"].get(key) for each in (base, theirs, mine))
        now = found.value["steps"].get(key)
        if my != was and my is not None:
            assert now == my
        elif their != was and my == was:
            assert now == their
