"""
What differs between two documents, and what does not.
"""

import pytest

from approval_engine.operations.compare import Difference, differences


def seen(before, after):
    found = differences(before, after)
    return [(each.change, each.place, each.before, each.after) for each in found]


@pytest.mark.parametrize(
    "value", [None, 1, "a", [], [1, 2], {"a": [{"id": "x"}]}, {"a": {"b": "c"}}]
)
def test_equal_documents_do_not_differ(value):
    assert seen(value, value) == []


def test_members_are_added_removed_and_changed():
    assert seen({"a": 1, "b": 2}, {"b": 3, "c": 4}) == [
        ("removed", "/a", 1, None),
        ("changed", "/b", 2, 3),
        ("added", "/c", None, 4),
    ]


@pytest.mark.parametrize("key", ["id", "name", "role"])
def test_elements_are_matched_by_their_identity(key):
    before = [{key: "x", "n": 1}, {key: "y"}]
    after = [{key: "z"}, {key: "x", "n": 2}]

    assert seen({"list": before}, {"list": after}) == [
        ("changed", "/list/x/n", 1, 2),
        ("removed", "/list/y", {key: "y"}, None),
        ("added", "/list/z", None, {key: "z"}),
    ]


def test_what_only_moved_is_said_once():
    before, after = [{"id": "x"}, {"id": "y"}], [{"id": "y"}, {"id": "x"}]

    assert seen(before, after) == [("moved", "", ["x", "y"], ["y", "x"])]
    assert seen({"a": 1, "b": 2}, {"b": 2, "a": 1}) == [
        ("moved", "", ["a", "b"], ["b", "a"])
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([1, 2], [2, 1]),
        ([{"id": "x"}, {"id": "x", "n": 1}], [{"id": "x"}]),
        ([{"id": "x"}], [{"name": "x"}, 7]),
        ({"id": "x"}, [{"id": "x"}]),
        ("1", 1),
        (None, {}),
    ],
)
def test_what_has_no_identity_is_changed_as_a_whole(before, after):
    assert seen(before, after) == [("changed", "", before, after)]


def test_a_place_is_a_json_pointer():
    (found,) = differences({"a/b": {"~": 1}}, {"a/b": {"~": 2}})

    assert found == Difference(change="changed", place="/a~1b/~0", before=1, after=2)
