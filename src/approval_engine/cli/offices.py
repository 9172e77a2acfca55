"""
A command → the right of the office that it takes, once a person is named who asks.

Where nobody is named, the user of this system asks, and the machine has to be trusted.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from approval_engine.errors import Forbidden

if TYPE_CHECKING:
    from approval_engine.executor.runtime import Runtime

RIGHTS: Mapping[str, str] = {
    "directory import": "ADMINISTER",
    "identity unlink": "ADMINISTER",
    "incident close": "ADMINISTER",
    "incident list": "SEE_OFFICE",
    "identity list": "SEE_OFFICE",
    "outbox list": "SEE_OFFICE",
    "policy canary promote": "PUBLISH",
    "policy canary start": "PUBLISH",
    "policy canary stop": "PUBLISH",
    "policy publish": "PUBLISH",
    "process deploy": "DEPLOY",
    "quote attachment": "SEE_EVERYTHING",
    "quote import": "RUN_DESK",
    "rates import": "RUN_DESK",
    "report bottlenecks": "SEE_EVERYTHING",
    "report controls": "SEE_EVERYTHING",
    "report forecast": "SEE_EVERYTHING",
    "report log": "SEE_EVERYTHING",
    "report population": "SEE_EVERYTHING",
    "report queue": "SEE_EVERYTHING",
    "report sla": "SEE_EVERYTHING",
    "token list": "SEE_OFFICE",
    "webhook list": "SEE_OFFICE",
}
"""The names of the rights; a command that needs trust and is not here administers."""

SHOWN: Mapping[str, str] = {
    "approval export": "SEE_EVERYTHING",
    "policy canary status": "SEE_EVERYTHING",
    "policy list": "SEE_POLICIES",
    "policy show": "SEE_POLICIES",
    "policy simulate": "SEE_EVERYTHING",
    "process list": "SEE_PROCESSES",
    "process export": "SEE_PROCESSES",
}
"""What whoever holds the database may read, but a person needs a right to be shown."""

OF_THE_MACHINE = frozenset(
    {"db", "demo", "inbox", "seed", "serve", "test", "worker"}
    # Whoever can give somebody a way to log in can be him; no admin can be others.
    | {"identity link", "password set", "token create"}
)
"""Commands that take a trusted machine and are nobody's office."""


def right_of(command: str) -> str | None:
    """
    The right that a command takes which needs trust; None if it is the machine's.
    """
    if {command, command.partition(" ")[0]} & OF_THE_MACHINE:
        return None
    return RIGHTS.get(command, "ADMINISTER")


def scope_of(right: str) -> str:
    """
    The scope that a token needs for the right of that name.
    """
    from approval_engine.domain.rights import SIGHT, Right

    return "read" if Right[right] in SIGHT else "admin"


def demand(runtime: "Runtime", person: str, right: str) -> None:
    """
    Raise Forbidden unless the person has the right of that name today.
    """
    from approval_engine.domain import rights
    from approval_engine.store import catalog

    with runtime.database.read() as transaction:
        current = catalog.current(transaction).directory
        if current is None:
            sentence = "Nobody is known yet; leave out --as to act as this machine."
            raise Forbidden(sentence)
        directory = runtime.directory(transaction, current)
    rights.demand(directory, person, rights.Right[right])
