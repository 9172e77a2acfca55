from datetime import date
from decimal import Decimal

import pytest

from approval_engine.domain.people import User
from approval_engine.errors import PlanError
from approval_engine.policy.authority import (
    personal_limits_hold,
    rungs_needed,
    suffices,
)
from tests.unit.policy.samples import POLICY, make_policy, without

D = Decimal
ON = date(2026, 3, 6)
MANAGER = {"role": "manager", "may": {"discount": "< 15", "amount": "< 100000"}}
DIRECTOR = {"role": "director", "may": {"discount": "< 25", "amount": "< 500000"}}
CRO = {"role": "cro", "unlimited": True}
INPUTS = [
    {"name": "discount", "type": "number", "worse": "higher"},
    {"name": "amount", "type": "money", "worse": "higher"},
    {"name": "margin", "type": "number"},
    {"name": "segment", "type": "string"},
    {"name": "clauses", "type": "list"},
]


def asked(*rungs, cases=None, mode="first_sufficient", on=ON, **facts):
    trigger = without(POLICY["triggers"][0], "require")
    policy = make_policy(
        inputs=INPUTS,
        triggers=[trigger | {"ladder": "sales", "when": {}}],
        ladders={"sales": {"mode": mode, "rungs": list(rungs)}},
    )
    return rungs_needed(policy, policy.ladders["sales"], cases or [facts], on)


def roles(*rungs, **facts):
    return asked(*rungs, **facts).roles


@pytest.mark.parametrize(
    ("discount", "amount", "role"),
    [
        ("14.99", "99999.99", "manager"),
        ("15", "99999.99", "director"),
        ("14.99", "100000", "director"),
        ("14.99", "100000.00", "director"),
        ("24.99", "499999.99", "director"),
        ("25", "1", "cro"),
        ("1", "500000", "cro"),
        ("-5", "-100", "manager"),
        ("0", "0", "manager"),
    ],
)
def test_one_person_must_cover_every_measure_to_the_cent(discount, amount, role):
    facts = {"discount": D(discount), "amount": D(amount)}

    assert roles(MANAGER, DIRECTOR, CRO, **facts) == (role,)


def test_a_rung_counts_only_where_it_is_responsible():
    smb = MANAGER | {"in": {"segment": '"SMB"'}}
    facts = {"discount": D(1), "amount": D(1)}

    assert roles(smb, DIRECTOR, segment="SMB", **facts) == ("manager",)
    assert roles(smb, DIRECTOR, segment="ENT", **facts) == ("director",)
    assert roles(smb, DIRECTOR, segment=None, **facts) == ("director",)


@pytest.mark.parametrize(
    ("on", "role"),
    [
        (date(2026, 1, 31), "director"),
        (date(2026, 2, 1), "manager"),
        (date(2026, 3, 31), "manager"),
        (date(2026, 4, 1), "director"),
    ],
)
def test_a_rung_counts_only_while_it_is_valid(on, role):
    rung = MANAGER | {"from": "2026-02-01", "until": "2026-03-31"}

    assert roles(rung, DIRECTOR, on=on, discount=D(1), amount=D(1)) == (role,)


def test_a_chain_asks_every_rung_up_to_the_sufficient_one():
    facts = {"discount": D(20), "amount": D(1), "mode": "chain"}
    other = {"role": "vp", "may": {"discount": "< 16"}, "in": {"segment": '"ENT"'}}

    assert roles(MANAGER, DIRECTOR, CRO, **facts) == ("manager", "director")
    assert roles(MANAGER, other, DIRECTOR, segment="SMB", **facts) == (
        "manager",
        "director",
    )
    assert roles(MANAGER, other, DIRECTOR, segment="ENT", **facts) == (
        "manager",
        "vp",
        "director",
    )


def test_above_the_top_nobody_is_asked():
    with pytest.raises(PlanError) as caught:
        roles(MANAGER, DIRECTOR, discount=D("25"), amount=D("499999.99"))

    (problem,) = caught.value.problems
    assert (problem.element, problem.code) == ("sales", "above_the_top")
    assert problem.sentence == (
        "Expected somebody on ladder 'sales' who may sign off discount=25,"
        " amount=499999.99, but that is above the top."
    )


