"""
A late task → whom to ask next: the ladder's roles in order, then the fallback role.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

POLICY_OWNERS = "policy_owner"
"""The role that is asked, and told, where even the fallback role has nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """
    Who takes over; `level` counts the rungs climbed, `skipped` had nobody to ask.
    """

    role: str
    candidates: tuple[str, ...]
    level: int
    skipped: tuple[str, ...] = ()


def rungs(ladder: Iterable[str], own: str | None, fallback: str) -> tuple[str, ...]:
    """
    The roles in the order they are asked in; those of the ladder keep their levels.

    `own` are the others of the step's role, where one person alone was asked so far.
    """
    known = tuple(ladder)
    further = (own, fallback, POLICY_OWNERS)
    return (*known, *(role for role in further if role and role not in known))


def climb(
    roles: tuple[str, ...], level: int, able: Callable[[str], tuple[str, ...]]
) -> Hop | None:
    """
    The first rung from `level` (1 = the first role) up on which somebody may decide.

    `able` gives the members of a role who may. None if the ladder ends without
    anybody: then the task is held, never approved.
    """
    skipped: list[str] = []
    for number, role in enumerate(roles[level - 1 :], start=level):
        if candidates := able(role):
            return Hop(
                role=role, candidates=candidates, level=number, skipped=tuple(skipped)
            )
        skipped.append(role)
    return None
