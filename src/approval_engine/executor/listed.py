"""
An evaluation and a plan → what lists say of the workflow, and whom it will ask later.
"""

from collections.abc import Iterator
from decimal import Decimal

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.quote import Value
from approval_engine.domain.workflow import Workflow
from approval_engine.planner.plan import RoutingPlan
from approval_engine.policy.evaluation import Evaluation
from approval_engine.store.listing import Listed

_LARGEST = 2**63 - 1
"""What a column of whole numbers holds; more than that is the same to a filter."""


def listed(evaluation: Evaluation) -> Listed:
    """
    The figures that approvers look for, where the policy reads them under their names.
    """
    inputs = evaluation.inputs
    amount = inputs.get("amount")
    return Listed(
        amount=_text(amount),
        amount_minor=_minor(amount),
        discount_pct=_text(inputs.get("discount_pct")),
        margin_pct=_text(inputs.get("margin_pct")),
        reasons=" ".join(dict.fromkeys(each.reason for each in evaluation.binding)),
    )


def ahead(workflow: Workflow, plan: RoutingPlan) -> Iterator[tuple[str, str]]:
    """
    The steps of the policy that did not open yet, each with everybody it will ask.
    """
    opened = {task.step for task in workflow.tasks}
    if workflow.status != WorkflowStatus.PENDING:
        return
    for step in plan.approvals:
        if step.id not in opened:
            yield from ((step.id, person) for person in step.staffing.candidates)


def has_ended(before: Workflow, after: Workflow, plan: RoutingPlan) -> bool:
    """
    Whether a review just ended of which steps may have been still to come.
    """
    began = after.created_at
    at_once = {task.step for task in after.tasks if task.opened_at == began}
    later = any(step.id not in at_once for step in plan.approvals)
    was, now = (each.status == WorkflowStatus.PENDING for each in (before, after))
    return later and was and not now


def _text(value: Value) -> str | None:
    return format(value, "f") if isinstance(value, Decimal) else None


def _minor(value: Value) -> int | None:
    if not isinstance(value, Decimal):
        return None
    return max(-_LARGEST, min(_LARGEST, int(value * 100)))
