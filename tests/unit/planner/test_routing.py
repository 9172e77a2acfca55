from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.domain.completion import Completion, Rule, needed
from approval_engine.domain.people import Directory
from approval_engine.errors import InvalidState, PlanError
from approval_engine.planner.plan import EscalationLevel, RoutingPlan
from approval_engine.planner.routing import plan, plan_among
from approval_engine.policy.model import SlaRule
from tests.factories import (
    ROLES,
    make_delegation,
    make_directory,
    make_escalation,
    make_evaluation,
    make_fired,
    make_ladder,
    make_policy,
    make_quote,
    make_roster,
    make_rung,
    make_rung_needed,
    make_step_rule,
    make_tests,
    make_user,
)

MANAGER = make_step_rule("manager", assign="manager_of_submitter")
FINANCE = make_step_rule("finance")
LEGAL = make_step_rule("legal", chain="legal", completion=Completion(rule=Rule.ALL))


def routed(policy, *triggers, quote=None, roster=None, **inputs):
    evaluation = make_evaluation(*triggers, inputs=inputs)
    roster = roster or make_roster()
    return plan_among(roster, policy, evaluation, quote or make_quote())


def one_step(rule, **inputs):
    (step,) = routed(make_policy(rule), make_fired("t", rule.id), **inputs).steps
    return step


def test_manager_and_finance_are_asked_in_parallel():
    policy = make_policy(MANAGER, FINANCE)
    found = routed(policy, make_fired("margin", "manager", "finance"))
    assert [step.id for step in found.steps] == ["manager", "finance"]
    assert found.chains() == ((found.steps,),)
    assert found.steps[0].staffing.assignee == "maria"
    assert found.steps[1].staffing.candidates == ("fred", "fiona")


def test_chains_and_stages_are_those_of_the_policy():
    director = make_step_rule("director", stage=2)
    policy = make_policy(FINANCE, LEGAL, director)
    found = routed(policy, make_fired("t", "director", "legal", "finance"))
    ids = [[[step.id for step in stage] for stage in chain] for chain in found.chains()]
    assert ids == [[["finance"], ["director"]], [["legal"]]]


def test_a_step_takes_its_rule_over():
    rule = make_step_rule(
        "finance",
        role="legal",
        chain="side",
        stage=4,
        calendar="uk",
        completion=Completion(rule=Rule.ALL, veto=("cfo",)),
        required=True,
        remind_after_hours=(Decimal(4), Decimal(8)),
        escalate_mode="add",
        on_timeout="remind",
        on_exhausted="reject",
        ask_everyone=True,
    )
    step = one_step(rule)
    for name in (
        "id",
        "role",
        "chain",
        "stage",
        "calendar",
        "completion",
        "required",
        "remind_after_hours",
        "escalate_mode",
        "on_timeout",
        "on_exhausted",
        "ask_everyone",
    ):
        assert getattr(step, name) == getattr(rule, name)


def test_no_trigger_is_approved_by_the_policy():
    found = routed(make_policy(FINANCE), make_fired("t", "finance", fired=False))
    assert found == RoutingPlan(process="standard", steps=())


def test_no_trigger_is_refused_if_the_policy_says_so():
    with pytest.raises(InvalidState, match="Expected to submit quote 'Q-1' revision 1"):
        routed(make_policy(FINANCE, no_trigger="refuse"))


def test_a_refusing_trigger_is_refused_whatever_else_fired():
    embargo = make_fired("embargo", reason="not_permitted", effect="refuse")
    with pytest.raises(InvalidState, match="'embargo' refuses it: not_permitted"):
        routed(make_policy(FINANCE), make_fired("t", "finance"), embargo)


def test_an_incomplete_quote_is_refused():
    clause = make_fired("clause", "finance", needs=("justification",))
    with pytest.raises(InvalidState, match="lacks a justification"):
        routed(make_policy(FINANCE), clause)
    quote = make_quote(justification="Strategic")
    assert routed(make_policy(FINANCE), clause, quote=quote).steps


def test_the_process_is_the_one_the_policy_selected():
    evaluation = make_evaluation(process="deal_review")
    found = plan_among(make_roster(), make_policy(), evaluation, make_quote())
    assert found.process == "deal_review"


