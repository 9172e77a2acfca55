"""
What broke in one workflow → an incident that holds it, so that nothing else suffers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from approval_engine.domain.events import stamp
from approval_engine.errors import EngineError, Quarantined, Unreadable
from approval_engine.executor.runtime import Runtime
from approval_engine.store import incidents


@contextmanager
def held_on_failure(runtime: Runtime, workflow_id: str | None = None) -> Iterator[None]:
    """
    Around a command's transaction: if the engine and the rules disagree, hold.

    The command is rolled back by then; the incident has a transaction of its own.
    Without an id only what cannot be read is held, which says itself which it is.
    Raises Quarantined in place of the EngineError.
    """
    try:
        yield
    except EngineError as error:
        named = error.workflow if isinstance(error, Unreadable) else workflow_id
        if named is None:
            raise
        incident_id = hold(runtime, named, "engine", str(error))
        sentence = (
            f"The workflow '{named}' is held by incident '{incident_id}': {error}"
        )
        raise Quarantined(sentence) from error


@contextmanager
def naming(workflow_id: str) -> Iterator[None]:
    """
    Around what reads one workflow for another: say which one it is that is broken.
    """
    try:
        yield
    except EngineError as error:
        raise Unreadable(workflow_id, str(error)) from error


def hold(runtime: Runtime, workflow_id: str, kind: str, detail: str) -> str:
    """
    Open an incident on a workflow, or name the one that is open.
    """
    with runtime.database.begin() as transaction:
        at = stamp(runtime.clock())
        return incidents.add(transaction, workflow_id, kind, detail, at)
