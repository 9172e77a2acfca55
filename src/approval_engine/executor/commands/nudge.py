"""
Nudge: the submitter asks those who have not answered, once in a while and no oftener.
"""

from datetime import datetime, timedelta

from approval_engine.domain.events import Event, Fact, instant
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import Forbidden, InvalidState
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.commands.beats import (
    lock,
    must_be_active,
    open_desk,
    store,
)
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.store import events

EVERY = timedelta(hours=4)
"""How long a task is left alone after it was nudged."""


@command("nudge")
def nudge(runtime: Runtime, workflow_id: str, caller: Caller) -> Answer:
    """
    Send a reminder for each open task that was not nudged of late.

    A task that waits for information is left out. Raises InvalidState if there is
    nobody to nudge now.
    """
    now = runtime.clock()
    key = key_of(caller, "nudge", {"workflow": workflow_id})
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = lock(transaction, workflow_id, key)
        if answer := again(found.answer):
            return answer
        workflow = found.workflow
        _must_be_theirs(workflow, caller)
        deed = f"nudge {workflow.subject}"
        must_be_active(runtime, transaction, found.current, caller.actor, deed)
        if workflow.status != WorkflowStatus.PENDING:
            sentence = f"Expected to {deed}, but it is {workflow.status}."
            raise InvalidState(sentence)
        last = _nudged(events.of(transaction, workflow_id))
        waiting = [task for task in workflow.open_tasks if not task.info_from]
        ready = [t for t in waiting if t.id not in last or now >= last[t.id] + EVERY]
        if not ready:
            raise InvalidState(_too_soon(deed, [last[task.id] for task in waiting]))
        desk = open_desk(runtime, transaction, found, now)
        author = (caller.actor, caller.channel)
        recorder = Recorder(workflow, desk.pinned, now, author)
        for task in ready:
            recorder.note(Fact.NUDGED, {}, task.id)
        after = store(transaction, recorder)
        return keep(transaction, key, Answer.of(after, action="nudge"), now)


def _must_be_theirs(workflow: Workflow, caller: Caller) -> None:
    if caller.actor not in {workflow.submitted_by, workflow.owner}:
        sentence = (
            f"Expected to nudge {workflow.subject}, but it was submitted by"
            f" '{workflow.submitted_by}', not by '{caller.actor}'."
        )
        raise Forbidden(sentence)


def _nudged(log: tuple[Event, ...]) -> dict[str, datetime]:
    return {
        event.task_id: instant(event.timestamp)
        for event in log
        if event.action == Fact.NUDGED and event.task_id
    }


def _too_soon(deed: str, nudged: list[datetime]) -> str:
    if not nudged:
        return f"Expected to {deed}, but every task waits for information."
    again_at = min(nudged) + EVERY
    return (
        f"Expected to {deed}, but that was done at {min(nudged):%Y-%m-%d %H:%M} UTC;"
        f" it can be done again from {again_at:%Y-%m-%d %H:%M} UTC."
    )
