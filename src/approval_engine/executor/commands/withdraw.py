"""
Withdraw: an admin takes out a seat that nobody is left to take; the others decide.
"""

import secrets
from dataclasses import dataclass

from approval_engine.domain.actions import Surroundings, Withdrawal
from approval_engine.domain.actions import withdraw as judged
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import NotFound
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.beside import resume_clocks
from approval_engine.executor.commands.beats import (
    Desk,
    lock,
    open_desk,
    store,
)
from approval_engine.executor.commands.ways import openings
from approval_engine.executor.comments import comment_of, salted
from approval_engine.executor.follow_up import advance
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.store.events import EventText

ACTION = "withdraw-seat"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """
    The task whose seat is to count no more, and why.
    """

    workflow: str
    task: str
    comment: str


@command("withdraw_seat")
def withdraw(runtime: Runtime, seat: Seat, caller: Caller) -> Answer:
    """
    Take the seat out of its step; whoever did so already gets `duplicate`.

    Raises a Refused, also where that alone would approve the step.
    """
    now = runtime.clock()
    comment = comment_of(seat.comment)
    body = {name: getattr(seat, name) for name in Seat.__slots__}
    key = key_of(caller, ACTION, body)
    with (
        held_on_failure(runtime, seat.workflow),
        runtime.database.begin() as transaction,
    ):
        found = lock(transaction, seat.workflow, key)
        if answer := again(found.answer):
            return answer
        task = _task(found.workflow, seat)
        if task.withdrawn and task.closed_by == caller.actor:
            answer = _answer(found.workflow, seat, "duplicate")
            return keep(transaction, key, answer, now)
        desk = open_desk(runtime, transaction, found, now)
        salt = secrets.token_hex(16)
        written = salted(salt, comment) if comment else None
        recorder = _record(desk, found.workflow, task, (caller, written))
        text = EventText(event_id=recorder.events[0].id, salt=salt, body=comment or "")
        after = store(transaction, recorder, [text])
        return keep(transaction, key, _answer(after, seat, "applied"), now)


def _task(workflow: Workflow, seat: Seat) -> Task:
    task = workflow.task(seat.task)
    if task is None:
        raise NotFound(f"There is no task '{seat.task}' in {workflow.subject}.")
    return task


def _record(
    desk: Desk, workflow: Workflow, task: Task, by: tuple[Caller, str | None]
) -> Recorder:
    caller, written = by
    people = desk.people(workflow)
    request = Withdrawal(
        rule=desk.pinned.step(task.step).completion,
        actor=caller.actor,
        channel=caller.channel,
        comment_sha256=written,
    )
    around = Surroundings(directory=people.directory, excluded=people.case.barred)
    fact = judged(workflow, task, request, around)
    recorder = Recorder(workflow, desk.pinned, desk.now, (fact.actor, fact.channel))
    recorder.record(fact)
    if recorder.workflow.state != workflow.state:
        advance(recorder, openings(desk, recorder, people))
    resume_clocks(recorder, desk.calendar)
    return recorder


def _answer(workflow: Workflow, seat: Seat, result: str) -> Answer:
    return Answer.of(workflow, result=result, task=seat.task, action=ACTION)
