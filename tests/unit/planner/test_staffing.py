from dataclasses import replace
from decimal import Decimal

import pytest

from approval_engine.domain.completion import Completion, Rule
from approval_engine.errors import PlanError
from approval_engine.planner.case import Case
from approval_engine.planner.plan import Staffing
from approval_engine.planner.requirements import Requirement
from approval_engine.planner.separation import excluded
from approval_engine.planner.staffing import (
    FALLBACK,
    LIMIT,
    NEXT_ROLE,
    SELF,
    staff,
)
from tests.factories import (
    make_delegation,
    make_directory,
    make_escalation,
    make_policy,
    make_quote,
    make_roster,
    make_step_rule,
    make_user,
)

MANAGER = make_step_rule("manager", assign="manager_of_submitter")
ALL = Completion(rule=Rule.ALL)


def staffed(rule, directory=None, submitted_by="sam", **changes):
    """
    The staffing of one step; changes are inputs, delegations, load, turns,
    or fields of the requirement.
    """
    inputs = changes.pop("inputs", {})
    people = {
        name: changes.pop(name)
        for name in ("delegations", "load", "turns")
        if name in changes
    }
    roster = make_roster(directory, **people)
    quote = make_quote(submitted_by=submitted_by, owner=changes.pop("owner", None))
    barred = excluded(quote, roster.directory, roster.delegations, roster.at)
    case = Case(
        policy=make_policy(rule),
        inputs=inputs,
        quote=quote,
        roster=roster,
        barred=dict(barred),
    )
    return staff(case, Requirement(rule=rule, reasons=(), **changes))


def limited(user_id, **limits):
    return make_user(user_id, limits=limits)


def measured(*higher, **measures):
    values = {name: Decimal(value) for name, value in measures.items()}
    return {"measures": (values,), "higher": higher}


# The pool.


def test_a_pool_asks_the_members_in_the_order_of_the_directory():
    assert staffed(make_step_rule("legal")) == Staffing(
        candidates=("lena", "lars"), excluded=(("sam", "submitter of the quote"),)
    )


def test_members_who_left_are_not_asked():
    directory = make_directory(make_user("fred", active=False))
    assert staffed(make_step_rule("finance"), directory).candidates == ("fiona",)


def test_the_submitter_is_taken_out_of_the_pool():
    found = staffed(make_step_rule("finance"), submitted_by="fred")
    assert found.candidates == ("fiona",)
    assert dict(found.excluded) == {"fred": "submitter of the quote"}
    assert found.note is None


def test_the_stand_in_of_the_submitter_is_taken_out_of_the_pool():
    windows = (make_delegation("sam", "fred"),)
    found = staffed(make_step_rule("finance"), delegations=windows)
    assert found.candidates == ("fiona",)


def test_a_pool_that_becomes_empty_goes_to_the_next_role():
    rule = make_step_rule("cfo", escalate_to=(make_escalation("cro"),))
    found = staffed(rule, submitted_by="carl")
    assert (found.candidates, found.role, found.note) == (("chris",), "cro", NEXT_ROLE)


def test_a_next_role_that_is_the_submitter_as_well_is_passed_over():
    rule = make_step_rule(
        "cfo", escalate_to=(make_escalation("vp"), make_escalation("cro"))
    )
    found = staffed(rule, submitted_by="carl", owner="vera")
    assert (found.candidates, found.role) == (("chris",), "cro")


def test_a_pool_that_becomes_empty_goes_to_the_fallback_at_last():
    found = staffed(make_step_rule("cfo"), submitted_by="carl")
    assert (found.candidates, found.role, found.note) == (
        ("dora",),
        "deal_desk",
        FALLBACK,
    )


def test_nobody_left_is_a_plan_error_and_no_approval():
    rule = make_step_rule("cfo", escalate_to=(make_escalation("cro"),))
    directory = make_directory(deal_desk=("carl",), cro=())
    with pytest.raises(PlanError) as refusal:
        staffed(rule, directory, submitted_by="carl")
    assert str(refusal.value) == (
        "deal-desk@2026.3:1: no-eligible-approver element=cfo: Expected somebody who"
        " may decide step 'cfo' of quote 'Q-1' revision 1, but nobody of cfo, cro,"
        " deal_desk is eligible."
    )


@pytest.mark.parametrize("members", [(), ("fred",)])
def test_a_role_without_active_members_goes_to_the_fallback(members):
    directory = make_directory(make_user("fred", active=False), finance=members)
    rule = make_step_rule("finance", escalate_to=(make_escalation("cfo"),))
    found = staffed(rule, directory)
    assert (found.role, found.note) == ("deal_desk", FALLBACK)


