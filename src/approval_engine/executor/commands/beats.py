"""
The beats that all commands share: taking the lock, opening what is pinned, storing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from approval_engine import traces
from approval_engine.domain.calendar import EVERY_HOUR, WorkingTime
from approval_engine.domain.events import stamp
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import Forbidden, NotFound, Quarantined
from approval_engine.escalations.calendars import working_time_around
from approval_engine.executor import waivers
from approval_engine.executor.eligibility import Eligibility, eligibility
from approval_engine.executor.listed import ahead, has_ended
from approval_engine.executor.pinned import pinned
from approval_engine.executor.projection import Pinned
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.routed import validity_of
from approval_engine.executor.runtime import Runtime
from approval_engine.notifications.outbox import closed_tasks, messages
from approval_engine.planner.around import ALWAYS
from approval_engine.policy.model import Policy
from approval_engine.store import events, listing, numbers, workflows
from approval_engine.store import messages as outbox
from approval_engine.store.answers import Key
from approval_engine.store.catalog import Current
from approval_engine.store.database import Transaction
from approval_engine.store.events import EventText
from approval_engine.store.listing import UNKNOWN, Listed
from approval_engine.store.workflows import Locked


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """
    Everything one command works with, inside its transaction.
    """

    runtime: Runtime
    transaction: Transaction
    now: datetime
    current: Current
    policy: Policy
    pinned: Pinned

    def calendar(self, name: str) -> WorkingTime:
        """
        The working time of a calendar of the pinned policy, or of every hour there is.
        """
        if name == ALWAYS:
            return EVERY_HOUR
        return working_time_around(self.policy.calendars[name], self.now)

    def members(self, name: str) -> tuple[str, ...]:
        """
        The active people behind the name of a role or of a person.
        """
        directory, _ = self.current.people()
        return self.runtime.directory(self.transaction, directory).behind(name)

    def people(self, workflow: Workflow) -> Eligibility:
        """
        Who may decide what in the workflow, read under its lock.
        """
        return eligibility(
            self.runtime, self.transaction, workflow, self.current, self.now
        )

    def take_task_ids(self, count: int) -> tuple[str, ...]:
        """
        That many new task ids.
        """
        if not count:
            return ()
        taken = numbers.take(self.transaction, task=count)["task"]
        return tuple(f"T-{number}" for number in taken)


def lock(transaction: Transaction, workflow_id: str, key: Key | None) -> Locked:
    """
    The workflow under its lock, and the answer kept under the key.

    Raises NotFound, KeyReused, and Quarantined while an incident holds it.
    """
    found = workflows.lock(transaction, workflow_id, key)
    if found is None:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    # An answer that was given is given again, whatever broke since.
    if found.incident and found.answer is None:
        subject = found.workflow.subject
        sentence = f"The {subject} is held by incident '{found.incident}'."
        raise Quarantined(sentence)
    return found


def must_be_active(
    runtime: Runtime,
    transaction: Transaction,
    current: Current,
    person: str,
    deed: str,
) -> None:
    """
    Raises Forbidden, which names the deed, if the directory has no such active person.
    """
    directory_sha256, _ = current.people()
    user = runtime.directory(transaction, directory_sha256).user(person)
    if user is None or not user.active:
        word = "no longer active" if user else "not in the directory"
        raise Forbidden(f"Expected to {deed}, but '{person}' is {word}.")


def open_desk(
    runtime: Runtime, transaction: Transaction, found: Locked, now: datetime
) -> Desk:
    """
    The desk of a workflow, with the documents that it was started with.
    """
    workflow = found.workflow
    policy = runtime.policy(transaction, workflow.evidence.policy)
    kept = pinned(runtime, transaction, workflow.evidence, workflow.created_at)
    return Desk(
        runtime=runtime,
        transaction=transaction,
        now=now,
        current=found.current,
        policy=policy,
        pinned=replace(kept, validity=validity_of(policy)),
    )


def store(
    transaction: Transaction,
    recorder: Recorder,
    texts: Iterable[EventText] = (),
    listed: Listed = UNKNOWN,
) -> Workflow:
    """
    The last two beats: write what was recorded, and the messages that follow from it.

    `listed` is what lists say of a workflow that begins.
    """
    workflow = recorder.workflow
    if recorder.before.seq == recorder.events[0].seq:
        workflows.insert(transaction, workflow, listed)
        listing.look_ahead(transaction, workflow, ahead(workflow, recorder.pinned.plan))
    else:
        workflows.save(transaction, recorder.before, workflow)
        if has_ended(recorder.before, workflow, recorder.pinned.plan):
            listing.forget(transaction, workflow.id)
    events.append(transaction, recorder.events, texts)
    at = stamp(recorder.at)
    told = zip(recorder.events, recorder.states, strict=True)
    sent = (each for event, after in told for each in messages((event,), after))
    outbox.enqueue(transaction, sent, at)
    traces.current().promise((workflow.id, at))
    # Last, for what closed a task may stand behind what asked in the same command.
    outbox.cancel(transaction, closed_tasks(recorder.events))
    waivers.settle(transaction, recorder.events, workflow)
    return workflow
