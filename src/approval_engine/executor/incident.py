"""
What broke in one workflow → an incident that holds it, so that nothing else suffers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from approval_engine.domain.events import stamp
from approval_engine.errors import EngineError, InvalidState
from approval_engine.executor.runtime import Runtime
from approval_engine.store import incidents


@contextmanager
def held_on_failure(runtime: Runtime, workflow_id: str) -> Iterator[None]:
    """
    Around a command's transaction: if the engine and the rules disagree, hold.

    The command is rolled back by then; the incident has a transaction of its own.
    Raises InvalidState in place of the EngineError.
    """
    try:
        yield
    except EngineError as error:
        incident_id = hold(runtime, workflow_id, "engine", str(error))
        sentence = (
            f"The workflow '{workflow_id}' is held by incident '{incident_id}': {error}"
        )
        raise InvalidState(sentence) from error


def hold(runtime: Runtime, workflow_id: str, kind: str, detail: str) -> str:
    """
    Open an incident on a workflow, or name the one that is open.
    """
    with runtime.database.begin() as transaction:
        at = stamp(runtime.clock())
        return incidents.add(transaction, workflow_id, kind, detail, at)