def test_an_unknown_role_and_fallback_are_a_plan_error():
    rule = make_step_rule("treasury", fallback_role="nobody")
    with pytest.raises(PlanError, match="nobody of treasury, nobody is eligible"):
        staffed(rule)


# Match.

EMEA = make_user("fiona", attributes={"region": "EMEA"})
MATCH = make_step_rule("finance", match={"region": "region"})


def test_only_members_that_match_the_quote_are_asked():
    found = staffed(MATCH, make_directory(EMEA), inputs={"region": "EMEA"})
    assert found.candidates == ("fiona",)


def test_one_element_of_a_list_is_enough_to_match():
    regions = {"region": ("AMER", "EMEA")}
    assert staffed(MATCH, make_directory(EMEA), inputs=regions).candidates == ("fiona",)


@pytest.mark.parametrize("inputs", [{"region": "APAC"}, {"region": None}, {}])
def test_nobody_who_matches_goes_to_the_fallback(inputs):
    rule = replace(MATCH, escalate_to=(make_escalation("cfo"),))
    found = staffed(rule, make_directory(EMEA), inputs=inputs)
    assert (found.role, found.note) == ("deal_desk", FALLBACK)


def test_a_missing_attribute_does_not_match_a_missing_input():
    unset = make_user("fiona", attributes={"region": "null"})
    found = staffed(MATCH, make_directory(unset), inputs={"region": None})
    assert found.note == FALLBACK


def test_matching_members_who_must_not_decide_go_to_the_next_role():
    rule = replace(MATCH, escalate_to=(make_escalation("cfo"),))
    found = staffed(
        rule, make_directory(EMEA), submitted_by="fiona", inputs={"region": "EMEA"}
    )
    assert (found.candidates, found.role) == (("carl",), "cfo")


# Lines: the submitter's manager, or a named person.


def test_the_manager_of_the_submitter_is_assigned():
    found = staffed(MANAGER)
    assert (found.candidates, found.assignee) == (("maria",), "maria")
    assert (found.role, found.note, found.seats) == (None, None, 1)


def test_a_manager_who_left_is_passed_over():
    found = staffed(MANAGER, make_directory(make_user("maria", active=False)))
    assert found.assignee == "dana"


@pytest.mark.parametrize(
    "changes",
    [{"owner": "maria"}, {"delegations": (make_delegation("sam", "maria"),)}],
)
def test_a_manager_who_must_not_decide_leaves_it_to_his_own(changes):
    found = staffed(MANAGER, **changes)
    assert (found.assignee, found.note) == ("dana", SELF)


def test_a_line_that_ends_goes_to_the_next_role_and_then_to_the_fallback():
    rule = replace(MANAGER, escalate_to=(make_escalation("cfo"),))
    assert staffed(rule, submitted_by="chris").role == "cfo"
    assert staffed(MANAGER, submitted_by="chris").role == "deal_desk"


def test_a_submitter_who_is_not_in_the_directory_goes_to_the_fallback():
    assert staffed(MANAGER, submitted_by="ghost").role == "deal_desk"


def test_a_named_person_is_assigned():
    found = staffed(make_step_rule("legal", assign="user:lars"))
    assert (found.candidates, found.assignee) == (("lars",), "lars")


def test_a_named_person_who_submitted_leaves_it_to_his_manager():
    rule = make_step_rule("legal", assign="user:lars")
    found = staffed(rule, submitted_by="lars")
    assert (found.assignee, found.note) == ("lena", SELF)


@pytest.mark.parametrize("name", ["ghost", "lars"])
def test_a_named_person_who_is_not_there_goes_to_the_next_role(name):
    directory = make_directory(make_user("lars", active=False))
    rule = make_step_rule(
        "legal", assign=f"user:{name}", escalate_to=(make_escalation("cro"),)
    )
    found = staffed(rule, directory)
    assert (found.role, found.assignee) == ("cro", None)


# Assignment within the pool.


def test_the_least_loaded_member_is_assigned_and_the_others_stay_candidates():
    rule = make_step_rule("finance", assign="least_loaded")
    found = staffed(rule, load={"fred": 3, "fiona": 1})
    assert (found.candidates, found.assignee) == (("fred", "fiona"), "fiona")


def test_the_least_loaded_is_never_somebody_who_must_not_decide():
    rule = make_step_rule("finance", assign="least_loaded")
    found = staffed(rule, submitted_by="fiona", load={"fred": 3})
    assert found.assignee == "fred"


def test_members_take_turns():
    rule = make_step_rule("finance", assign="round_robin")
    assert staffed(rule).assignee == "fred"
    assert staffed(rule, turns={"fred": 1}).assignee == "fiona"


