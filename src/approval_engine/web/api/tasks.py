"""
`/api/v1/tasks`: find tasks and act on them.
"""

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.events import stamp
from approval_engine.domain.lifecycle import ANSWERED, WorkflowStatus
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidState, Quarantined, StaleRevision
from approval_engine.executor.answer import Answer, Caller
from approval_engine.executor.commands import act as commands
from approval_engine.executor.commands.act import Wish
from approval_engine.history import reading, views
from approval_engine.planner.plan import RoutingPlan
from approval_engine.store import lists
from approval_engine.store.lists import TaskFilter
from approval_engine.web import context, dossier
from approval_engine.web.api.bodies import TaskAction, TaskQuery
from approval_engine.web.api.operation import Group, Says
from approval_engine.web.api.refusals import (
    ALREADY,
    DECIDED,
    ENDED,
    QUARANTINED,
    STALE,
    STATE,
    Problem,
)
from approval_engine.web.api.reply import Reply, told
from approval_engine.web.api.request import JsonBody, cursor_of, place
from approval_engine.web.api.shapes import ActionResult, ApprovalTask, TaskPage

GROUP = Group("tasks", "Tasks", "Work for a person, or for a pool, in a step.")


@GROUP.get(
    "/tasks",
    Says(
        name="listTasks",
        scopes=(Scope.READ,),
        query=TaskQuery,
        answer=TaskPage,
        statuses={200: "A page, perhaps empty."},
    ),
)
def listed(asked: TaskQuery) -> views.View:
    """
    Find tasks, those due first before the others.

    Open and closed ones, unless a status is asked for. Of very many a page may hold few
    or none and still lead on.
    """
    user = context.asker().user
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        everything = dossier.oversees(user, context.directory(transaction))
        wanted = TaskFilter(
            viewer=None if everything else user.id,
            assignee=asked.assignee,
            role=asked.role,
            status=asked.status,
            due_before=stamp(asked.due_before) if asked.due_before else None,
            after=place(asked.cursor),
        )
        found, after = lists.tasks(transaction, wanted, asked.limit)
        plans = runtime.plans(transaction, (each.plan_sha256 for each in found))
        items = [
            _view(each.task, plan)
            for each in found
            if (plan := plans[each.plan_sha256])
        ]
    return {"items": items, "nextCursor": cursor_of(*after) if after else None}


@GROUP.get(
    "/tasks/<task_id>",
    Says(
        name="getTask",
        scopes=(Scope.READ,),
        answer=ApprovalTask,
        refuses=(QUARANTINED,),
    ),
)
def one(task_id: str) -> views.View:
    """
    Read a task, and what changed since somebody last decided its step.
    """
    user = context.asker().user
    found, task = dossier.of_task(task_id, user)
    view = _view(task, found.case.plan)
    if since := found.since(task, user):
        view["since"] = views.since_view(since)
    return view


@GROUP.post(
    "/tasks/<task_id>/actions",
    Says(
        name="actOnTask",
        scopes=(Scope.ACT,),
        body=JsonBody(model=TaskAction),
        answer=ActionResult,
        statuses={200: "It is done, now or by you before."},
        refuses=(STALE, DECIDED, ALREADY, ENDED, QUARANTINED, STATE),
    ),
)
def act(asked: TaskAction, caller: Caller, task_id: str) -> Reply:
    """
    Decide, take, give back or hand over a task, comment on it, or bring others in.

    Reject and return need a comment. The same decision by the same person under another
    key is a `duplicate` and changes nothing.
    """
    found, task = dossier.of_task(task_id, context.asker().user)
    _must_be_current(asked.revision, found.workflow.quote_revision)
    wish = Wish(
        workflow=task.workflow_id,
        task=task.id,
        action=asked.action,
        comment=asked.comment,
        to=asked.to or None,
        within=asked.within or None,
        reply_to=asked.reply_to,
        after=asked.after,
        fields=asked.fields or {},
    )
    try:
        answer = commands.act(context.runtime(), wish, caller)
    except (StaleRevision, Quarantined):
        raise
    except InvalidState as refusal:
        raise _because(refusal, task_id, caller.actor) from refusal
    return _acted(answer, task_id)


def _acted(answer: Answer, task_id: str) -> Reply:
    # Whoever gave a task away may have no part in it any more, but he did that.
    case = reading.find(context.runtime().database, answer.workflow)
    task = next(each for each in case.workflow.tasks if each.id == task_id)
    result = {
        "result": answer.result,
        "task": _view(task, case.plan),
        "workflow": case.view(),
    }
    return told(result, replayed=answer.replayed)


def _view(task: Task, plan: RoutingPlan) -> views.View:
    step = next(step for step in plan.steps if step.id == task.step)
    return views.task_view(task, step)


def _must_be_current(seen: int | None, current: int) -> None:
    if seen is not None and seen != current:
        sentence = f"You saw revision {seen}; this task is about revision {current}."
        raise StaleRevision(sentence)


def _because(refusal: InvalidState, task_id: str, actor: str) -> Problem:
    """
    The refusal, with what a program can do something about.
    """
    found, task = dossier.of_task(task_id, context.asker().user)
    status = found.workflow.status
    if task.status in ANSWERED and task.closed_at:
        decision = {
            "by": task.closed_by,
            "outcome": str(task.status),
            "at": stamp(task.closed_at),
        }
        kind = ALREADY if task.closed_by == actor else DECIDED
        return Problem(kind, str(refusal), decision=decision)
    if status is not WorkflowStatus.PENDING:
        return Problem(ENDED, str(refusal), workflowStatus=str(status))
    return Problem(STATE, str(refusal))
