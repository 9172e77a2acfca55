"""
What waits for the clock in a workflow, and which of it the engine knows of.

Timers that are drawn in the definition are fired in the engine too; ours are not.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TimerKind(StrEnum):
    """
    What happens when a timer is due.
    """

    REMINDER = "reminder"  # whoever is asked is asked again
    ESCALATION = "escalation"  # the next rung is asked, or what the step says instead
    PROCESS = "process"  # the process goes on as it is drawn
    EXHAUSTED = "exhausted"  # the last rung had its time too
    EXPIRING = "expiring"  # the approval ends soon
    EXPIRY = "expiry"  # the approval ends


DRAWN = frozenset({TimerKind.REMINDER, TimerKind.ESCALATION, TimerKind.PROCESS})
"""The kinds that stand in a definition as boundary events; nobody else decides that."""

VALIDITY = frozenset({TimerKind.EXPIRING, TimerKind.EXPIRY})
"""The kinds that wait in an approved workflow, where nothing else does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingTimer:
    """
    A timer that waits. `level` counts from 1 within its kind.

    `element` is a boundary event, or a name that no definition can hold, as it has a
    colon in it. `step` is empty for timers of the workflow as a whole. It does not ring
    while its step waits for information, since `paused_at`.
    """

    element: str
    occurrence: int
    step: str
    kind: TimerKind
    level: int
    due_at: datetime
    paused_at: datetime | None = None

    @property
    def is_drawn(self) -> bool:
        """
        Whether the engine waits for it as well.
        """
        return self.kind in DRAWN