def test_a_pool_assigns_nobody():
    assert staffed(make_step_rule("finance"), load={"fred": 3}).assignee is None


# Seats.


@pytest.mark.parametrize(
    ("completion", "ask_everyone", "seats"),
    [
        (Completion(rule=Rule.ANY), False, 1),
        (Completion(rule=Rule.ANY), True, 2),
        (Completion(rule=Rule.FIRST_RESPONSE), False, 1),
        (Completion(rule=Rule.QUORUM, count=1), False, 1),
        (Completion(rule=Rule.QUORUM, count=1), True, 2),
        (Completion(rule=Rule.QUORUM, count=2), False, 2),
        (Completion(rule=Rule.ALL), False, 2),
        (Completion(rule=Rule.ALL_RESPOND_ANY), False, 2),
        (Completion(rule=Rule.PERCENT, percent=Decimal(50)), False, 2),
    ],
)
def test_the_seats_of_a_rule(completion, ask_everyone, seats):
    rule = make_step_rule("legal", completion=completion, ask_everyone=ask_everyone)
    assert staffed(rule).seats == seats


def test_several_seats_are_assigned_to_nobody_in_particular():
    rule = make_step_rule("legal", completion=ALL, assign="least_loaded")
    assert staffed(rule).assignee is None


def test_all_asks_those_who_may_decide():
    rule = make_step_rule("legal", completion=ALL)
    found = staffed(rule, submitted_by="lars")
    assert (found.candidates, found.seats) == (("lena",), 1)


TWIN = make_directory(
    make_user("lars", email="LENA@example.com"), legal=("lena", "lars")
)


def test_one_person_has_one_seat_whatever_accounts_he_has():
    found = staffed(make_step_rule("legal", completion=ALL), TWIN)
    assert (found.candidates, found.seats) == (("lena",), 1)


def test_a_shared_seat_is_open_to_every_account():
    assert staffed(make_step_rule("legal"), TWIN).candidates == ("lena", "lars")


def test_two_accounts_are_no_quorum_of_two():
    quorum = Completion(rule=Rule.QUORUM, count=2)
    with pytest.raises(PlanError, match="there are 1: lena"):
        staffed(make_step_rule("legal", completion=quorum), TWIN)


def test_a_quorum_above_those_eligible_is_a_plan_error():
    rule = make_step_rule("legal", completion=Completion(rule=Rule.QUORUM, count=2))
    assert staffed(rule).seats == 2
    with pytest.raises(PlanError, match="quorum-unreachable element=legal") as refusal:
        staffed(rule, submitted_by="lars")
    assert "Expected 2 people who may decide step 'legal'" in str(refusal.value)
    assert "but there are 1: lena" in str(refusal.value)


# Limits of a person, and who decides above them.


def test_a_person_within_his_own_limits_is_asked():
    directory = make_directory(limited("fred", amount="< 100"))
    found = staffed(make_step_rule("finance"), directory, **measured(amount="99.99"))
    assert found.candidates == ("fred", "fiona")


def test_a_person_beyond_his_own_limits_is_not_asked():
    directory = make_directory(limited("fred", amount="< 100"))
    found = staffed(make_step_rule("finance"), directory, **measured(amount="100"))
    assert found.candidates == ("fiona",)
    reason = dict(found.excluded)["fred"]
    assert reason == "own authority does not cover amount 100"


def test_every_measure_must_lie_within_the_limits_of_the_same_person():
    directory = make_directory(
        limited("fred", amount="< 100"), limited("fiona", discount_pct="< 10")
    )
    rule = make_step_rule("finance")
    both = {"measures": ({"amount": Decimal(100)}, {"discount_pct": Decimal(10)})}
    with pytest.raises(PlanError, match="covers amount 100, discount_pct 10"):
        staffed(rule, directory, **both)


@pytest.mark.parametrize(("amount", "able"), [("99", True), ("100", False)])
def test_limits_on_what_the_ladder_does_not_measure_count_too(amount, able):
    directory = make_directory(limited("fred", amount="< 100"))
    inputs = {"amount": Decimal(amount), "discount_pct": Decimal(1)}
    rule = make_step_rule("finance")
    found = staffed(rule, directory, inputs=inputs, **measured(discount_pct="20"))
    assert ("fred" in found.candidates) is able


def test_a_limit_on_an_unknown_fact_covers_nothing():
    directory = make_directory(limited("fred", amount="< 100"))
    found = staffed(make_step_rule("finance"), directory, **measured(discount_pct="1"))
    assert found.candidates == ("fiona",)


