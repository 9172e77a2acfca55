"""
The roles of a person → what he may do beside the tasks that are asked of him.

Whether somebody may act on a task is a question of that task and of the quote, which
`domain.actions` answers. This table answers the rest, the same on every channel.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


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
    ADMINISTER = "administer the system"


HOLDERS: Mapping[Right, frozenset[str]] = {
    Right.SEE_EVERYTHING: frozenset({"deal_desk", "auditor", "admin"}),
    Right.RUN_DESK: frozenset({"deal_desk", "admin"}),
    Right.SEE_PROCESSES: frozenset({"analyst", "deal_desk", "auditor", "admin"}),
    Right.DEPLOY: frozenset({"analyst", "admin"}),
    Right.SEE_POLICIES: frozenset({"analyst", "deal_desk", "auditor", "admin"}),
    Right.PUBLISH: frozenset({"deal_desk", "admin"}),
    Right.SEE_OFFICE: frozenset({"auditor", "admin"}),
    Right.ADMINISTER: frozenset({"admin"}),
}
"""The roles of the directory that carry each right."""


def may(roles: Iterable[str], right: Right) -> bool:
    """
    Whether somebody with these roles has that right.
    """
    return not HOLDERS[right].isdisjoint(roles)
