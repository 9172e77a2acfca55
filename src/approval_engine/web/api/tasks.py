"""
`/api/v1/tasks`: find tasks and act on them.
"""

from flask import Blueprint, Response, abort

from approval_engine.accounts.tokens import Scope
from approval_engine.domain.actions import Action
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidInput
from approval_engine.executor.answer import Answer, Caller
from approval_engine.executor.commands import act as commands
from approval_engine.executor.commands.act import Wish
from approval_engine.history import reading, views
from approval_engine.planner.plan import RoutingPlan
from approval_engine.store import lists
from approval_engine.store.lists import TaskFilter
from approval_engine.web import context, dossier
from approval_engine.web.api.reply import Reply, as_json, once, text_of
from approval_engine.web.api.request import (
    body,
    cursor_of,
    limit,
    moment,
    one_of,
    place,
    query,
    text,
    texts,
    whole,
)

blueprint = Blueprint("api_tasks", __name__, url_prefix="/api/v1")


@blueprint.get("/tasks")
def listed() -> Response:
    """
    A page of tasks, those due first before the others.
    """
    user = context.require(Scope.READ).user
    asked = query("assignee", "role", "status", "dueBefore", "cursor", "limit")
    size = limit(asked)
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        everything = dossier.oversees(user, context.directory(transaction))
        wanted = TaskFilter(
            viewer=None if everything else user.id,
            assignee=asked.get("assignee"),
            role=asked.get("role"),
            status=one_of(asked, "status", TaskStatus),
            due_before=moment(asked, "dueBefore"),
            after=place(asked),
        )
        found = lists.tasks(transaction, wanted, size + 1)
        items = [
            _view(each.task, runtime.plan(transaction, each.plan_sha256))
            for each in found[:size]
        ]
    more = cursor_of(*found[size - 1].place) if len(found) > size else None
    return as_json({"items": items, "nextCursor": more})


@blueprint.get("/tasks/<task_id>")
def one(task_id: str) -> Response:
    """
    `ApprovalTask`, and what changed since somebody last decided its step.
    """
    asker = context.require(Scope.READ)
    found, task = dossier.of_task(task_id, asker.user)
    view = _view(task, found.case.plan)
    if told := found.since(task, asker.user):
        view["since"] = views.since_view(told)
    return as_json(view)


@blueprint.post("/tasks/<task_id>/actions")
def act(task_id: str) -> Response:
    """
    Decide, take, give back or hand over a task, comment on it, or bring others in.
    """
    asker = context.require(Scope.ACT)
    more = ("comment", "to", "within", "revision", "replyTo", "after", "fields")
    asked = body("action", optional=more)
    action = _action(text(asked, "action"))
    revision = whole(asked, "revision")

    def command(caller: Caller) -> Reply:
        found, task = dossier.of_task(task_id, asker.user)
        _must_be_current(revision, found.workflow.quote_revision)
        wish = Wish(
            workflow=task.workflow_id,
            task=task.id,
            action=action,
            comment=text(asked, "comment"),
            to=text(asked, "to") or None,
            within=text(asked, "within") or None,
            reply_to=whole(asked, "replyTo"),
            after=asked.get("after") is True,
            fields=texts(asked, "fields"),
        )
        return _acted(commands.act(context.runtime(), wish, caller), task_id)

    return once(asked, command)


def _acted(answer: Answer, task_id: str) -> Reply:
    # Whoever gave a task away may have no part in it any more, but he did that.
    case = reading.find(context.runtime().database, answer.workflow)
    task = next(each for each in case.workflow.tasks if each.id == task_id)
    told = {
        "result": answer.result,
        "task": _view(task, case.plan),
        "workflow": case.view(),
    }
    return Reply(status=200, text=text_of(told), replayed=answer.replayed)


def _view(task: Task, plan: RoutingPlan) -> views.View:
    step = next(step for step in plan.steps if step.id == task.step)
    return views.task_view(task, step)


def _action(word: str) -> Action:
    if word not in set(Action):
        sentence = f"Expected 'action' to be one of {', '.join(Action)}."
        raise InvalidInput(sentence)
    return Action(word)


def _must_be_current(seen: int | None, current: int) -> None:
    if seen is not None and seen != current:
        abort(412, f"You saw revision {seen}; this task is about revision {current}.")
