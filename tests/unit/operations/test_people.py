"""
Who joined, moved and left between two directories.
"""

import json

import pytest

from approval_engine.documents import canonical, parse
from approval_engine.operations.people import changes, with_leavers
from approval_engine.policy.quotes import read_directory
from tests.factories import make_directory, make_user


def seen(before, after):
    found = changes(before, after)
    return [(each.kind, each.person, each.fields) for each in found]


def without(directory, person):
    users = {name: user for name, user in directory.users.items() if name != person}
    return type(directory)(users=users, roles=directory.roles)


def test_the_same_directory_has_no_changes():
    assert seen(make_directory(), make_directory()) == []


def test_the_first_directory_has_joiners_only():
    kinds = {kind for kind, _, _ in seen(None, make_directory())}

    assert kinds == {"joiner"}


def test_joiners_movers_and_leavers_come_in_this_order():
    before = without(make_directory(), "lars")
    after = without(make_directory(make_user("vera", manager="carl")), "fred")

    assert seen(before, after) == [
        ("joiner", "lars", ()),
        ("mover", "vera", ("manager",)),
        ("leaver", "fred", ()),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Samuel"}, "name"),
        ({"email": "sam@other.example"}, "email"),
        ({"time_zone": "Europe/Paris"}, "time_zone"),
        ({"attributes": {"region": "EMEA"}}, "attributes"),
        ({"limits": {"amount": "< 5"}}, "limits"),
    ],
)
def test_a_mover_says_what_changed(change, field):
    after = make_directory(make_user("sam", **change))

    assert seen(make_directory(), after) == [("mover", "sam", (field,))]


def test_another_role_is_a_move():
    assert seen(make_directory(), make_directory(cfo=("carl", "chris"))) == [
        ("mover", "chris", ("roles",))
    ]


def test_an_inactive_person_left_and_one_who_comes_back_joins():
    gone = make_directory(make_user("sam", active=False))

    assert seen(make_directory(), gone) == [("leaver", "sam", ())]
    assert seen(gone, make_directory()) == [("joiner", "sam", ())]
    assert seen(gone, without(gone, "sam")) == []


def file(*people):
    users = [
        {"id": person, "name": person, "email": f"{person}@example.com"}
        for person in people
    ]
    value = {"users": users, "roles": {}}
    return parse(json.dumps(value).encode(), "people.json")


def test_whoever_is_no_longer_named_stays_as_inactive():
    before = canonical(file("ann", "bob").value)
    merged = read_directory(with_leavers(file("bob", "cid"), before))

    assert {user.id: user.active for user in merged.users.values()} == {
        "bob": True,
        "cid": True,
        "ann": False,
    }


def test_without_a_directory_before_nothing_is_added():
    document = file("ann")

    assert with_leavers(document, None) is document
