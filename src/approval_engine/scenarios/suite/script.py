"""
A scenario as values: the documents, the start, who does what, and what must hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from approval_engine.documents import Document, JsonValue
from approval_engine.executor.commands.grant import Plea
from approval_engine.scenarios.stage import CHANNEL

NO_INSTANTS: Mapping[str, datetime] = MappingProxyType({})

Count: TypeAlias = "tuple[str, ...] | Mapping[str, int] | int | None"
"""Which steps, or how often each of them, or how often in all; None if it is open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """
    What must hold at one moment; None and empty say nothing.

    `open` and `triggers` are complete and in policy order, `asked` and `not_asked` need
    not be complete. `waived` are the triggers that an exception waives, `result` is the
    one of the step's own command.
    """

    status: str | None = None
    open: tuple[str, ...] | None = None
    triggers: tuple[str, ...] | None = None
    asked: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    escalated: Count = None
    reminded: Count = None
    carried: tuple[str, ...] | None = None
    due: Mapping[str, datetime] = field(default_factory=lambda: NO_INSTANTS)
    waived: tuple[str, ...] | None = None
    result: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """
    A person does something, named as `actor` or as the first eligible one of `role`.

    `action` is one on a task, or submit or recall, which have no `task`.
    """

    action: str
    actor: str | None = None
    role: str | None = None
    task: str | None = None
    comment: str | None = None
    to: str | None = None
    within: str | None = None
    channel: str = CHANNEL


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """
    Time passes; nothing happens before the worker looks.
    """

    span: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """
    The worker looks what is due.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """
    A delegation window is recorded.
    """

    principal: str
    delegate: str
    role: str | None
    starts_at: datetime
    ends_at: datetime
    within: str | None = None
    process: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Revise:
    """
    The submitter makes the next revision with these changes and submits it.
    """

    changes: Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plead:
    """
    Somebody asks for an exception, and the first who may grants it on each step.

    With `granted` false it is left with those who were asked; with `ends` one that was
    granted before is taken back.
    """

    actor: str
    plea: Plea | None
    granted: bool = True
    ends: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """
    A refusal that is demanded, with words its sentence must hold.
    """

    words: str = ""


Deed: TypeAlias = "Act | Wait | Work | Window | Revise | Plead"
"""What can happen in a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """
    One step; `refused` is set if it must be refused and change nothing.
    """

    does: Deed
    refused: Refusal | None = None
    expect: Expectation | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """
    One case, judged on its own. It begins with the submit of its quote at `at`.

    `refused` is set if that submit must be refused.
    """

    name: str
    directory: Document
    policy: Document
    quote: Document
    at: datetime
    steps: tuple[Step, ...] = ()
    refused: Refusal | None = None
    expect: Expectation | None = None
