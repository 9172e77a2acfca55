"""
What the engine tells the product: elements of a definition, open waits, ends.

Nothing here knows SpiffWorkflow, XML, clocks or people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, TypeAlias

from approval_engine.definitions.model import Kind, Timer, Work
from approval_engine.domain.quote import Value

CANCELLED = "cancelled"
"""What a process that was cancelled from outside ended as; no end event has this id."""

Values: TypeAlias = Mapping[str, Value]
"""Values by name, as conditions read them."""

NO_VALUES: Values = MappingProxyType({})

Answer: TypeAlias = "Value | Values | tuple[Values, ...]"
"""What a decision gives: a value, a row of named values, or several rows."""


class DecisionTable(Protocol):
    """
    A decision that a business rule task can ask, in the form that the task wants.
    """

    @property
    def reads(self) -> frozenset[str]:
        """
        The names that it looks at.
        """

    def __call__(self, names: Values, /) -> Answer:
        """
        Its answer. Raises EngineError if there is not exactly one.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskElement:
    """
    A user task of a definition; `step` is our property of that name, if it carries one.
    """

    id: str
    step: str | None
    name: str
    work: Work
    documentation: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerElement:
    """
    A timer of a definition, on the task or subprocess `task`.

    An intermediate timer waits alone and is its own `task`; `host` says which it is.
    What the timer means is for the calendar to say.
    """

    id: str
    task: str
    host: Kind
    interrupting: bool
    timer: Timer
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
    A timer that waits; it shares the occurrence of what it sits on.

    `fired` counts how often it has fired there already; only one that repeats can have.
    """

    element: str
    task: str
    occurrence: int
    fired: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """
    Where a process stands: what waits, in the order of the definition, or how it ended.

    `ended` is the end event that ended the process, or `CANCELLED`; then nothing waits.
    One that says how a workflow ends begins with that, such as `approved_EndEvent_1`.
    While it is None at least one task or timer waits.
    """

    tasks: tuple[OpenTask, ...]
    timers: tuple[OpenTimer, ...]
    ended: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """
    The state to store after a step, and what it says.

    `passed` are the notify and business rule tasks that ran in this step, in order, and
    `ran` is everything that did, gateways and events too. A subprocess ran when it was
    entered.
    """

    state: bytes
    position: Position
    passed: tuple[str, ...] = ()
    ran: tuple[str, ...] = ()
