"""
Act: one person's wish on one task → the fact it leaves and all that follows from it.
"""

import logging
import secrets
from dataclasses import dataclass

from approval_engine.domain.actions import Action, Request, decide, is_repeat
from approval_engine.domain.events import Fact
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, NotFound
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.commands.beats import (
    Desk,
    lock,
    open_desk,
    openings,
    store,
)
from approval_engine.executor.commands.grace import grant
from approval_engine.executor.comments import comment_of, salted
from approval_engine.executor.envelope import check_envelope, within_of
from approval_engine.executor.follow_up import advance, close_beside
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.store.events import EventText

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """
    What somebody wants done to a task.

    `to` is the stand-in of a delegation, `within` the bounds of an approval.
    """

    workflow: str
    task: str
    action: Action
    comment: str | None = None
    to: str | None = None
    within: str | None = None


def act(runtime: Runtime, wish: Wish, caller: Caller) -> Answer:
    """
    Carry out the wish, or raise the Refused that says why not.

    The same person asking for the same again gets `duplicate` and changes nothing.
    """
    now = runtime.clock()
    comment = comment_of(wish.comment)
    within = within_of(wish.within)
    key = key_of(caller, "act", _body(wish))
    with (
        held_on_failure(runtime, wish.workflow),
        runtime.database.begin() as transaction,
    ):
        found = lock(transaction, wish.workflow, key)
        if answer := again(found.answer):
            return answer
        workflow = found.workflow
        task = _task(workflow, wish)
        salt = secrets.token_hex(16)
        request = Request(
            action=wish.action,
            actor=caller.actor,
            channel=caller.channel,
            comment_sha256=salted(salt, comment) if comment else None,
            to=wish.to,
            within=within,
        )
        if is_repeat(task, request):
            return keep(transaction, key, _answer(workflow, wish, "duplicate"), now)
        desk = open_desk(runtime, transaction, found, now)
        recorder = _record(desk, workflow, task, request)
        after = store(transaction, recorder, _texts(recorder, salt, comment))
        return keep(transaction, key, _answer(after, wish, "applied"), now)


def _body(wish: Wish) -> dict[str, object]:
    body = {name: getattr(wish, name) for name in Wish.__slots__}
    # A wish without bounds is the same request as before there were any.
    return {name: body[name] for name in body if name != "within" or body[name]}


def _task(workflow: Workflow, wish: Wish) -> Task:
    task = workflow.task(wish.task)
    if task is None:
        sentence = f"There is no task '{wish.task}' in {workflow.subject}."
        raise NotFound(sentence)
    return task


def _record(desk: Desk, workflow: Workflow, task: Task, request: Request) -> Recorder:
    people = desk.people(workflow)
    named = [person for person in (request.actor, request.to) if person]
    veto = desk.pinned.step(task.step).completion.veto
    try:
        fact = decide(workflow, task, request, people.around(task, named, veto))
    except Forbidden as refusal:
        if request.to:
            _LOG.info("action=refuse_stand_in workflow=%s %s", workflow.id, refusal)
        raise
    if request.within:
        check_envelope(people, task, request.actor, request.within)
    author = (request.actor, request.channel)
    recorder = Recorder(workflow, desk.pinned, desk.now, author)
    recorder.record(fact)
    if recorder.workflow.state != workflow.state:
        advance(recorder, openings(desk, recorder, people))
    else:
        close_beside(recorder)
    if fact.action == Fact.TASK_DELEGATED:
        grant(desk, recorder, people, task.id)
    return recorder


def _texts(recorder: Recorder, salt: str, comment: str | None) -> list[EventText]:
    if comment is None:
        return []
    return [EventText(event_id=recorder.events[0].id, salt=salt, body=comment)]


def _answer(workflow: Workflow, wish: Wish, result: str) -> Answer:
    return Answer.of(workflow, result=result, task=wish.task, action=str(wish.action))
