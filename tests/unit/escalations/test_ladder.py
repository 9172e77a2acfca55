"""
The ladder of a late task: the first rung on which somebody may decide.
"""

import pytest

from approval_engine.escalations.ladder import Hop, climb, rungs

ROLES = ("director", "cfo", "deal_desk")


@pytest.mark.parametrize(
    ("people", "level", "role", "reached", "skipped"),
    [
        ({"director": ("dora",), "cfo": ("carl",)}, 1, "director", 1, ()),
        ({"director": ("dora",), "cfo": ("carl",)}, 2, "cfo", 2, ()),
        ({"cfo": ("carl",)}, 1, "cfo", 2, ("director",)),
        ({"deal_desk": ("dana", "dan")}, 1, "deal_desk", 3, ("director", "cfo")),
    ],
)
def test_a_rung_without_anybody_is_skipped(people, level, role, reached, skipped):
    found = climb(ROLES, level, lambda each: people.get(each, ()))

    assert found == Hop(
        role=role, candidates=people[role], level=reached, skipped=skipped
    )


@pytest.mark.parametrize("level", [1, 3, 4])
def test_a_ladder_without_anybody_ends(level):
    assert climb(ROLES, level, lambda _: ()) is None


@pytest.mark.parametrize(
    ("ladder", "own", "order"),
    [
        (("director", "cfo"), None, ("director", "cfo", "deal_desk", "policy_owner")),
        (
            ("director",),
            "manager",
            ("director", "manager", "deal_desk", "policy_owner"),
        ),
        (("deal_desk",), None, ("deal_desk", "policy_owner")),
        ((), None, ("deal_desk", "policy_owner")),
        # A role that the policy names twice keeps both of its levels.
        (("cfo", "cfo"), "cfo", ("cfo", "cfo", "deal_desk", "policy_owner")),
    ],
)
def test_the_ladder_goes_on_to_the_role_the_fallback_and_the_owners(ladder, own, order):
    assert rungs(ladder, own, "deal_desk") == order
