"""
What the nodes of a process carry: events, timers, forms, and whom a task asks.

Every text of a file is parsed once; here nothing has yet to be understood.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique

from approval_engine.policy.conditions import Expression


@unique
class Signal(StrEnum):
    """
    What an end event throws, or what a boundary event catches.
    """

    NONE = "none"
    TERMINATE = "terminate"
    ERROR = "error"
    ESCALATION = "escalation"
    TIMER = "timer"


@unique
class Clock(StrEnum):
    """
    How a timer counts: once after a span, at an instant, or again and again.
    """

    DURATION = "duration"
    DATE = "date"
    CYCLE = "cycle"


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """
    When a timer fires.

    `span` is ISO 8601 text such as `PT24H` for a duration, or for a cycle the part
    behind `Rn/`; `repeats` is n, None for ever. `at` is the instant of a date. Where
    the file has an expression, `expression` gives the text or instant when it starts.
    """

    clock: Clock
    span: str = ""
    repeats: int | None = None
    at: datetime | None = None
    expression: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """
    What an end event throws or a boundary or intermediate event catches.

    `code` is that of the error or escalation; a catching event without it takes all.
    """

    signal: Signal
    code: str | None = None
    timer: Timer | None = None


Words = tuple[str, ...] | Expression
"""Names as they stand in the file, or an expression that gives a name or a list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """
    A field of a task's form; `type` is string, long, boolean, date or enum.

    `choices` are value and label of an enum; `least` and `most` bound a long, or the
    length of a string. `inferred` fields are declared by nobody,
    but a condition behind the task reads them and its form is not ours to look into.
    """

    id: str
    type: str = "string"
    label: str = ""
    default: str | None = None
    required: bool = False
    read_only: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None
    inferred: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Several:
    """
    One task for many people: side by side or one after the other.

    `collection` gives the people, `cardinality` how many; `until` ends it early.
    """

    sequential: bool = False
    collection: Expression | None = None
    cardinality: int | None = None
    element: str | None = None
    until: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """
    What a user task asks of people. `lane` is the name of the lane it lies in.

    `due` and `follow_up` are a span after the opening, an instant, or an expression.
    """

    assignee: Words = ()
    users: Words = ()
    groups: Words = ()
    lane: str | None = None
    due: Timer | None = None
    follow_up: Timer | None = None
    priority: int | None = None
    form_key: str | None = None
    fields: tuple[Field, ...] = ()
    several: Several | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decides:
    """
    The decision that a business rule task asks, and the name its result gets.

    `mapping` is singleEntry, singleResult, collectEntries or resultList.
    """

    decision: str
    variable: str | None = None
    mapping: str = "resultList"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """
    A message that a notify task sends: to whom, by `mail` or `webhook`, and its words.
    """

    channel: str
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
