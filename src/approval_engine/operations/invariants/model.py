"""
What a check is, what it finds, and everything about one workflow that it looks at.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from approval_engine.documents import load
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import Event
from approval_engine.domain.workflow import Workflow
from approval_engine.executor.projection import Pinned
from approval_engine.store.audit import Columns
from approval_engine.store.events import EventText

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """
    One thing that does not hold; `workflow` is None where no single one is to blame.
    """

    invariant: str
    detail: str
    workflow: str | None = None

    def line(self) -> dict[str, object]:
        """
        The fields of a line of `cpq db check`.
        """
        place = {"workflow": self.workflow} if self.workflow else {}
        return {"invariant": self.invariant, **place, "detail": self.detail}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """
    One workflow: its rows, its log, and what it was started with.

    `states` are the workflow after each event as the log alone describes it; where the
    log cannot be followed to its end they stop short, and `stopped` says why.
    `delegations` are all windows, those that were opened after the submit too.
    Messages of events before `messages_gone` may be deleted by now.
    """

    workflow: Workflow
    incident: str | None
    log: tuple[Event, ...]
    states: tuple[Workflow, ...]
    stopped: str | None
    pinned: Pinned
    documents: Mapping[str, bytes]
    delegations: tuple[Delegation, ...]
    texts: Mapping[int, EventText]
    outbox: tuple[Columns, ...]
    messages_gone: str
    row: Columns
    task_rows: tuple[Columns, ...]

    def with_before(self) -> Iterator[tuple[Event, Workflow]]:
        """
        Each event but the first with the workflow before it.

        The event that the log cannot be followed beyond is the last.
        """
        return zip(self.log[1:], self.states, strict=False)

    def with_after(self) -> Iterator[tuple[Event, Workflow]]:
        """
        Each event with the workflow after it.
        """
        return zip(self.log, self.states, strict=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Invariant(Generic[T]):
    """
    What must hold, of each workflow or of the whole database.

    `check` gives a detail for each breach; its docstring is the sentence.
    """

    id: str
    check: Callable[[T], Iterable[str]]

    @property
    def sentence(self) -> str:
        """
        What must hold, in words.
        """
        return " ".join((self.check.__doc__ or "").split())


def data_of(event: Event) -> Mapping[str, Any]:
    """
    What an event recorded.
    """
    found: Any = load(event.data.encode())
    return found  # type: ignore[no-any-return] # the data of an event is an object
