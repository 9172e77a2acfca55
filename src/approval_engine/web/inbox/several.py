"""
Several decisions at once, where their steps allow it: shown in full, then each its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from approval_engine.domain.actions import DECISIONS, Action
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidInput, NotFound, Refused
from approval_engine.executor.commands import act as commands
from approval_engine.executor.commands.act import Wish
from approval_engine.history.reading import Entry
from approval_engine.web import context, dossier, grounds
from approval_engine.web.dossier import Dossier
from approval_engine.web.errors import status_of
from approval_engine.web.inbox import seen
from approval_engine.web.inbox.offers import not_in_bulk

MOST = 20
"""So many can be decided at once: more is more than a person reads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """
    One of the tasks, with all that its decision needs to be read for.

    `refusal` says why it cannot be decided so; `revision` is what the form carries.
    """

    found: Dossier
    task: Task
    refusal: str | None
    revision: str

    @property
    def breaching(self) -> Mapping[str, str]:
        """
        The lines of the quote that broke a rule of the step.
        """
        return grounds.breaching((self.found.step(self.task),))

    @property
    def said(self) -> tuple[Entry, ...]:
        """
        What people wrote in the review so far.
        """
        return tuple(each for each in self.found.entries if each.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """
    What became of one of the decisions.
    """

    task: str
    name: str
    done: bool
    sentence: str


def several() -> AnyResponse:
    """
    What would be decided, task by task, with one comment for all of them.
    """
    wanted = request.args.getlist("task")
    if not wanted:
        return redirect(url_for("inbox.inbox"), 303)
    return _page(wanted)


def decide() -> AnyResponse:
    """
    Decide each task by a command of its own, and tell of each what became of it.

    `shown` are the tasks of the page, `task` those that were ticked as read.
    """
    wanted = request.form.getlist("task")
    shown = request.form.getlist("shown") or wanted
    try:
        action = _action(request.form.get("action", ""))
        _must_be_ticked(wanted, shown, action)
        _must_be_few(wanted)
    except Refused as refusal:
        return _page(shown, refusal)
    if action is not Action.APPROVE and not request.form.get("comment", "").strip():
        sentence = f"Expected a comment that says why you {action} these."
        return _page(shown, InvalidInput(sentence))
    results = [_decided(task_id, action) for task_id in dict.fromkeys(wanted)]
    page = render_template("inbox/results.html", results=results, action=str(action))
    return make_response(page)


def _page(wanted: list[str], refusal: Refused | None = None) -> Response:
    try:
        _must_be_few(wanted)
    except InvalidInput as many:
        wanted, refusal = wanted[:MOST], many
    items = tuple(_item(task_id) for task_id in dict.fromkeys(wanted))
    page = render_template(
        "inbox/several.html",
        items=items,
        ready=[each for each in items if each.refusal is None],
        refusal=str(refusal) if refusal else "",
        typed=request.form if refusal else {},
        ticked=request.form.getlist("task"),
    )
    return make_response(page, status_of(refusal)[0] if refusal else 200)


def _item(task_id: str) -> Item:
    user = context.asker().user
    found, task = dossier.of_task(task_id, user)
    return Item(
        found=found,
        task=task,
        refusal=not_in_bulk(found, task, user),
        revision=seen.revision(found, user),
    )


def _action(word: str) -> Action:
    if word not in {str(each) for each in DECISIONS}:
        sentence = f"Expected one of {', '.join(DECISIONS)}, but got '{word[:40]}'."
        raise InvalidInput(sentence)
    return Action(word)


def _must_be_ticked(wanted: list[str], shown: list[str], action: Action) -> None:
    if shown and not wanted:
        sentence = f"Expected a tick at each task that you {action}, but none has one."
        raise InvalidInput(sentence)


def _must_be_few(wanted: list[str]) -> None:
    if not 0 < len(wanted) <= MOST:
        sentence = f"Expected 1 to {MOST} tasks to decide, but got {len(wanted)}."
        raise InvalidInput(sentence)


def _decided(task_id: str, action: Action) -> Result:
    asker, key = context.asker(), request.form.get("key")
    name = task_id
    try:
        found, task = dossier.of_task(task_id, asker.user)
        name = f"{found.quote.account}, quote {found.quote.id}"
        if task.is_open:
            shown = request.form.get(f"revision-{task_id}", "")
            seen.must_be_current(found, asker.user, shown)
        wish = Wish(
            workflow=task.workflow_id,
            task=task.id,
            action=action,
            comment=request.form.get("comment"),
            bulk=True,
        )
        own = asker.caller(f"{key}:{task_id}" if key else None)
        answer = commands.act(context.runtime(), wish, own)
    except NotFound:
        sentence = f"There is no task '{task_id}'."
        return Result(task="", name=name, done=False, sentence=sentence)
    except Refused as refusal:
        return Result(task=task_id, name=name, done=False, sentence=str(refusal))
    said = "was done before" if answer.result == "duplicate" else "done"
    return Result(task=task_id, name=name, done=True, sentence=said)
