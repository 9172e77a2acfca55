"""
One workflow and its tasks as values: what the rows and the event log both describe.

How an event changes them is `executor.projection`.
"""

from dataclasses import dataclass, field
from datetime import datetime

from approval_engine.domain.completion import Outcome, Tally
from approval_engine.domain.lifecycle import (
    ANSWERED,
    OPEN_TASK,
    TaskStatus,
    WorkflowStatus,
)
from approval_engine.domain.timers import PendingTimer, TimerKind

OVERRIDDEN = "cancelled_override"
"""How the engine ends where an admin decides; whatever follows leaves it so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """
    SHA-256 of every document that the workflow was decided under.
    """

    quote: str
    policy: str
    directory: str
    delegations: str
    evaluation: str
    plan: str
    definition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """
    One seat of one step. `principal` is whose work a stand-in does.

    `windows` are the ids of the delegation windows that led from him to the stand-in,
    one after the other; empty where a person handed the task over.
    `closed_seq` is the number of the event that closed it, `vetoed` whether the answer
    came from a role that may veto. An `ad_hoc` seat was added by an approver, beside
    those of the policy. `info_from` is who was asked for information, since
    `info_since`. `then_ask` are whom its approver wants asked once the rule is met.
    `withdrawn` says that an admin took the seat out, as nobody was left to take it.
    """

    id: str
    workflow_id: str
    step: str
    element: str
    occurrence: int
    seat: int
    role: str
    candidates: tuple[str, ...]
    assignee: str | None
    principal: str | None
    status: TaskStatus
    escalation_level: int
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_seq: int | None = None
    vetoed: bool = False
    windows: tuple[str, ...] = ()
    ad_hoc: bool = False
    info_from: str | None = None
    info_since: datetime | None = None
    then_ask: tuple[str, ...] = ()
    withdrawn: bool = False

    @property
    def is_lent(self) -> bool:
        """
        Whether windows brought it to a stand-in who has not taken it up yet.
        """
        return bool(self.windows) and self.status == TaskStatus.DELEGATED

    @property
    def is_open(self) -> bool:
        """
        Whether somebody can still decide it.
        """
        return self.status in OPEN_TASK

    @property
    def subject(self) -> str:
        """
        How a sentence names it.
        """
        return f"task '{self.id}' of workflow '{self.workflow_id}'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Workflow:
    """
    One run of review of one quote revision, with its tasks in order of opening.

    `state` is the engine's serialized state and `ended` the end event it reached; `seq`
    and `head` are the last event's number and hash. `supersedes` is the workflow whose
    place it took, `fingerprint` the hash of all that can matter to an approval.
    `passed` are the tasks that ran by themselves at the last event, `ran` is everything
    that did; no row keeps them.
    """

    id: str
    quote_id: str
    quote_revision: int
    attempt: int
    account: str
    submitted_by: str
    owner: str | None
    policy: str
    policy_version: str
    process: str
    evidence: Evidence
    status: WorkflowStatus
    steps: int
    state: bytes
    ended: str | None
    timers: tuple[PendingTimer, ...]
    tasks: tuple[Task, ...]
    created_at: datetime
    updated_at: datetime
    seq: int
    head: str
    supersedes: str | None = None
    fingerprint: str | None = None
    passed: tuple[str, ...] = field(default=(), compare=False)
    ran: tuple[str, ...] = field(default=(), compare=False)

    @property
    def subject(self) -> str:
        """
        How a sentence names it.
        """
        return f"workflow '{self.id}'"

    @property
    def verdict(self) -> str | None:
        """
        What the end event says: approved, rejected, returned, undecided or cancelled.

        A definition may draw an end of its own per step, such as `rejected_finance`.
        """
        return self.ended.partition("_")[0] if self.ended else None

    @property
    def next_due_at(self) -> datetime | None:
        """
        When the worker must look at it next; None if nothing waits for the clock.
        """
        running = (timer.due_at for timer in self.timers if timer.paused_at is None)
        return min(running, default=None)

    @property
    def overridden(self) -> bool:
        """
        Whether an admin ended it: it has a verdict that its steps never reached.
        """
        return self.ended == OVERRIDDEN

    @property
    def valid_until(self) -> datetime | None:
        """
        When its approval ends; None if it has none, or one without an end.
        """
        ends = (t.due_at for t in self.timers if t.kind is TimerKind.EXPIRY)
        return next(ends, None)

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """
        The tasks that somebody can still decide.
        """
        return tuple(task for task in self.tasks if task.is_open)

    def task(self, task_id: str) -> Task | None:
        """
        The task of that id, open or closed.
        """
        return next((task for task in self.tasks if task.id == task_id), None)

    def seats(self, step: str) -> tuple[Task, ...]:
        """
        The tasks at the seats of the step's latest occurrence, in order of opening.

        There are two or more at a seat that a further role was asked to share.
        """
        mine = [task for task in self.tasks if task.step == step]
        latest = max((task.occurrence for task in mine), default=0)
        return tuple(task for task in mine if task.occurrence == latest)

    def tally(self, step: str) -> Tally:
        """
        The answers of a step so far, as the truth table counts them.

        Seats that were added ad hoc are none of the rule's.
        """
        seats = tuple(seat for seat in self.seats(step) if not seat.ad_hoc)
        answers = sorted(
            (seat.closed_seq or 0, Outcome(seat.status))
            for seat in seats
            if seat.status in ANSWERED
        )
        given = [outcome for _, outcome in answers]
        gone = {seat.seat for seat in seats if seat.withdrawn}
        return Tally(
            # Two tasks may share a seat: whoever answers first answers for both.
            seats=len({seat.seat for seat in seats} - gone),
            withdrawn=len(gone),
            approvals=given.count(Outcome.APPROVED),
            rejections=given.count(Outcome.REJECTED),
            returns=given.count(Outcome.RETURNED),
            vetoed=any(seat.vetoed for seat in seats),
            first=given[0] if given else None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """
    One workflow of a quote: which revision it reviewed and where it stands.

    It was begun at the instant `created_at`, by that version of a policy.
    """

    id: str
    revision: int
    status: WorkflowStatus
    steps: int
    policy_version: str
    created_at: str
