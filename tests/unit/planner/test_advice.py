"""
Steps that inform without blocking: where they stand, and who is only told.
"""

import pytest

from approval_engine.errors import InvalidState
from approval_engine.planner.advice import Informed, informed, placed
from approval_engine.planner.requirements import collect
from approval_engine.planner.routing import plan_among
from tests.factories import (
    make_evaluation,
    make_fired,
    make_policy,
    make_quote,
    make_roster,
    make_step_rule,
)
from tests.unit.definitions.plans import make_plan, make_step

ADVICE = {"required": False}


def stages(*steps):
    return {step.id: step.stage for step in placed(steps)}


def test_an_optional_step_stands_beside_the_next_required_one_of_its_chain():
    assert stages(
        make_step("a", stage=1, **ADVICE),
        make_step("b", stage=2),
        make_step("c", stage=3, **ADVICE),
        make_step("d", stage=4),
        make_step("e", stage=5, **ADVICE),
    ) == {"a": 2, "b": 2, "c": 4, "d": 4, "e": 4}


def test_optional_steps_of_a_chain_without_any_other_stand_side_by_side():
    assert stages(
        make_step("a"),
        make_step("b", chain="side", stage=2, **ADVICE),
        make_step("c", chain="side", stage=3, **ADVICE),
    ) == {"a": 1, "b": 1, "c": 1}


def test_steps_that_are_required_stay_where_they_are():
    steps = (make_step("a"), make_step("b", stage=2))

    assert placed(steps) == steps


def test_without_a_required_step_nobody_is_asked():
    assert placed((make_step("a", **ADVICE), make_step("b", stage=2, **ADVICE))) == ()


def told(policy, *triggers):
    evaluation = make_evaluation(*triggers)
    roster = make_roster()
    plan = plan_among(roster, policy, evaluation, make_quote())
    needed = collect(policy, evaluation, roster.at.date())
    return informed(roster, evaluation, needed, plan), plan


def test_the_inform_of_a_trigger_tells_the_members_of_the_role_once():
    policy = make_policy(make_step_rule("finance"))
    found, plan = told(
        policy,
        make_fired("a", "finance", inform=("legal",)),
        make_fired("b", "finance", inform=("legal", "ghosts")),
        make_fired("c", "finance", inform=("cfo",), fired=False),
    )

    assert [each.role for each in found] == ["legal", "ghosts"]
    assert found[0].because == ("a", "b")
    assert found[1] == Informed(role="ghosts", people=(), because=("b",))
    assert [step.id for step in plan.steps] == ["finance"]


def test_an_fyi_step_is_told_and_not_planned():
    fyi = make_step_rule("legal", fyi=True)
    found, plan = told(
        make_policy(make_step_rule("finance"), fyi), make_fired("a", "finance", "legal")
    )

    assert [step.id for step in plan.steps] == ["finance"]
    assert [(each.role, each.because) for each in found] == [("legal", ("a",))]


def test_optional_steps_that_nobody_waits_beside_are_told():
    policy = make_policy(make_step_rule("finance", **ADVICE))
    found, plan = told(policy, make_fired("a", "finance"))

    assert plan == make_plan()
    assert found[0].people == ("fred", "fiona")


def test_a_quote_that_somebody_must_approve_is_not_approved_by_telling():
    policy = make_policy(make_step_rule("finance", fyi=True), no_trigger="refuse")

    with pytest.raises(InvalidState, match="but no step of policy 'deal-desk'"):
        told(policy, make_fired("a", "finance"))
