"""
Why a policy asks, as pages show it: reasons, the lines that broke a rule, amounts.
"""

from collections.abc import Mapping

from approval_engine.planner.plan import PlannedStep, Reason, RoutingPlan
from approval_engine.policy.model import InputType, Policy


def reasons_of(plan: RoutingPlan) -> tuple[Reason, ...]:
    """
    The reasons of all steps of a plan, each trigger once, in policy order.
    """
    found = {reason.trigger: reason for step in plan.steps for reason in step.reasons}
    return tuple(found.values())


def breaching(steps: tuple[PlannedStep, ...]) -> Mapping[str, str]:
    """
    The lines of the quote that made a rule ask for these steps, with its reason.
    """
    return {
        line: reason.reason
        for step in steps
        for reason in step.reasons
        for fact in reason.facts
        for line in fact.lines
    }


def money_inputs(policy: Policy) -> frozenset[str]:
    """
    The inputs of a policy that are amounts of money.
    """
    return frozenset(
        each.name for each in policy.inputs if each.type == InputType.MONEY
    )
