"""
Who may grant an exception: never less authority than any quote within it would need.
"""

from decimal import Decimal
from random import Random

import pytest

from approval_engine.domain.exceptions import Waives
from approval_engine.errors import InvalidInput, PlanError
from approval_engine.policy.authority import rungs_needed
from approval_engine.policy.bounds import read_bounds
from approval_engine.policy.granting import requested
from tests.unit.policy.samples import ON, make_policy

INPUTS = [
    {"name": "discount_pct", "type": "number", "worse": "higher"},
    {"name": "margin_pct", "type": "number", "worse": "lower"},
    {"name": "amount", "type": "money"},
    {"name": "limit", "type": "number"},
    {"name": "segment", "type": "string", "values": ["SMB", "ENT"]},
    {"name": "family", "type": "string"},
    {"name": "rush", "type": "boolean"},
    {"name": "clauses", "type": "list", "values": ["cap", "audit"]},
    {"name": "starts", "type": "date"},
]


def desk(when, *rungs, **more):
    trigger = {"id": "band", "reason": "because", "when": when}
    asks = {"ladder": "sales"} if rungs else {"require": ["manager"]}
    return make_policy(
        inputs=INPUTS,
        triggers=[trigger | asks | more],
        ladders={"sales": list(rungs)} if rungs else {},
        steps={"manager": {}},
    )


def asked(policy, within):
    waives = Waives(trigger="band", within=within, ends_on=None, uses=None)
    (result,) = requested(policy, waives, ON).triggers
    return [role for rung in result.rungs for role in rung.roles] or list(
        result.require
    )


RUNGS = (
    {
        "role": "manager",
        "may": {"discount_pct": "< 15", "amount": "< 100000"},
        "in": {"segment": '"SMB"'},
    },
    {"role": "director", "may": {"discount_pct": "< 25", "amount": "< 500000"}},
    {"role": "cro", "unlimited": True},
)


@pytest.mark.parametrize(
    ("within", "role"),
    [
        ("discount_pct<=14,amount<=90000,segment=SMB", "manager"),
        # Whoever leaves the segment open could sell to the other one.
        ("discount_pct<=14,amount<=90000", "director"),
        ("discount_pct<=14,amount<=90000,segment=SMB|ENT", "director"),
        ("discount_pct<=15,amount<=90000,segment=SMB", "director"),
        ("discount_pct<=24.99,amount<=499999.99", "director"),
        ("discount_pct<=25,amount<=1", "cro"),
        ("discount_pct<=14,amount=90000|800000", "cro"),
    ],
)
def test_the_worst_quote_within_the_bounds_names_the_authority(within, role):
    assert asked(desk({"discount_pct": ">= 10"}, *RUNGS), within) == [role]


def test_above_the_top_nobody_may_grant_it():
    policy = desk({"discount_pct": ">= 10"}, *RUNGS[:2])

    with pytest.raises(PlanError, match="above the top"):
        asked(policy, "discount_pct<=25,amount<=1")


@pytest.mark.parametrize(
    ("when", "open_", "closed"),
    [
        ({"discount_pct": ">= 10"}, "discount_pct>=5", "discount_pct<=38"),
        ({"margin_pct": "< 24"}, "margin_pct<=24", "margin_pct>=18"),
        ({"amount": "< 0"}, "amount<=0", "amount>=-5"),
        ({"amount": "[10..20)"}, "amount<=20", "amount>=10,amount<=20"),
        ({"amount": "not(5)"}, "amount<=20", "amount>=0,amount<=20"),
        ({"margin_pct": "> 40"}, "margin_pct>=1", "margin_pct>=1,margin_pct<=90"),
        ({"starts": '< date("2027-01-01")'}, "rush=true", "starts>=2026-11-01"),
        ({"amount": "> 5"}, "rush=true", "amount=10"),
    ],
)
def test_a_side_that_the_trigger_measures_must_be_closed(when, open_, closed):
    policy = desk(when)

    assert asked(policy, closed) == ["manager"]
    with pytest.raises(InvalidInput, match="but it is open"):
        asked(policy, open_)


def test_all_that_is_open_is_named_at_once():
    with pytest.raises(InvalidInput) as refusal:
        asked(desk({"amount": "[10..20)", "margin_pct": "< 24"}), "rush=true")

    sentence = str(refusal.value)
    assert sentence.startswith("Expected bounds ")
    for bound in ("amount<=…", "amount>=…", "margin_pct>=…"):
        assert bound in sentence


def test_facts_without_an_order_may_stay_open():
    when = {"segment": '"SMB"', "clauses": 'list contains(?, "cap")', "rush": "true"}

    assert asked(desk(when), "segment=SMB") == ["manager"]


def test_what_a_ladder_compares_with_must_be_bounded_too():
    rung = {"role": "manager", "may": {"discount_pct": "< limit"}}
    policy = desk({"discount_pct": "> 5"}, rung, RUNGS[2])

    with pytest.raises(InvalidInput, match="bounds limit<=… and limit>=…"):
        asked(policy, "discount_pct<=9")
    assert asked(policy, "discount_pct<=9,limit=10") == ["manager"]
    assert asked(policy, "discount_pct<=9,limit>=9,limit<=20") == ["cro"]


def test_authority_with_a_hole_in_it_is_asked_for_single_values():
    rung = {"role": "manager", "may": {"discount_pct": "< 10, > 20"}}
    policy = desk({"discount_pct": "> 5"}, rung, RUNGS[2])

    with pytest.raises(InvalidInput, match="a bound discount_pct="):
        asked(policy, "discount_pct>=6,discount_pct<=30")
    assert asked(policy, "discount_pct=6|30") == ["manager"]
    assert asked(policy, "discount_pct=6|15|30") == ["cro"]


@pytest.mark.parametrize("text", ["", "discount_pct", "discount_pct<=", "<=3", "a=b=c"])
def test_what_is_no_bound_is_refused(text):
    with pytest.raises(InvalidInput):
        read_bounds(desk({"rush": "true"}), text, on_lines=False)


@pytest.mark.parametrize("seed", range(40))
def test_no_quote_within_the_bounds_needs_more_than_was_asked(seed):
    random = Random(seed)  # noqa: S311 no secret is made of it
    numbers = sorted(random.sample(range(1, 60), 3))
    rungs = [
        {
            "role": f"r{place}",
            "may": {
                "discount_pct": random.choice(("< {}", "<= {}")).format(number),
                "amount": f"< {number * 1000}",
            },
            **({"in": {"segment": '"SMB"'}} if random.random() < 0.5 else {}),
        }
        for place, number in enumerate(numbers)
    ]
    policy = desk({"discount_pct": ">= 1"}, *rungs, {"role": "top", "unlimited": True})
    discount, amount = random.randint(1, 70), random.randint(1, 70) * 1000
    segments = random.choice((("SMB",), ("ENT",), ("SMB", "ENT")))
    within = f"discount_pct<={discount},amount<={amount},segment={'|'.join(segments)}"
    order = ["r0", "r1", "r2", "top"]
    granted = order.index(asked(policy, within)[0])
    for _ in range(20):
        facts = {
            "discount_pct": Decimal(random.randint(1, discount)),
            "amount": Decimal(random.randint(1, amount)),
            "segment": random.choice(segments),
        }
        needed = rungs_needed(policy, policy.ladders["sales"], (facts,), ON)
        assert order.index(needed.roles[0]) <= granted
