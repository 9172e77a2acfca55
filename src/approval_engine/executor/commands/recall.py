"""
Recall: the submitter withdraws his quote, and nobody is asked any more.
"""

import secrets

from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import (
    TaskMove,
    WorkflowMove,
    WorkflowStatus,
    move_workflow,
)
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import Forbidden, InvalidInput
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.commands.beats import (
    Desk,
    lock,
    must_be_active,
    open_desk,
    store,
)
from approval_engine.executor.comments import comment_of, salted
from approval_engine.executor.follow_up import close_all
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.store.events import EventText


@command("recall")
def recall(runtime: Runtime, workflow_id: str, comment: str, caller: Caller) -> Answer:
    """
    Withdraw a pending workflow. Recalling what is recalled already is a duplicate.
    """
    now = runtime.clock()
    written = comment_of(comment)
    if written is None:
        sentence = (
            f"Expected to recall workflow '{workflow_id}', but a comment is missing."
        )
        raise InvalidInput(sentence)
    body = {"workflow": workflow_id, "comment": comment}
    key = key_of(caller, "recall", body)
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = lock(transaction, workflow_id, key)
        if answer := again(found.answer):
            return answer
        workflow = found.workflow
        _must_be_theirs(workflow, caller)
        deed = f"recall {workflow.subject}"
        must_be_active(runtime, transaction, found.current, caller.actor, deed)
        if workflow.status == WorkflowStatus.RECALLED:
            return keep(transaction, key, Answer.of(workflow, result="duplicate"), now)
        desk = open_desk(runtime, transaction, found, now)
        salt = secrets.token_hex(16)
        recorder = _record(desk, workflow, caller, salted(salt, written))
        text = EventText(event_id=recorder.events[-1].id, salt=salt, body=written)
        after = store(transaction, recorder, [text])
        return keep(transaction, key, Answer.of(after), now)


def _must_be_theirs(workflow: Workflow, caller: Caller) -> None:
    if caller.actor not in {workflow.submitted_by, workflow.owner}:
        sentence = (
            f"Expected to recall {workflow.subject}, but it was submitted by"
            f" '{workflow.submitted_by}', not by '{caller.actor}'."
        )
        raise Forbidden(sentence)


def _record(
    desk: Desk, workflow: Workflow, caller: Caller, comment_sha256: str
) -> Recorder:
    move_workflow(workflow.status, WorkflowMove.RECALL, workflow.subject)
    author = (caller.actor, caller.channel)
    recorder = Recorder(workflow, desk.pinned, desk.now, author)
    close_all(recorder, TaskMove.CANCEL)
    recorder.record(
        NewEvent(
            action=Fact.RECALLED,
            actor=caller.actor,
            channel=caller.channel,
            data={"comment": comment_sha256},
        )
    )
    return recorder