def test_a_measure_of_the_lines_counts_before_that_of_the_quote():
    directory = make_directory(limited("fred", discount_pct="< 10"))
    inputs = {"discount_pct": Decimal(5)}
    rule = make_step_rule("finance")
    found = staffed(rule, directory, inputs=inputs, **measured(discount_pct="20"))
    assert found.candidates == ("fiona",)


def test_limits_count_only_where_a_ladder_asks():
    directory = make_directory(limited("fred", amount="< 100"))
    found = staffed(make_step_rule("finance"), directory, inputs={"amount": 100})
    assert found.candidates == ("fred", "fiona")


def test_nobody_within_his_limits_goes_to_the_next_sufficient_rung():
    directory = make_directory(limited("dana", amount="< 100"))
    rule = make_step_rule("director")
    found = staffed(rule, directory, **measured("vp", "cro", amount=100))
    assert (found.candidates, found.role, found.note) == (("vera",), "vp", NEXT_ROLE)


def test_a_ladder_never_ends_at_a_role_without_authority():
    directory = make_directory(limited("dana", amount="< 100"), cro=())
    rule = make_step_rule("director", escalate_to=(make_escalation("finance"),))
    tried = "nobody of director, cro, finance, deal_desk covers amount 100"
    with pytest.raises(PlanError, match=tried):
        staffed(rule, directory, **measured("cro", amount=100))


def test_a_fallback_needs_the_authority_that_the_ladder_asks():
    directory = make_directory(director=("dora",), deal_desk=("fred", "dora"))
    rule = make_step_rule("director", assign="user:ghost")
    found = staffed(rule, directory, **measured(amount=100))
    assert (found.candidates, found.role) == (("dora",), "deal_desk")


def test_a_manager_beyond_his_limits_leaves_it_to_his_own():
    directory = make_directory(limited("maria", amount="< 100"))
    found = staffed(MANAGER, directory, **measured("director", amount=100))
    assert (found.assignee, found.note) == ("dana", LIMIT)
    found = staffed(MANAGER, directory, **measured("director", amount=99))
    assert (found.assignee, found.note) == ("maria", None)


def test_a_line_manager_without_a_sufficient_role_is_passed_over():
    found = staffed(MANAGER, make_directory(manager=()), **measured("vp", amount=50))
    assert (found.assignee, found.note) == ("vera", LIMIT)


def test_a_line_manager_needs_no_role_where_no_ladder_asks():
    assert staffed(MANAGER, make_directory(manager=())).assignee == "maria"


# Committees.

COMMITTEE = make_step_rule(
    "sales_committee",
    role="cro",
    completion=Completion(rule=Rule.QUORUM, count=2),
    ask_everyone=True,
)


def test_each_role_of_a_committee_fills_one_seat():
    found = staffed(COMMITTEE, committee=("finance", "cfo", "cro"))
    assert (found.candidates, found.seats) == (("fred", "carl", "chris"), 3)
    assert [found.role_of(seat) for seat in (1, 2, 3)] == ["finance", "cfo", "cro"]


def test_the_seat_of_a_committee_of_one_asks_the_role_that_fills_it():
    directory = make_directory(cfo=())
    one = replace(COMMITTEE, completion=Completion(rule=Rule.QUORUM, count=1))
    found = staffed(one, directory, committee=("vp", "cfo"))
    assert (found.candidates, found.role_of(1)) == (("vera",), "vp")


def test_a_committee_passes_over_whoever_must_not_decide():
    found = staffed(COMMITTEE, submitted_by="fred", committee=("finance", "cfo", "cro"))
    assert found.candidates == ("fiona", "carl", "chris")


def test_one_person_never_fills_two_seats_of_a_committee():
    directory = make_directory(vp=("carl", "vera"))
    found = staffed(COMMITTEE, directory, committee=("vp", "cfo", "cro"))
    assert found.candidates == ("vera", "carl", "chris")


def test_two_accounts_of_one_person_never_fill_two_seats_of_a_committee():
    twin = make_user("carl.admin", email="carl@example.com")
    directory = make_directory(twin, vp=("carl.admin", "vera"))
    found = staffed(COMMITTEE, directory, committee=("vp", "cfo", "cro"))
    assert found.candidates == ("vera", "carl", "chris")


def test_a_committee_too_small_for_its_quorum_is_a_plan_error():
    with pytest.raises(PlanError, match="quorum-unreachable element=sales_committee"):
        staffed(COMMITTEE, submitted_by="carl", committee=("cfo", "cro"))


def test_a_committee_of_nobody_is_a_plan_error():
    directory = make_directory(cfo=(), cro=())
    with pytest.raises(PlanError, match="nobody of cfo, cro is eligible"):
        staffed(COMMITTEE, directory, committee=("cfo", "cro"))
