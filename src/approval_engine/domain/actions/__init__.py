"""
Who may do what to a task, and what then happened: the one guard of every channel.

The web, the command line, the HTTP interface and the worker all come through `decide`,
inside the transaction that holds the workflow's lock.
"""

from approval_engine.domain.actions.guard import decide, is_repeat
from approval_engine.domain.actions.overriding import (
    OVERRIDES,
    OverrideRequest,
    override,
    refuse_override,
)
from approval_engine.domain.actions.request import (
    DECISIONS,
    Action,
    Request,
    Surroundings,
)
from approval_engine.domain.actions.withdrawing import Withdrawal, withdraw

__all__ = [
    "DECISIONS",
    "OVERRIDES",
    "Action",
    "OverrideRequest",
    "Request",
    "Surroundings",
    "Withdrawal",
    "decide",
    "is_repeat",
    "override",
    "refuse_override",
    "withdraw",
]
