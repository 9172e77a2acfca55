"""
A process or decision that somebody deployed: one version of one name, for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """
    What a deployed file is for.
    """

    FRAME = "frame"  # has slots: any plan that its policy sends it runs in it
    PINNED = "pinned"  # has the steps themselves: serves plans that equal its own
    PART = "part"  # has neither: frames may call it
    DECISION = "decision"  # a DMN table that business rule tasks ask


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """
    One version of a process or decision.

    `sha256` is of the bytes as they came, `runs` of those that run, in which inferred
    form fields are declared, and `semantic` of what they mean. `needs` are the
    processes that it calls and, as `decision:ID`, the decisions that it asks, at any
    depth, with the hashes of the bytes it was deployed with and keeps.
    """

    name: str
    version: int
    role: Role
    sha256: str
    runs: str
    semantic: str
    needs: Mapping[str, str] = field(default_factory=dict)
    source: str
    file: str
    deployed_at: str
    deployed_by: str


DECISION = "decision:"
"""What the name of a decision begins with among the needs of a process."""


def split(needs: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """
    The processes among what a process needs, and the decisions, each by its own name.
    """
    calls = {n: sha for n, sha in needs.items() if not n.startswith(DECISION)}
    decisions = {
        name.removeprefix(DECISION): sha
        for name, sha in needs.items()
        if name.startswith(DECISION)
    }
    return calls, decisions
