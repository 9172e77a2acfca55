"""
What the engine tells the product: elements of a definition, open waits, ends.

Nothing here knows SpiffWorkflow, XML, clocks or people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CANCELLED = "cancelled"
"""What a process that was cancelled from outside ended as; no end event has this id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskElement:
    """
    A user task of a definition; `step` is our property of that name, if it carries one.
    """

    id: str
    step: str | None
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerElement:
    """
    A boundary timer of a definition, on the user task `task`.

    `duration` is ISO 8601 text as drawn; what it means is for the calendar to say.
    """

    id: str
    task: str
    interrupting: bool
    duration: str
    properties: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTask:
    """
    A user task that waits; `occurrence` counts from 1 how often it was entered.
    """

    element: str
    occurrence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenTimer:
    """
    A boundary timer that waits; it shares the occurrence of the task it sits on.
    """

    element: str
    task: str
    occurrence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """
    Where a process stands: what waits, in the order of the definition, or how it ended.

    `ended` is the id of the end event that ended the process, or `CANCELLED`; then
    nothing waits. While it is None at least one task waits.
    """

    tasks: tuple[OpenTask, ...]
    timers: tuple[OpenTimer, ...]
    ended: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """
    The state to store after a step, and what it says.
    """

    state: bytes
    position: Position