def test_without_a_roster_nobody_is_busy():
    rule = make_step_rule("finance", assign="least_loaded")
    policy, evaluation = make_policy(rule), make_evaluation(make_fired("t", "finance"))
    windows = (make_delegation("sam", "fred"),)
    given_ = (make_directory(), windows, make_roster().at)
    found = plan(policy, evaluation, make_quote(), *given_)
    roster = make_roster(delegations=windows)
    assert found == plan_among(roster, policy, evaluation, make_quote())


def test_the_load_of_the_roster_decides_who_is_assigned():
    rule = make_step_rule("finance", assign="least_loaded")
    roster = make_roster(load={"fred": 1})
    found = routed(make_policy(rule), make_fired("t", "finance"), roster=roster)
    assert found.steps[0].staffing.assignee == "fiona"


URGENT = (
    SlaRule(hours=Decimal(4), tests=make_tests(days_to_close="<= 3")),
    SlaRule(hours=Decimal(8), tests=make_tests(days_to_close="<= 7", region='"EMEA"')),
    SlaRule(hours=Decimal(24)),
)


@pytest.mark.parametrize(
    ("days", "region", "hours"),
    [
        (3, "EMEA", 4),
        (4, "EMEA", 8),
        (4, "AMER", 24),
        (8, "EMEA", 24),
        (None, "EMEA", 24),
    ],
)
def test_the_first_sla_rule_whose_tests_hold_gives_the_hours(days, region, hours):
    value = None if days is None else Decimal(days)
    rule = make_step_rule("finance", sla=URGENT)
    assert one_step(rule, days_to_close=value, region=region).sla_hours == hours


@pytest.mark.parametrize(
    ("given_hours", "resolved"),
    [
        ((None,), (24,)),
        ((None, None, None), (24, 48, 72)),
        ((12, None), (12, 36)),
        ((12, 30, None), (12, 30, 54)),
        ((None, 40), (24, 40)),
        ((None, 12, None), (24, 24, 48)),
    ],
)
def test_escalation_hours_count_from_the_opening(given_hours, resolved):
    roles = ("director", "vp", "cro")
    levels = tuple(
        make_escalation(role, hours)
        for role, hours in zip(roles, given_hours, strict=False)
    )
    step = one_step(make_step_rule("finance", escalate_to=levels))
    assert step.escalations == tuple(
        EscalationLevel(role=role, after_hours=Decimal(hours))
        for role, hours in zip(roles, resolved, strict=False)
    )


def test_escalation_follows_the_hours_that_apply():
    rule = make_step_rule("finance", sla=URGENT, escalate_to=(make_escalation("cfo"),))
    step = one_step(rule, days_to_close=Decimal(1), region="EMEA")
    assert step.escalations[0].after_hours == 4


def test_every_step_that_cannot_be_staffed_is_named_at_once():
    policy = make_policy(FINANCE, LEGAL, make_step_rule("cfo"))
    directory = make_directory(finance=(), cfo=(), deal_desk=())
    with pytest.raises(PlanError) as refusal:
        routed(
            policy,
            make_fired("t", "finance", "legal", "cfo"),
            roster=make_roster(directory),
        )
    assert [problem.element for problem in refusal.value.problems] == ["finance", "cfo"]


def test_nobody_who_acts_for_the_submitter_is_asked_anywhere():
    roster = make_roster(delegations=(make_delegation("sam", "fred"),))
    policy = make_policy(MANAGER, FINANCE)
    found = routed(policy, make_fired("t", "manager", "finance"), roster=roster)
    assert found.steps[1].staffing.candidates == ("fiona",)
    assert all("fred" in dict(s.staffing.excluded) for s in found.steps)


def test_a_delegation_that_is_over_bars_nobody():
    window = make_delegation("sam", "fred", ends_at=make_roster().at)
    roster = make_roster(delegations=(window,))
    found = routed(make_policy(FINANCE), make_fired("t", "finance"), roster=roster)
    assert found.steps[0].staffing.candidates == ("fred", "fiona")


