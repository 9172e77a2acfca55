"""
Everything that decides how a process goes on: where its tokens are and what was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from approval_engine.executor.engine.model import Values


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """
    An open user task or subprocess and those of its timers that wait, by their ids.

    An intermediate timer is a wait with itself as its timer. `fired` counts, of timers
    that repeat, how often each has fired already.
    """

    element: str
    occurrence: int
    timers: tuple[str, ...]
    fired: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """
    A token that waits at a join for its siblings; `source` is the element it came from.
    """

    join: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Marking:
    """
    Everything that decides how a process goes on; all in the order of their ids.

    `definition` is the SHA-256 of the definition's bytes. `entered` counts how often
    each element that waits was reached; `outcomes` are what the last completion of each
    user task said. `scopes` are the subprocesses in which tokens are, `results` the
    named values that tasks gave, and `decided` is the decision of the user task that
    was completed last, kept only where a condition asks for it. `reached` is the end
    event that says how it will end, once one was reached while tokens are left.
    """

    definition: str
    waits: tuple[Wait, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    entered: Mapping[str, int]
    outcomes: Mapping[str, Mapping[str, str]]
    ended: str | None = None
    scopes: tuple[Wait, ...] = ()
    results: Mapping[str, Values] = field(default_factory=dict)
    decided: str | None = None
    reached: str | None = None
