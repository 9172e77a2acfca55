"""
The shapes of the contract: `WorkflowInstance`, `ApprovalTask`, `WorkflowEvent`.

One place for the command line's `--json`, the HTTP interface and the pages.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, stamp
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.planner.plan import PlannedStep, RoutingPlan

View = dict[str, Any]
"""A JSON object with camelCase names, times as RFC 3339 UTC, decimals as text."""


def workflow_view(workflow: Workflow, plan: RoutingPlan, evaluation: bytes) -> View:
    """
    `WorkflowInstance`; `evaluation` is the evidence document of that name.
    """
    flag = {"overridden": True} if workflow.overridden else {}
    return {
        "id": workflow.id,
        "quoteId": workflow.quote_id,
        "quoteRevision": workflow.quote_revision,
        "policyVersion": workflow.policy_version,
        "processVersion": workflow.evidence.definition,
        "status": str(workflow.status),
        "currentTasks": list(current_tasks(workflow, plan)),
        "triggers": [
            {"id": trigger["id"], "reason": trigger["reason"]}
            for trigger in fired(evaluation)
        ],
        "submittedBy": workflow.submitted_by,
        "createdAt": stamp(workflow.created_at),
        "updatedAt": stamp(workflow.updated_at),
        **flag,
    }


def task_view(task: Task, step: PlannedStep) -> View:
    """
    `ApprovalTask`, with the reasons that the plan recorded.
    """
    return {
        "id": task.id,
        "workflowId": task.workflow_id,
        "step": task.step,
        "role": task.role,
        "assignee": task.assignee,
        "candidates": list(task.candidates),
        "dueAt": stamp(task.due_at),
        "status": str(task.status),
        "reasons": reasons_view(step),
        "escalationLevel": task.escalation_level,
        **_beside(task),
    }


def _beside(task: Task) -> View:
    # What is rare is named only where it is so.
    added = {"adHoc": True} if task.ad_hoc else {}
    return added | ({"infoFrom": task.info_from} if task.info_from else {})


def event_view(event: Event) -> View:
    """
    `WorkflowEvent`.
    """
    return {
        "id": event.id,
        "seq": event.seq,
        "workflowId": event.workflow_id,
        "taskId": event.task_id,
        "action": event.action,
        "actor": event.actor,
        "onBehalfOf": event.on_behalf_of,
        "channel": event.channel,
        "timestamp": event.timestamp,
        "data": load(event.data.encode()),
        "hash": event.hash,
    }


def plan_view(plan: RoutingPlan) -> list[View]:
    """
    `RoutingStep` for every step, in policy order.
    """
    return [
        {
            "step": step.id,
            "role": step.role,
            "required": step.required,
            "slaHours": format(step.sla_hours.normalize(), "f"),
            "chain": step.chain,
            "stage": step.stage,
            "completion": completion_text(step),
            "candidates": list(step.staffing.candidates),
            "assignee": step.staffing.assignee,
            "reasons": reasons_view(step),
        }
        for step in plan.steps
    ]


def completion_text(step: PlannedStep) -> str:
    """
    The completion rule in one word, or a word and its number: `quorum 2`, `percent 60`.
    """
    completion = step.completion
    number = completion.count if completion.count is not None else completion.percent
    shown = completion.rule in {"quorum", "percent"} and number is not None
    return f"{completion.rule} {number}" if shown else str(completion.rule)


def reasons_view(step: PlannedStep) -> list[View]:
    """
    Why the step is asked: trigger, reason, and each fact beside the test it met.
    """
    return [
        {
            "trigger": reason.trigger,
            "reason": reason.reason,
            "facts": [
                {
                    "name": fact.name,
                    "value": fact.value,
                    "test": fact.test,
                    "lines": list(fact.lines),
                }
                for fact in reason.facts
            ],
        }
        for reason in step.reasons
    ]


def current_tasks(workflow: Workflow, plan: RoutingPlan) -> tuple[str, ...]:
    """
    The ids of the steps that are open, in policy order, once each.
    """
    waiting = {task.step for task in workflow.open_tasks}
    return tuple(step.id for step in plan.steps if step.id in waiting)


def fired(evaluation: bytes) -> Iterable[Mapping[str, Any]]:
    """
    The triggers of an evaluation document that fired, in policy order.
    """
    document: Any = load(evaluation)
    return [trigger for trigger in document["triggers"] if trigger["fired"]]