def test_an_unknown_measure_is_above_every_limit():
    assert roles(MANAGER, CRO, discount=None, amount=D(1)) == ("cro",)
    with pytest.raises(PlanError, match="discount=null"):
        roles(MANAGER, discount=None, amount=D(1))


def test_a_committee_stands_in_above_the_top():
    facts = {"discount": D(90), "amount": D(1)}
    all_of_two = asked(MANAGER, DIRECTOR, {"committee": 2}, **facts)
    one_of_two = {"committee": {"quorum": 1, "of": 2}}

    assert (all_of_two.roles, all_of_two.quorum) == (("manager", "director"), 2)
    assert asked(MANAGER, DIRECTOR, one_of_two, **facts).quorum == 1
    below = asked(MANAGER, DIRECTOR, one_of_two, discount=D(1), amount=D(1))
    assert (below.roles, below.quorum) == (("manager",), None)


def test_a_committee_that_lost_its_members_does_not_stand_in():
    gone = MANAGER | {"until": "2026-01-01"}

    with pytest.raises(PlanError):
        roles(gone, DIRECTOR, {"committee": 2}, discount=D(90), amount=D(1))


def test_the_highest_rung_that_any_case_needs_wins():
    cases = [
        {"discount": D(1), "amount": D(1)},
        {"discount": D(20), "amount": D(2)},
        {"discount": D(3), "amount": D(400000)},
    ]
    needed = asked(MANAGER, DIRECTOR, CRO, cases=cases)

    assert needed.roles == ("director",)
    assert needed.measures == {"discount": D(20), "amount": D(400000)}


def test_measures_are_the_worst_by_direction_or_by_test():
    rung = {"role": "vp", "may": {"margin": ">= 10", "segment": "-"}}
    cases = [
        {"margin": D(30), "segment": "SMB"},
        {"margin": D(20), "segment": "ENT"},
    ]

    assert asked(rung, cases=cases).measures == {
        "margin": D(20),
        "segment": ("SMB", "ENT"),
    }


def test_authority_over_one_element_of_a_list_is_none_over_the_others():
    lawyer = {"role": "lawyer", "may": {"clauses": '"payment-90", "exclusivity"'}}
    counsel = {"role": "counsel", "may": {"clauses": 'not(list contains(?, "cap"))'}}

    assert roles(lawyer, CRO, clauses=("payment-90", "exclusivity")) == ("lawyer",)
    assert roles(lawyer, CRO, clauses=("payment-90", "cap")) == ("cro",)
    assert roles(lawyer, CRO, clauses=()) == ("lawyer",)
    assert roles(counsel, CRO, clauses=("a", "b")) == ("counsel",)
    assert roles(counsel, CRO, clauses=("a", "cap")) == ("cro",)


def test_a_rung_suffices_within_its_scope_and_limits_only():
    policy = make_policy(
        inputs=INPUTS,
        triggers=[],
        ladders={"sales": [MANAGER | {"in": {"segment": '"SMB"'}}, CRO]},
    )
    manager, cro = policy.ladders["sales"].rungs
    facts = {"discount": D(1), "amount": D(1)}

    assert suffices(manager, facts | {"segment": "SMB"})
    assert not suffices(manager, facts | {"segment": "ENT"})
    assert not suffices(manager, {"discount": D(1), "segment": "SMB"})
    assert suffices(cro, {})


@pytest.mark.parametrize(
    ("limits", "holds"),
    [
        ({}, True),
        ({"amount": "< 50000"}, True),
        ({"amount": "< 49999"}, False),
        ({"amount": "<= 49999"}, True),
        ({"amount": "< 50000", "discount": "< 10"}, False),
        ({"amount": "< 50000", "discount": "<= 10"}, True),
        ({"clauses": '"a", "b"'}, True),
        ({"clauses": '"a"'}, False),
        ({"segment": '"SMB"'}, True),
        ({"segment": 'not("SMB")'}, False),
        ({"unheard_of": "< 5"}, False),
        ({"unheard_of": "-"}, True),
        ({"amount": '"much"'}, False),
    ],
)
def test_a_person_signs_only_within_all_of_his_own_limits(limits, holds):
    user = User(id="maria", name="Maria", email="maria@example.com", limits=limits)
    measures = {
        "amount": D(49999),
        "discount": D(10),
        "clauses": ("a", "b"),
        "segment": "SMB",
    }

    assert personal_limits_hold(user, measures) is holds
