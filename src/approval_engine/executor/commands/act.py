"""
Act: one person's wish on one task → the fact it leaves and all that follows from it.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.actions import (
    DECISIONS,
    Action,
    Request,
    decide,
    is_repeat,
)
from approval_engine.domain.actions.request import refusal
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Forbidden, InvalidState, NotFound, Quarantined
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.beside import follow, resume_clocks
from approval_engine.executor.commands.beats import (
    Desk,
    lock,
    open_desk,
    store,
)
from approval_engine.executor.commands.grace import grant
from approval_engine.executor.commands.ways import openings
from approval_engine.executor.comments import comment_of, salted
from approval_engine.executor.eligibility import Eligibility, eligibility
from approval_engine.executor.envelope import check_envelope, within_of
from approval_engine.executor.follow_up import advance, close_beside
from approval_engine.executor.forms import form_of
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.judging import is_outdated
from approval_engine.executor.presence import must_be_fresh, record_origin, weighs
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.stand_ins import pass_on_added
from approval_engine.executor.traced import command
from approval_engine.store import attachments, catalog, events, workflows
from approval_engine.store.attachments import File
from approval_engine.store.database import Transaction
from approval_engine.store.events import EventText
from approval_engine.store.workflows import Locked

_LOG = logging.getLogger(__name__)

_LATER = ("within", "reply_to", "after", "bulk", "file", "fields")
"""What a wish may say besides, and earlier ones could not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """
    What somebody wants done to a task; `to` is whom he names.

    `reply_to` is the event whose comment this one answers, `after` asks an added
    approver once the rule is met, `bulk` says that it is one of several decisions.
    `file` goes along with what he writes; `within` are the bounds of an approval;
    `fields` is what he typed into the form that a process has at the task, by field.
    """

    workflow: str
    task: str
    action: Action
    comment: str | None = None
    to: str | None = None
    within: str | None = None
    reply_to: int | None = None
    after: bool = False
    bulk: bool = False
    file: File | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """
        What the same request must say again under its key.
        """
        values = {name: getattr(self, name) for name in Wish.__slots__}
        values["file"] = _recorded(self.file) if self.file else None
        values["fields"] = dict(self.fields)
        more = {name: value for name in _LATER if (value := values.pop(name))}
        return values | more


@command("act")
def act(runtime: Runtime, wish: Wish, caller: Caller) -> Answer:
    """
    Carry out the wish, or raise the Refused that says why not.

    The same person asking for the same again gets `duplicate` and changes nothing.
    """
    now = runtime.clock()
    comment = comment_of(wish.comment)
    within_of(wish.within)
    key = key_of(caller, "act", wish.body())
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
        written = salted(salt, comment) if comment else None
        request = _request(transaction, wish, caller, written)
        if is_repeat(task, request):
            _must_say_the_same(transaction, task, request)
            return keep(transaction, key, _answer(workflow, wish, "duplicate"), now)
        desk = open_desk(runtime, transaction, found, now)
        _must_be_newest(desk, found, task, request)
        if wish.action in DECISIONS and weighs(runtime.step_up):
            must_be_fresh(runtime.step_up, desk.people(workflow), caller, now)
        form = form_of(desk.pinned, task, wish.action, wish.fields)
        request = replace(request, fields=form)
        recorder = _record(desk, workflow, (task, wish.file), request)
        attachments.put(transaction, (wish.file,) if wish.file else ())
        after = store(transaction, recorder, _texts(recorder, salt, comment))
        record_origin(transaction, recorder.events[0], caller)
        return keep(transaction, key, _answer(after, wish, "applied"), now)


def judge(runtime: Runtime, wish: Wish, caller: Caller) -> NewEvent:
    """
    The fact that the wish would leave now; nothing is stored. Raises a Refused.
    """
    now = runtime.clock()
    comment = comment_of(wish.comment)
    with runtime.database.read() as transaction:
        found = workflows.read(transaction, wish.workflow)
        if found is None:
            sentence = f"There is no workflow '{wish.workflow}'."
            raise NotFound(sentence)
        workflow, incident = found
        if incident:
            sentence = f"The {workflow.subject} is held by incident '{incident}'."
            raise Quarantined(sentence)
        task = _task(workflow, wish)
        written = salted("", comment) if comment else None
        request = _request(transaction, wish, caller, written)
        current = catalog.current(transaction)
        people = eligibility(runtime, transaction, workflow, current, now)
        return decide(workflow, task, request, people.around(task, _named(request)))


