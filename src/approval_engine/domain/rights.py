"""
The roles of a person → what he may do beside the tasks that are asked of him.

Whether somebody may act on a task is a question of that task and of the quote, which
`domain.actions` answers. This table answers the rest, the same on every channel.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from approval_engine.domain.people import Directory, User
from approval_engine.errors import Forbidden


class Right(StrEnum):
    """
    Something that an office of the company lets people do.
    """

    SEE_EVERYTHING = "see every quote and every workflow"
    RUN_DESK = "run the deal desk"
    SEE_PROCESSES = "see the processes"
    DEPLOY = "deploy processes"
    SEE_POLICIES = "see the policies"
    PUBLISH = "publish policies"
    SEE_OFFICE = "see the administration"
    REASSIGN = "give tasks to somebody else"
    OVERRIDE = "override reviews"
    ADMINISTER = "administer the system"


HOLDERS: Mapping[Right, frozenset[str]] = {
    Right.SEE_EVERYTHING: frozenset({"deal_desk", "auditor", "admin"}),
    Right.RUN_DESK: frozenset({"deal_desk", "admin"}),
    Right.SEE_PROCESSES: frozenset({"analyst", "deal_desk", "auditor", "admin"}),
    Right.DEPLOY: frozenset({"analyst", "admin"}),
    Right.SEE_POLICIES: frozenset({"analyst", "deal_desk", "auditor", "admin"}),
    Right.PUBLISH: frozenset({"deal_desk", "admin"}),
    Right.SEE_OFFICE: frozenset({"auditor", "admin"}),
    Right.REASSIGN: frozenset({"admin"}),
    Right.OVERRIDE: frozenset({"admin"}),
    Right.ADMINISTER: frozenset({"admin"}),
}
"""The roles of the directory that carry each right."""

SIGHT = frozenset(
    {
        Right.SEE_EVERYTHING,
        Right.SEE_PROCESSES,
        Right.SEE_POLICIES,
        Right.SEE_OFFICE,
    }
)
"""The rights that only show. Whatever changes something is proved by a directory."""


def may(roles: Iterable[str], right: Right) -> bool:
    """
    Whether somebody with these roles has that right.
    """
    return not HOLDERS[right].isdisjoint(roles)


def rights_of(roles: Iterable[str], lent: Iterable[str] = ()) -> frozenset[Right]:
    """
    All rights of somebody with these roles.

    `lent` are roles that only his log-in gives him: they let him see, nothing else.
    """
    held, shown = frozenset(roles), frozenset(lent)
    return frozenset(
        right
        for right in Right
        if may(held, right) or (right in SIGHT and may(shown, right))
    )


def has(directory: Directory, person: str, right: Right) -> bool:
    """
    Whether an active person of the directory has that right.
    """
    user = directory.user(person)
    active = user is not None and user.active
    return active and may(directory.roles_of(person), right)


def demand(directory: Directory, person: str, right: Right) -> None:
    """
    Raises Forbidden, which names who may, unless the person has that right.
    """
    if not has(directory, person, right):
        raise Forbidden(refusal(right))


def refusal(right: Right) -> str:
    """
    The sentence for whoever lacks a right.
    """
    holders = " or ".join(f"'{role}'" for role in sorted(HOLDERS[right]))
    return f"Only the roles {holders} may {right}."


def people_with(directory: Directory, right: Right) -> tuple[User, ...]:
    """
    The active people who have that right, each once.
    """
    roles = sorted(HOLDERS[right])
    found = (user for role in roles for user in directory.members(role))
    return tuple({user.id: user for user in found}.values())
