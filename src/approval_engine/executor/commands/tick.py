"""
Tick: the timers of one workflow that are due → reminders and escalations, each once.

Timers are fired under the same lock that people act under, so who is first is decided
there. After an outage the missed timers of a task become one fact, not one each.
"""

from collections.abc import Iterable
from datetime import datetime

from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.seats import taken
from approval_engine.domain.workflow import PendingTimer, Task, Workflow
from approval_engine.escalations.ladder import Hop, climb
from approval_engine.executor.answer import Answer
from approval_engine.executor.commands.beats import Desk, open_desk, store
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.plan import PlannedStep
from approval_engine.store import workflows

SYSTEM = "system"
"""The actor of what no person did."""

CHANNEL = "worker"


def due(runtime: Runtime, limit: int = 100) -> tuple[str, ...]:
    """
    The workflows with a timer that is due now, longest overdue first.
    """
    with runtime.database.read() as transaction:
        return workflows.due(transaction, runtime.clock(), limit)


def tick(runtime: Runtime, workflow_id: str) -> Answer | None:
    """
    Fire what is due in one workflow; None if there is nothing, or somebody holds it.

    Running it twice changes nothing the second time.
    """
    now = runtime.clock()
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = workflows.lock_if_free(transaction, workflow_id)
        if found is None or found.incident is not None:
            return None
        workflow = found.workflow
        late = tuple(timer for timer in workflow.timers if _rings(timer, now))
        if not late or workflow.status != WorkflowStatus.PENDING:
            return None
        desk = open_desk(runtime, transaction, found, now)
        recorder = Recorder(workflow, desk.pinned, now, (SYSTEM, CHANNEL))
        _ring(desk, recorder, late)
        after = store(transaction, recorder)
        return Answer.of(after, action="tick")


def _rings(timer: PendingTimer, now: datetime) -> bool:
    return timer.due_at <= now and timer.paused_at is None


def _ring(desk: Desk, recorder: Recorder, late: tuple[PendingTimer, ...]) -> None:
    for step in dict.fromkeys(timer.step for timer in late):
        mine = [timer for timer in late if timer.step == step]
        escalations = [timer for timer in mine if timer.kind == "escalation"]
        reminders = [timer for timer in mine if timer.kind != "escalation"]
        if escalations:
            # Whoever is asked now needs no reminder of what his predecessor missed.
            _escalate(desk, recorder, step, (*reminders, *escalations))
        else:
            _remind(recorder, step, reminders)


def _remind(recorder: Recorder, step: str, timers: Iterable[PendingTimer]) -> None:
    rung = _rung(timers)
    for task in _open_seats(recorder.workflow, step):
        recorder.note(Fact.TASK_REMINDED, {"timers": rung}, task.id, _once(rung))
        rung = []


def _escalate(
    desk: Desk, recorder: Recorder, step: str, timers: tuple[PendingTimer, ...]
) -> None:
    planned = desk.pinned.step(step)
    if planned.on_timeout == "remind":
        _remind(recorder, step, timers)
        return
    people = desk.people(recorder.before)
    rung = _rung(timers)
    level = max(timer.level for timer in timers if timer.kind == "escalation")
    for task in _open_seats(recorder.workflow, step):
        seats = recorder.workflow.seats(step)
        fact, data = _hop(people, planned, seats, task, level)
        recorder.note(fact, {"timers": rung, **data}, task.id, _once(rung))
        rung = []


def _hop(
    people: Eligibility,
    planned: PlannedStep,
    seats: tuple[Task, ...],
    task: Task,
    level: int,
) -> tuple[Fact, dict[str, object]]:
    if planned.on_timeout != "escalate":
        return Fact.TIMER_EXHAUSTED, {}
    if task.escalation_level >= level:
        # Whoever was to be asked now was asked before, when nobody below was left.
        return Fact.TASK_REMINDED, {}
    rule = people.needed[planned.id].rule
    roles = (*(each.role for each in planned.escalations), rule.fallback_role)
    engaged = taken(seats, people.directory) if len(seats) > 1 else {}

    def able(role: str) -> tuple[str, ...]:
        return tuple(p for p in people.able(task, role) if p not in engaged)

    hop = climb(roles, level, able)
    if hop is None:
        return Fact.TIMER_EXHAUSTED, {}
    alone = task.ad_hoc or planned.staffing.seats > 1
    return Fact.TASK_ESCALATED, _taken_over(hop, alone=alone)


def _taken_over(hop: Hop, *, alone: bool) -> dict[str, object]:
    # A seat of its own goes to one person; a shared one to everybody on the rung.
    person = hop.candidates[0] if alone else None
    return {
        "level": hop.level,
        "role": hop.role,
        "candidates": (person,) if person else hop.candidates,
        "assignee": person,
        "skipped": hop.skipped,
    }


def _open_seats(workflow: Workflow, step: str) -> tuple[Task, ...]:
    return tuple(task for task in workflow.seats(step) if task.is_open)


def _once(rung: list[tuple[str, int]]) -> str | None:
    """
    The natural key of firing these timers: none of them can be recorded twice.
    """
    return f"timer:{rung[0][0]}:{rung[0][1]}" if rung else None


def _rung(timers: Iterable[PendingTimer]) -> list[tuple[str, int]]:
    return [(timer.element, timer.occurrence) for timer in timers]
