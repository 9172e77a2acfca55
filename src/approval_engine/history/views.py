"""
The shapes of the contract: `WorkflowInstance`, `ApprovalTask`, `WorkflowEvent`.

One place for the command line's `--json`, the HTTP interface and the pages.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, stamp
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.planner.plan import PlannedStep, RoutingPlan, Staffing

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
            trigger_view(trigger["id"], trigger["reason"], trigger.get("waived_by"))
            for trigger in fired(evaluation)
        ],
        "submittedBy": workflow.submitted_by,
        "supersedes": workflow.supersedes,
        "fingerprint": workflow.fingerprint,
        "createdAt": stamp(workflow.created_at),
        "updatedAt": stamp(workflow.updated_at),
        **flag,
    }


def trigger_view(trigger_id: str, reason: str, waived_by: str | None) -> View:
    """
    A trigger that fired, and the exception by which it asks nobody, if there is one.
    """
    waiver = {"waivedBy": waived_by} if waived_by else {}
    return {"id": trigger_id, "reason": reason, **waiver}


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


def asked(task: Task) -> str | tuple[str, ...]:
    """
    Who is asked, in words where it is a stand-in: `fiona for fred (delegation D-3)`.
    """
    if task.assignee and task.principal:
        return _for(task.assignee, task.principal, task.windows)
    return task.assignee or task.candidates


def planned(staffing: Staffing) -> str | tuple[str, ...]:
    """
    Like `asked`, for a step that did not open yet.
    """
    lent = {each.person: each for each in staffing.stand_ins}

    def name(person: str) -> str:
        found = lent.get(person)
        return _for(person, found.principal, found.windows) if found else person

    if staffing.assignee:
        return name(staffing.assignee)
    return tuple(name(person) for person in staffing.candidates)


def _for(person: str, principal: str, windows: tuple[str, ...]) -> str:
    path = f" (delegation {', '.join(windows)})" if windows else ""
    return f"{person} for {principal}{path}"


def _beside(task: Task) -> View:
    # What is rare is named only where it is so.
    added = {"adHoc": True} if task.ad_hoc else {}
    added |= {"withdrawn": True} if task.withdrawn else {}
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


def since_view(told: Mapping[str, Any]) -> View:
    """
    A decision on an earlier revision that does not stand, and what changed since.
    """
    return {
        "decidedBy": told["person"],
        "outcome": told["outcome"],
        "workflowId": told["workflow"],
        "taskId": told["task"],
        "timestamp": told["at"],
        "because": told["because"],
        "changes": list(told["changes"]),
    }


def change_text(change: Mapping[str, Any]) -> str:
    """
    One recorded change: `margin_pct:22.9->21.4:worse`, with its line where it has one.
    """
    place = f"line {change['line']} " if change["line"] else ""
    values = (_text(change["before"]), _text(change["after"]))
    return f"{place}{change['name']}:{'->'.join(values)}:{change['course']}"


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


def _text(value: object) -> str:
    if isinstance(value, list):
        return "+".join(_text(part) for part in value) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)


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
