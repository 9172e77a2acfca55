"""
A completion rule → how its user task is drawn: once, or once per person, until when.

The drawing only shows the rule; `domain.completion` is what decides.
"""

from decimal import Decimal

from approval_engine.definitions.wording import number
from approval_engine.domain.completion import Completion, Rule, one_seat
from approval_engine.planner.plan import PlannedStep


def several(step: PlannedStep) -> bool:
    """
    Whether the policy asks several people one by one; how many is not its business.
    """
    return step.ask_everyone or not one_seat(step.completion)


def spoken(completion: Completion) -> str:
    """
    The rule as one word of the policy, such as `all`, `quorum 2` or `percent 60`.
    """
    if completion.rule is Rule.QUORUM:
        return f"quorum {completion.count}"
    if completion.rule is Rule.PERCENT:
        return f"percent {number(completion.percent or Decimal(0))}"
    return completion.rule.value


def decided(completion: Completion) -> str:
    """
    The condition under which no further answer is needed, over the counts of the task.
    """
    if completion.wait_for_all:
        return "${nrOfCompletedInstances == nrOfInstances}"
    parts = [_by_rule(completion), "returns >= 1"]
    if completion.veto:
        parts.append("vetoes >= 1")
    return "${" + " || ".join(parts) + "}"


def _by_rule(completion: Completion) -> str:
    match completion.rule:
        case Rule.ANY:
            return "approvals >= 1 || rejections == nrOfInstances"
        case Rule.FIRST_RESPONSE:
            return "nrOfCompletedInstances >= 1"
        case Rule.ALL:
            return "approvals == nrOfInstances || rejections >= 1"
        case Rule.ALL_RESPOND_ANY:
            return "nrOfCompletedInstances == nrOfInstances"
        case Rule.QUORUM:
            count = completion.count
            return f"approvals >= {count} || nrOfInstances - rejections < {count}"
        case Rule.PERCENT:
            share = f"{number(completion.percent or Decimal(0))} * nrOfInstances"
            reached = f"100 * approvals >= {share}"
            return f"{reached} || 100 * (nrOfInstances - rejections) < {share}"
