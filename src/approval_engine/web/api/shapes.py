"""
The shapes that programs read, as the documentation describes them.

`history.views` makes them; that both agree is for the tests to see. New keys may be
added to any of them, so whoever reads them ignores what he does not know.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from approval_engine.domain.lifecycle import TaskStatus, WorkflowStatus


def _open(schema: dict[str, Any]) -> None:
    # Here unknown keys are an error of ours; to readers they are news.
    schema.pop("additionalProperties", None)


class Shape(BaseModel):
    """
    Something that programs read.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", json_schema_extra=_open
    )


class FiredTrigger(Shape):
    """
    A rule that fired, its word for why, and the exception that waives it, if one does.
    """

    id: str
    reason: str
    waived_by: str | None = None


class FactSeen(Shape):
    """
    A fact of the quote beside the test of the policy that it met.
    """

    name: str
    value: str
    test: str
    lines: list[str]


class StepReason(Shape):
    """
    Why a step is asked.
    """

    trigger: str
    reason: str
    facts: list[FactSeen]


class Forecast(Shape):
    """
    When a review is approved if nobody says no, as often as `probabilityPct` says.

    It rests on so many past `answers`; if these are too few, `lacks` says so.
    """

    probability_pct: int
    answers: int
    earliest_at: datetime | None = None
    latest_at: datetime | None = None
    median_at: datetime | None = None
    steps: list[dict[str, Any]] = []
    lacks: str | None = None


class WorkflowInstance(Shape):
    """
    One run of review of one quote revision.

    `fingerprint` is what a clearance is asked by; `currentTasks` are the steps that
    wait.
    """

    id: str
    quote_id: str
    quote_revision: int
    policy_version: str
    process_version: str
    status: WorkflowStatus
    current_tasks: list[str]
    triggers: list[FiredTrigger]
    submitted_by: str
    supersedes: str | None
    fingerprint: str | None
    created_at: datetime
    updated_at: datetime
    overridden: bool | None = None
    superseded_by: str | None = None
    held_by: str | None = Field(
        None, description="The incident that holds it, while there is one."
    )
    forecast: Forecast | None = None


class EarlierDecision(Shape):
    """
    A decision on an earlier revision that does not stand, and what changed since.
    """

    decided_by: str
    outcome: str
    workflow_id: str
    task_id: str
    timestamp: datetime
    because: str
    changes: list[dict[str, Any]]


class ApprovalTask(Shape):
    """
    Work for one person, or for a pool, in a step.
    """

    id: str
    workflow_id: str
    step: str
    role: str
    assignee: str | None
    candidates: list[str]
    due_at: datetime
    status: TaskStatus
    reasons: list[StepReason]
    escalation_level: int
    ad_hoc: bool | None = None
    withdrawn: bool | None = None
    info_from: str | None = None
    since: EarlierDecision | None = None


class WorkflowEvent(Shape):
    """
    A recorded fact, chained to the one before it by its hash.
    """

    id: str
    seq: int
    workflow_id: str
    task_id: str | None
    action: str
    actor: str
    on_behalf_of: str | None
    channel: str
    timestamp: datetime
    data: dict[str, Any]
    hash: str
    comment: str | None


class RoutingStep(Shape):
    """
    A step of the plan: who is asked, when, and when it has heard enough.
    """

    step: str
    role: str
    required: bool
    sla_hours: str
    chain: str
    stage: int
    completion: str
    candidates: list[str]
    assignee: str | None
    reasons: list[StepReason]


class AvoidingChange(Shape):
    """
    A change of the quote that, with those beside it, avoids a step.
    """

    name: str
    from_: Any = Field(alias="from")
    to: Any
    lines: list[str]


class PreviewStep(RoutingStep):
    """
    A step that a submit would ask, and the smallest changes that avoid it.
    """

    avoided_by: list[list[AvoidingChange]]


class Preview(Shape):
    """
    What a submit would make of a quote now.
    """

    quote_id: str
    quote_revision: int
    policy_version: str
    triggers: list[FiredTrigger]
    inputs: dict[str, Any]
    steps: list[PreviewStep]
    forecast: Forecast | None = None


class ActionResult(Shape):
    """
    What became of an action: `applied`, or `duplicate` if the same was done before.
    """

    result: str
    task: ApprovalTask
    workflow: WorkflowInstance


class WorkflowPage(Shape):
    """
    Workflows, newest first.
    """

    items: list[WorkflowInstance]
    next_cursor: str | None


class TaskPage(Shape):
    """
    Tasks, those due first before the others.
    """

    items: list[ApprovalTask]
    next_cursor: str | None


class EventList(Shape):
    """
    All events of a workflow, in order.
    """

    items: list[WorkflowEvent]


class StepList(Shape):
    """
    All steps of a plan, in policy order.
    """

    items: list[RoutingStep]


class DocumentProblem(Shape):
    """
    One thing that is wrong in a document.
    """

    code: str
    element: str
    line: int
    sentence: str


class Decision(Shape):
    """
    Who decided a task, how, and when.
    """

    by: str
    outcome: TaskStatus
    at: datetime
