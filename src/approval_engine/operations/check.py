"""
The whole database → what does not hold: replay, hash chains and the invariants.
"""

from collections.abc import Callable
from typing import TypeVar

from approval_engine.errors import NotFound
from approval_engine.executor.replay import Replayed, replay
from approval_engine.executor.runtime import Runtime
from approval_engine.history.verify import Verified, verify, verify_every
from approval_engine.store import ends, workflows
from approval_engine.store.database import Transaction

T = TypeVar("T")


def replay_all(
    runtime: Runtime, workflow_id: str | None = None
) -> tuple[Replayed, ...]:
    """
    Replay one workflow, or all of them, oldest first. Raises NotFound.
    """
    return _each(runtime, workflow_id, lambda tx, each: replay(runtime, tx, each))


def verify_all(
    runtime: Runtime, workflow_id: str | None = None
) -> tuple[Verified, ...]:
    """
    Verify the log of one workflow, or of all of them, oldest first. Raises NotFound.
    """
    if workflow_id:
        return _each(runtime, workflow_id, _verify)
    with runtime.database.read() as transaction:
        return tuple(verify_every(transaction))


def _verify(transaction: Transaction, workflow_id: str) -> Verified:
    found = ends.read(transaction, workflow_id)
    if found is None:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    return verify(transaction, found)


def _each(
    runtime: Runtime, workflow_id: str | None, check: Callable[[Transaction, str], T]
) -> tuple[T, ...]:
    # One snapshot for the whole check, so that a running system cannot look broken.
    with runtime.database.read() as transaction:
        chosen = (workflow_id,) if workflow_id else workflows.ids(transaction)
        return tuple(check(transaction, each) for each in chosen)
