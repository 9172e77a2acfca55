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
    One version: `sha256` of the bytes as they came, `semantic` of what they mean.

    `needs` are the processes it calls and the decisions it asks, by name, with the
    bytes that it was deployed with and keeps.
    """

    name: str
    version: int
    role: Role
    sha256: str
    semantic: str
    needs: Mapping[str, str] = field(default_factory=dict)
    source: str
    file: str
    deployed_at: str
    deployed_by: str
