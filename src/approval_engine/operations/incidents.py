"""
What holds a workflow: an incident, until its cause is gone, or people who left.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from approval_engine.domain.events import stamp
from approval_engine.domain.seats import is_vacant
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.answer import Caller
from approval_engine.executor.comments import comment_of
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.check import replay_all
from approval_engine.operations.repair import preview, repair
from approval_engine.store import catalog, incidents, workload


def vacant_tasks(runtime: Runtime) -> tuple[Task, ...]:
    """
    The open tasks all of whose people have left, oldest first: nobody answers them.
    """
    with runtime.database.read() as transaction:
        digest = catalog.current(transaction).directory
        if digest is None:
            return ()
        people = runtime.directory(transaction, digest)
        return tuple(
            task for task in workload.all_open(transaction) if is_vacant(task, people)
        )


def close(
    runtime: Runtime, incident_id: str, actor: str, note: str | None = None
) -> str:
    """
    Close an open incident in a person's name; the workflow that it held.

    `note` is what he writes about it. Raises NotFound if none is open by that id,
    InvalidState while the workflow's row is not what its events say.
    """
    words = comment_of(note)
    with runtime.database.read() as transaction:
        found = incidents.one(transaction, incident_id)
    if found is None or found.closed_at is not None:
        raise NotFound(_none_open(incident_id))
    for each in replay_all(runtime, found.workflow_id):
        if each.difference:
            sentence = (
                f"Expected to close incident '{incident_id}', but workflow"
                f" '{each.workflow}' does not replay: {each.difference}."
            )
            raise InvalidState(sentence)
    at = stamp(runtime.clock())
    with runtime.database.begin() as transaction:
        if not incidents.close(transaction, incident_id, actor, at, words):
            raise NotFound(_none_open(incident_id))
    return found.workflow_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Mended:
    """
    What a repair did, or would do: the fields that it writes anew, none if all is well.

    `against` is the sentence that says why it cannot.
    """

    incident: str
    workflow: str
    fields: tuple[str, ...] = ()
    against: str = ""


def mend(
    runtime: Runtime, incident_id: str | None, caller: Caller, *, only_look: bool
) -> Iterator[Mended]:
    """
    Make the rows of what an open incident holds what its events say, of all if None.

    Each is a transaction of its own, and stays held; with `only_look` nothing is
    written. Raises NotFound if no incident is open by that id.
    """
    with runtime.database.read() as transaction:
        held = incidents.listed(transaction, closed=False)
    chosen = [each for each in held if incident_id in {None, each.id}]
    if incident_id is not None and not chosen:
        raise NotFound(_none_open(incident_id))
    for each in chosen:
        try:
            found = (
                preview(runtime, each.workflow_id)
                if only_look
                else repair(runtime, each.workflow_id, caller)
            )
        except (InvalidState, NotFound) as refusal:
            yield Mended(
                incident=each.id, workflow=each.workflow_id, against=str(refusal)
            )
        else:
            yield Mended(
                incident=each.id, workflow=each.workflow_id, fields=found.fields
            )


def _none_open(incident_id: str) -> str:
    return f"There is no open incident '{incident_id}'."
