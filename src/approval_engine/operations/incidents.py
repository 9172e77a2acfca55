"""
What holds a workflow: an incident, until its cause is gone, or people who left.
"""

from approval_engine.domain.events import stamp
from approval_engine.domain.seats import is_vacant
from approval_engine.domain.workflow import Task
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.comments import comment_of
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.check import replay_all
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


def _none_open(incident_id: str) -> str:
    return f"There is no open incident '{incident_id}'."
