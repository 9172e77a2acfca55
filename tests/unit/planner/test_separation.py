from datetime import timedelta

import pytest

from approval_engine.planner.separation import barred as barred_from
from approval_engine.planner.separation import excluded
from tests.factories import (
    NOW,
    make_delegation,
    make_directory,
    make_quote,
    make_user,
)


def barred(quote=None, directory=None, delegations=(), at=NOW, authors=()):
    found = excluded(
        quote or make_quote(), directory or make_directory(), delegations, at, authors
    )
    assert len(dict(found)) == len(found)
    return dict(found)


def test_the_submitter_must_not_decide():
    assert barred() == {"sam": "submitter of the quote"}


def test_the_owner_must_not_decide():
    assert barred(make_quote(owner="fred")) == {
        "sam": "submitter of the quote",
        "fred": "owner of the quote",
    }


def test_the_last_editor_of_a_protected_field_must_not_decide():
    assert barred(make_quote(owner=None, edited_by="fred")) == {
        "sam": "submitter of the quote",
        "fred": "last editor of a protected field",
    }


def test_the_authors_of_earlier_revisions_must_not_decide_nor_who_acts_for_them():
    found = barred(
        delegations=(make_delegation("fred", "fiona"),),
        authors=(("fred", "submitter of revision 1"), ("sam", "anything")),
    )
    assert found == {
        "sam": "submitter of the quote",
        "fred": "submitter of revision 1",
        "fiona": "acts for 'fred', submitter of revision 1",
    }


def test_a_quote_without_an_owner_bars_the_submitter_only():
    assert set(barred(make_quote(owner=None))) == {"sam"}


def test_whoever_acts_for_them_must_not_decide():
    found = barred(
        make_quote(owner="fred"),
        delegations=(make_delegation("sam", "maria"), make_delegation("fred", "fiona")),
    )
    assert found["maria"] == "acts for 'sam', submitter of the quote"
    assert found["fiona"] == "acts for 'fred', owner of the quote"


def test_a_stand_in_of_a_stand_in_must_not_decide():
    chain = (make_delegation("sam", "maria"), make_delegation("maria", "fred"))
    assert set(barred(delegations=chain)) == {"sam", "maria", "fred"}


def test_a_window_for_one_role_bars_as_well():
    assert "maria" in barred(delegations=(make_delegation("sam", "maria", role="x"),))


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (make_delegation("sam", "maria").starts_at - timedelta(seconds=1), False),
        (make_delegation("sam", "maria").starts_at, True),
        (make_delegation("sam", "maria").ends_at, False),
    ],
)
def test_only_a_window_that_is_open_bars(at, counts):
    found = barred(delegations=(make_delegation("sam", "maria"),), at=at)
    assert ("maria" in found) is counts


def test_whoever_the_submitter_acts_for_may_decide():
    assert "maria" not in barred(delegations=(make_delegation("maria", "sam"),))


def test_a_second_account_of_the_submitter_must_not_decide():
    twin = make_user("sam.admin", email=" Sam@Example.com ")
    found = barred(directory=make_directory(twin))
    assert found["sam.admin"] == "same person as 'sam', submitter of the quote"


def test_whoever_acts_for_the_second_account_must_not_decide():
    twin = make_user("sam.admin", email="sam@example.com")
    window = make_delegation("sam.admin", "maria")
    assert "maria" in barred(directory=make_directory(twin), delegations=(window,))


def test_a_second_account_of_a_stand_in_must_not_decide():
    twin = make_user("maria.admin", email="maria@example.com")
    windows = (make_delegation("sam", "maria"),)
    found = barred(directory=make_directory(twin), delegations=windows)
    assert set(found) == {"sam", "maria", "maria.admin"}
    assert found["maria.admin"].startswith("same person as 'maria', acts for 'sam'")


def test_accounts_without_an_address_are_not_the_same_person():
    blank = (make_user("sam", email=""), make_user("maria", email=" "))
    assert set(barred(directory=make_directory(*blank))) == {"sam"}


def test_a_submitter_who_is_not_in_the_directory_is_still_barred():
    assert set(barred(make_quote(submitted_by="ghost", owner=None))) == {"ghost"}


def test_a_submitter_who_is_spelled_otherwise_must_not_decide():
    found = barred(make_quote(submitted_by="SAM", owner=None))
    assert found["sam"] == "same person as 'SAM', submitter of the quote"


TWINS = make_directory(
    make_user("sam.admin", email="sam@example.com"),
    make_user("fred.admin", email="FRED@example.com"),
)
WINDOWS = [
    make_delegation("sam", "maria"),
    make_delegation("sam.admin", "dana", role="legal"),
    make_delegation("maria", "fred"),
    make_delegation("fred", "fiona", starts_at=NOW + timedelta(days=1)),
    make_delegation("fred.admin", "carl"),
]


@pytest.mark.parametrize("chosen", range(2 ** len(WINDOWS)))
def test_both_ends_of_the_rule_agree(chosen):
    windows = tuple(each for n, each in enumerate(WINDOWS) if chosen >> n & 1)
    people = (*TWINS.users, "ghost")
    for submitter in people:
        quote = make_quote(submitted_by=submitter, owner=None)
        found = barred(quote, TWINS, windows)
        assert set(found) == {
            person
            for person in people
            if submitter in barred_from(person, TWINS, windows, NOW)
        }
