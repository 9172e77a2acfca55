"""
A late task → whom to ask next: the ladder's roles in order, then the fallback role.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """
    Who takes over; `level` counts the rungs climbed, `skipped` had nobody to ask.
    """

    role: str
    candidates: tuple[str, ...]
    level: int
    skipped: tuple[str, ...] = ()


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