def _must_say_the_same(transaction: Transaction, task: Task, request: Request) -> None:
    """
    A second yes with other bounds would change the first one, so it is refused.
    """
    if request.action != Action.APPROVE:
        return
    event = events.one(transaction, f"{task.workflow_id}:{task.closed_seq}")
    data: Any = load(event.data.encode()) if event else {}
    given = data.get("within")
    if given != request.within:
        words = f"within {given}" if given else "without bounds"
        sentence = f"it is approved {words} already, by '{request.actor}'"
        raise InvalidState(refusal(task, request, sentence))


def _must_be_newest(desk: Desk, found: Locked, task: Task, request: Request) -> None:
    """
    A yes to what the quote no longer says is refused; a no is a no to either.
    """
    workflow, newest = found.workflow, found.newest_quote
    his = task.closed_by in {None, request.actor}
    if not (request.action == Action.APPROVE and newest and his):
        return
    if is_outdated(desk.runtime, desk.transaction, workflow, newest):
        quote = desk.runtime.quote(desk.transaction, newest)
        sentence = (
            f"Expected to approve {task.subject}, but quote '{quote.id}' says something"
            f" else in revision {quote.revision}; that one must be submitted first."
        )
        raise InvalidState(sentence)


def _named(request: Request) -> tuple[str, ...]:
    return tuple(person for person in (request.actor, request.to) if person)


def _request(
    transaction: Transaction, wish: Wish, caller: Caller, comment_sha256: str | None
) -> Request:
    to = wish.to
    if wish.reply_to is not None:
        to = _author(transaction, wish)
    return Request(
        action=wish.action,
        actor=caller.actor,
        channel=caller.channel,
        comment_sha256=comment_sha256,
        to=to,
        within=within_of(wish.within),
        reply_to=wish.reply_to,
        after=wish.after,
        bulk=wish.bulk,
    )


def _author(transaction: Transaction, wish: Wish) -> str:
    found = events.author_of_text(transaction, wish.workflow, wish.reply_to or 0)
    if found is None:
        sentence = (
            f"There is no comment in event {wish.reply_to} of"
            f" workflow '{wish.workflow}'."
        )
        raise NotFound(sentence)
    return found


def _task(workflow: Workflow, wish: Wish) -> Task:
    task = workflow.task(wish.task)
    if task is None:
        sentence = f"There is no task '{wish.task}' in {workflow.subject}."
        raise NotFound(sentence)
    return task


def _recorded(file: File) -> dict[str, object]:
    """
    What an event says of an attached file.
    """
    return {
        "name": file.name,
        "mediaType": file.media_type,
        "sha256": file.sha256,
        "size": len(file.body),
    }


def _record(
    desk: Desk,
    workflow: Workflow,
    about: tuple[Task, File | None],
    request: Request,
) -> Recorder:
    task, file = about
    people = desk.people(workflow)
    fact = _decided(workflow, task, request, people)
    if file is not None:
        fact = replace(fact, data={**fact.data, "attachment": _recorded(file)})
    author = (request.actor, request.channel)
    recorder = Recorder(workflow, desk.pinned, desk.now, author)
    recorder.record(fact)
    ways = openings(desk, recorder, people)
    if recorder.workflow.state != workflow.state:
        advance(recorder, ways)
    else:
        close_beside(recorder)
        follow(recorder, fact, ways)
    if fact.action == Fact.TASK_DELEGATED:
        grant(desk, recorder, people, task.id)
    pass_on_added(people, recorder)
    resume_clocks(recorder, desk.calendar)
    return recorder


def _decided(
    workflow: Workflow, task: Task, request: Request, people: Eligibility
) -> NewEvent:
    try:
        fact = decide(workflow, task, request, people.around(task, _named(request)))
    except Forbidden as refusal:
        if request.to:
            _LOG.info("action=refuse_stand_in workflow=%s %s", workflow.id, refusal)
        raise
    if request.within:
        check_envelope(people, task, request.actor, request.within)
    return fact


def _texts(recorder: Recorder, salt: str, comment: str | None) -> list[EventText]:
    if comment is None:
        return []
    return [EventText(event_id=recorder.events[0].id, salt=salt, body=comment)]


def _answer(workflow: Workflow, wish: Wish, result: str) -> Answer:
    return Answer.of(workflow, result=result, task=wish.task, action=str(wish.action))
