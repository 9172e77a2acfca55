"""
What the first command of a process would have to make, made before anybody waits.

Servers do this when they start; a command that runs once has no use for it.
"""

import gc
import logging
from datetime import datetime

from approval_engine.errors import ApprovalEngineError
from approval_engine.escalations.calendars import working_time_around
from approval_engine.executor.routed import policy_in_force
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog, prepared, workflows
from approval_engine.store.catalog import Current
from approval_engine.store.database import Transaction

RECENT = 200
"""So many of the newest open workflows tell which definitions are worth compiling."""

_ENOUGH = 20_000
"""So many new objects are worth a look for garbage among them."""

_LOG = logging.getLogger(__name__)


def warm(runtime: Runtime) -> bool:
    """
    Read and compile what the next commands will need; whether that could be done.

    A database that is empty, away or wrong stops nobody here: whoever asks is told.
    """
    now = runtime.clock()
    prepared.make_ready(runtime.database.engine.dialect)
    try:
        with runtime.database.read() as transaction:
            current = catalog.current(transaction)
            _people(runtime, transaction, current)
            _policy(runtime, transaction, current, now)
            for sha256 in workflows.definitions_in_use(transaction, RECENT):
                runtime.definition(transaction, sha256)
    except ApprovalEngineError as error:
        _LOG.warning("action=start_cold %s", error)
        return False
    return True


def settle() -> None:
    """
    Never look for garbage again among what this process has imported and read by now.

    A look at all of that stops every thread for some 80 ms, now and then.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ENOUGH, 10, 10)


def _people(runtime: Runtime, transaction: Transaction, current: Current) -> None:
    if current.directory and current.delegations:
        runtime.directory(transaction, current.directory)
        runtime.delegations(transaction, current.delegations)


def _policy(
    runtime: Runtime, transaction: Transaction, current: Current, now: datetime
) -> None:
    if current.policy:
        policy = policy_in_force(runtime, transaction, current, now)
        for calendar in policy.calendars.values():
            working_time_around(calendar, now)
