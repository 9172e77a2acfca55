"""
How an exception stops to count: somebody ends it, or its last day comes near.

Both are facts in the log of the workflow that granted it.
"""

import secrets
from datetime import timedelta

from approval_engine.domain.events import Fact, NewEvent, stamp
from approval_engine.domain.lifecycle import (
    ExceptionMove,
    ExceptionStatus,
    move_exception,
)
from approval_engine.domain.people import Directory
from approval_engine.errors import Forbidden, InvalidInput, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.beats import (
    Desk,
    lock,
    must_be_active,
    open_desk,
    store,
)
from approval_engine.executor.commands.tick import CHANNEL
from approval_engine.executor.comments import comment_of, salted
from approval_engine.executor.incident import held_on_failure, naming
from approval_engine.executor.recorder import SYSTEM, Recorder
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.policy.model import Policy
from approval_engine.store import exceptions, workflows
from approval_engine.store.events import EventText
from approval_engine.store.exceptions import ExceptionRow

NOTICE_DAYS = 14
"""How long before its last day the owner of an exception is told."""


@command("end_exception")
def end(runtime: Runtime, exception_id: str, reason: str, caller: Caller) -> str:
    """
    End an active exception now; the result, applied or duplicate. Raises a Refused.

    Who asked for it, who granted it, and the role that policies fall back to may.
    """
    now = runtime.clock()
    written = comment_of(reason)
    if written is None:
        sentence = f"Expected a reason to end exception '{exception_id}'."
        raise InvalidInput(sentence)
    with held_on_failure(runtime), runtime.database.begin() as transaction:
        seen = _found(exceptions.read(transaction, exception_id), exception_id)
        with naming(seen.workflow_id):
            found = lock(transaction, seen.workflow_id, None)
        # Read again: somebody may have changed it until the lock was ours.
        locked = exceptions.lock_of_workflow(transaction, seen.workflow_id)
        row = _found(locked, exception_id)
        with naming(row.workflow_id):
            desk = open_desk(runtime, transaction, found, now)
        _must_be_theirs(desk, row, caller)
        if row.status == ExceptionStatus.ENDED:
            return "duplicate"
        status = move_exception(row.status, ExceptionMove.END, row.subject)
        author = (caller.actor, caller.channel)
        recorder = Recorder(found.workflow, desk.pinned, now, author)
        salt = secrets.token_hex(16)
        data = {"exception": row.id, "comment": salted(salt, written)}
        event = recorder.note(Fact.EXCEPTION_ENDED, data)
        store(
            transaction,
            recorder,
            [EventText(event_id=event.id, salt=salt, body=written)],
        )
        exceptions.change(transaction, row.id, status, row.granted_by)
    return "applied"


def may_end(row: ExceptionRow, policy: Policy, directory: Directory) -> frozenset[str]:
    """
    Who may end an exception, by the policy that it was granted under.
    """
    fallback = directory.roles.get(policy.default_step.fallback_role, ())
    return frozenset({row.requested_by, *row.granted_by, *fallback})


def expiring(runtime: Runtime) -> tuple[str, ...]:
    """
    The workflows of exceptions that may end within the notice, still to be told of.
    """
    with runtime.database.read() as transaction:
        # A day more than the notice, for the day of the policy may be ahead of UTC.
        ending_by = (runtime.clock() + timedelta(days=NOTICE_DAYS + 1)).date()
        untold = exceptions.untold(transaction, ending_by)
    return tuple(row.workflow_id for row in untold)


@command("tell_of_exception")
def tell(runtime: Runtime, workflow_id: str) -> bool:
    """
    Tell the owner of an exception that it ends soon, once; whether that was done now.
    """
    now = runtime.clock()
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = workflows.lock_if_free(transaction, workflow_id)
        row = exceptions.lock_of_workflow(transaction, workflow_id)
        if found is None or row is None or row.told_at or found.incident:
            return False
        desk = open_desk(runtime, transaction, found, now)
        ends_on, today = row.waives.ends_on, day_of(desk.policy, now)
        active = row.status == ExceptionStatus.ACTIVE
        if not active or ends_on is None or (ends_on - today).days > NOTICE_DAYS:
            return False
        exceptions.tell(transaction, row.id, stamp(now))
        if ends_on < today:
            # Nobody looked in time; what is over needs no notice any more.
            return False
        recorder = Recorder(found.workflow, desk.pinned, now, (SYSTEM, CHANNEL))
        recorder.record(
            NewEvent(
                action=Fact.EXCEPTION_EXPIRING,
                actor=SYSTEM,
                channel=CHANNEL,
                data={"exception": row.id, "endsOn": ends_on},
                natural_key=f"expiring:{row.id}",
            )
        )
        store(transaction, recorder)
    return True


def _found(row: ExceptionRow | None, exception_id: str) -> ExceptionRow:
    if row is None:
        sentence = f"There is no exception '{exception_id}'."
        raise NotFound(sentence)
    return row


def _must_be_theirs(desk: Desk, row: ExceptionRow, caller: Caller) -> None:
    deed = f"end {row.subject}"
    must_be_active(desk.runtime, desk.transaction, desk.current, caller.actor, deed)
    directory, _ = desk.current.people()
    people = desk.runtime.directory(desk.transaction, directory)
    if caller.actor not in may_end(row, desk.policy, people):
        sentence = (
            f"Expected to {deed}, but '{caller.actor}' neither asked for it nor"
            " granted it."
        )
        raise Forbidden(sentence)