def test_a_ladder_asks_the_person_whose_limits_cover_the_quote():
    ladder = make_ladder(
        "sales",
        make_rung("director", may={"amount": "< 500"}),
        make_rung("cro", unlimited=True),
    )
    policy = make_policy(ladders=[ladder])
    band = make_fired("band", rungs=(make_rung_needed("director", amount=400),))
    limits = {"amount": "< 300"}
    careful = make_roster(make_directory(make_user("dana", limits=limits)))
    assert routed(policy, band).steps[0].staffing.candidates == ("dana",)
    staffing = routed(policy, band, roster=careful).steps[0].staffing
    assert (staffing.candidates, staffing.role) == (("chris",), "cro")


def test_people_and_facts_do_not_change_the_shape():
    policy = make_policy(MANAGER, FINANCE, LEGAL)
    trigger = make_fired("t", "manager", "finance", "legal")
    one = routed(policy, trigger)
    other = routed(
        policy,
        replace(trigger, facts=()),
        quote=make_quote("Q-2", submitted_by="lars", owner="fred"),
    )
    assert one != other
    assert shape(one) == shape(other)


def shape(found):
    return [
        replace(
            step,
            staffing=one_step(FINANCE).staffing,
            reasons=tuple(replace(reason, facts=()) for reason in step.reasons),
        )
        for step in found.steps
    ]


# Whatever the company, the quote and the policy look like.

PEOPLE = ("ann", "bob", "cid", "dee", "eve")
COMPLETIONS = st.sampled_from(
    [
        Completion(rule=Rule.ANY),
        Completion(rule=Rule.ALL),
        Completion(rule=Rule.QUORUM, count=2),
        Completion(rule=Rule.PERCENT, percent=Decimal(50)),
    ]
)
ASSIGNS = st.sampled_from(
    ["pool", "manager_of_submitter", "least_loaded", "round_robin", "user:cid"]
)
RULES = st.builds(
    lambda role, completion, assign, escalate, everyone: make_step_rule(
        role,
        completion=completion,
        assign=assign,
        ask_everyone=everyone,
        escalate_to=tuple(make_escalation(each) for each in escalate),
    ),
    st.sampled_from(sorted(ROLES)),
    COMPLETIONS,
    ASSIGNS,
    st.lists(st.sampled_from(sorted(ROLES)), max_size=2, unique=True),
    st.booleans(),
)


@st.composite
def companies(draw):
    people = st.sampled_from(PEOPLE)
    users = {
        name: make_user(
            name,
            manager=draw(st.none() | people),
            active=draw(st.booleans()),
            email=f"{draw(people)}@example.com",
        )
        for name in PEOPLE
    }
    members = st.lists(people, max_size=4, unique=True).map(tuple)
    roles = {role: draw(members) for role in ROLES}
    return Directory(users=users, roles=roles)


@given(
    companies(),
    st.lists(RULES, min_size=1, max_size=3, unique_by=lambda rule: rule.id),
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=3),
)
def test_a_plan_is_fully_staffed_by_people_who_may_decide(
    directory, rules, submitter, owner, windows
):
    roster = make_roster(
        directory, delegations=tuple(make_delegation(*pair) for pair in windows)
    )
    quote = make_quote(submitted_by=submitter, owner=owner)
    trigger = make_fired("t", *(rule.id for rule in rules))
    try:
        found = routed(make_policy(*rules), trigger, quote=quote, roster=roster)
    except PlanError:
        return
    assert [step.id for step in found.steps] == [rule.id for rule in rules]
    for step in found.steps:
        staffing = step.staffing
        people = set(staffing.candidates)
        assert people
        assert not people & {submitter, owner}
        assert not people & {taker for giver, taker in windows if giver == submitter}
        assert all(directory.users[person].active for person in people)
        assert needed(step.completion, staffing.seats) <= staffing.seats
        assert staffing.assignee in {None, *people}
        stand_ins = {each.person for each in staffing.stand_ins}
        for seat, person in enumerate(staffing.candidates, start=1):
            role = staffing.role_of(seat) or step.role
            if staffing.assignee is None and person not in stand_ins:
                assert person in directory.roles[role]
        if staffing.seats > 1:
            seats = [set(directory.accounts_of(each)) for each in staffing.candidates]
            assert sum(map(len, seats)) == len(set().union(*seats))
