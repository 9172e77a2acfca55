"""
The middle of every command: facts go in, the workflow moves on, the events come out.

A recorder holds one workflow under its lock and never touches the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from approval_engine.domain.events import GENESIS, Event, Fact, NewEvent, chain
from approval_engine.domain.workflow import Workflow
from approval_engine.executor import engine
from approval_engine.executor.projection import Pinned, begin, evolve

SYSTEM = "system"
"""The actor of what no person did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """
    The time of a step that began in an earlier workflow; `timers` wait, by element.
    """

    due_at: datetime
    timers: Mapping[str, datetime]

    def rings_at(self, element: str, kind: str, now: datetime) -> datetime:
        """
        When a timer fires. What rang before rings no later than it would matter again.
        """
        if element in self.timers:
            return self.timers[element]
        # An escalation that happened must happen again, a reminder need not.
        return now if kind == "escalation" else max(now, self.due_at)


class Recorder:
    """
    Collects the events of one command; `workflow` is always the state after the last.

    `states` are the states after each of them.

    The clock of a workflow never runs backwards: a fact is stamped with `now`, or with
    the time of the fact before it where that is later. `clocks` are those of steps, by
    id, whose time goes on from an earlier workflow.
    """

    def __init__(
        self, before: Workflow, pinned: Pinned, now: datetime, author: tuple[str, str]
    ) -> None:
        self.pinned = pinned
        self.before = before
        self.workflow = before
        self.at = max(now, before.updated_at)
        self.events: tuple[Event, ...] = ()
        self.states: tuple[Workflow, ...] = ()
        self.clocks: Mapping[str, Clock] = {}
        self._taken = 0
        self._author = author

    @classmethod
    def begin(
        cls, workflow_id: str, fact: NewEvent, pinned: Pinned, now: datetime
    ) -> "Recorder":
        """
        A recorder for a workflow that this first fact brings into being.
        """
        (event,) = chain(workflow_id, 0, GENESIS, now, (fact,))
        recorder = cls(begin(event, pinned), pinned, now, (fact.actor, fact.channel))
        recorder.events, recorder.states = (event,), (recorder.workflow,)
        return recorder

    @property
    def channel(self) -> str:
        """
        The way by which the command came.
        """
        return self._author[1]

    @property
    def position(self) -> engine.Position:
        """
        Where the engine's tokens are now.
        """
        return engine.position(self.pinned.definition, self.workflow.state)

    def take_passed(self) -> tuple[str, ...]:
        """
        The elements that ran by themselves since this was asked last, in order.
        """
        fresh, self._taken = self.states[self._taken :], len(self.states)
        return tuple(element for state in fresh for element in state.passed)

    def record(self, fact: NewEvent) -> Event:
        """
        Chain the fact to the log and move the workflow on.
        """
        workflow = self.workflow
        (event,) = chain(workflow.id, workflow.seq, workflow.head, self.at, (fact,))
        self.workflow = evolve(workflow, event, self.pinned)
        self.events = (*self.events, event)
        self.states = (*self.states, self.workflow)
        return event

    def note(
        self,
        action: Fact,
        data: Mapping[str, object],
        task_id: str | None = None,
        natural_key: str | None = None,
    ) -> Event:
        """
        Record a fact that follows from the command, in its author's name.
        """
        actor, channel = self._author
        return self.record(
            NewEvent(
                action=action,
                actor=actor,
                channel=channel,
                task_id=task_id,
                data=data,
                natural_key=natural_key,
            )
        )
