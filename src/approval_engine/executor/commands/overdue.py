"""
The late timers of a pending workflow's steps → what the policy says of silence.

A reminder, the next rung of the ladder, a task beside the first, a hold that is told to
somebody, or an outcome; never an approval that the policy does not ask for by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.domain.completion import Outcome, at_deadline
from approval_engine.domain.events import Fact
from approval_engine.domain.outcome import awaits_added
from approval_engine.domain.seats import taken
from approval_engine.domain.timers import PendingTimer, TimerKind
from approval_engine.domain.workflow import Task
from approval_engine.escalations.ladder import Hop, climb, rungs
from approval_engine.executor.clocked import elapse
from approval_engine.executor.commands.beats import Desk
from approval_engine.executor.commands.ways import openings
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.follow_up import advance
from approval_engine.executor.openings import due, timer_row
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.stand_ins import pass_on_added
from approval_engine.planner.plan import PlannedStep

SILENCE = {"reject": Outcome.REJECTED, "approve": Outcome.APPROVED}
"""What a policy can take silence for."""

_Data = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Late:
    """
    One step whose time is over, with all of its timers that are due.
    """

    desk: Desk
    recorder: Recorder
    step: PlannedStep
    timers: tuple[PendingTimer, ...]
    people: Eligibility

    @property
    def rang(self) -> _Data:
        """
        Which timers a fact fires.
        """
        return {"timers": [(timer.element, timer.occurrence) for timer in self.timers]}

    @property
    def once(self) -> str:
        """
        The natural key of firing them: none can be recorded twice.
        """
        return f"timer:{self.timers[0].element}:{self.timers[0].occurrence}"

    @property
    def seats(self) -> tuple[Task, ...]:
        """
        The tasks at the step's seats.
        """
        return self.recorder.workflow.seats(self.step.id)

    @property
    def waiting(self) -> tuple[Task, ...]:
        """
        The first open task of each seat that has no answer.
        """
        first: dict[int, Task] = {}
        for task in self.seats:
            if task.is_open:
                first.setdefault(task.seat, task)
        return tuple(first.values())


def ring(desk: Desk, recorder: Recorder, late: Iterable[PendingTimer]) -> None:
    """
    Record what follows from timers that are due, step by step.
    """
    found = tuple(late)
    people = desk.people(recorder.before)
    for timer in found:
        # What an earlier one set in motion may have stopped it.
        if timer.kind is TimerKind.PROCESS and timer in recorder.workflow.timers:
            elapse(recorder, timer, desk.calendar)
            advance(recorder, openings(desk, recorder, people))
    ours = [timer for timer in found if timer.kind is not TimerKind.PROCESS]
    for step in dict.fromkeys(timer.step for timer in ours):
        # What an earlier step set in motion may have stopped these.
        left = recorder.workflow.timers
        mine = tuple(t for t in ours if t.step == step and t in left)
        if mine:
            planned = desk.pinned.step(step)
            _ring(
                _Late(
                    desk=desk,
                    recorder=recorder,
                    step=planned,
                    timers=mine,
                    people=people,
                )
            )


def _ring(late: _Late) -> None:
    kinds = {timer.kind for timer in late.timers}
    if TimerKind.EXHAUSTED in kinds:
        _end(late, "onExhausted", late.step.on_exhausted)
    elif TimerKind.ESCALATION not in kinds or late.step.on_timeout == "remind":
        _remind(late)
    elif late.step.on_timeout == "escalate":
        # Whoever is asked now needs no reminder of what his predecessor missed.
        _escalate(late)
    else:
        _end(late, "onTimeout", late.step.on_timeout)


def _remind(late: _Late) -> None:
    data = late.rang
    once: str | None = late.once
    for task in late.seats:
        if task.is_open:
            late.recorder.note(Fact.TASK_REMINDED, data, task.id, once)
            data, once = {"timers": []}, None


def _end(late: _Late, key: str, word: str) -> None:
    """
    Hold and tell, or give the step the outcome that the policy takes silence for.
    """
    told = late.people.overseers(late.step.id)
    outcome = _by_silence(late, word)
    if outcome is None:
        data = {**late.rang, "told": told}
        late.recorder.note(Fact.TIMER_EXHAUSTED, data, late.waiting[0].id, late.once)
        return
    asked = (each for task in late.seats if task.is_open for each in _asked(task))
    data = {
        **late.rang,
        "outcome": str(outcome),
        "because": f"{key} {word}",
        "told": tuple(dict.fromkeys((*asked, *told))),
    }
    late.recorder.note(Fact.STEP_TIMED_OUT, data, late.waiting[0].id, late.once)
    advance(late.recorder, openings(late.desk, late.recorder, late.people))
    pass_on_added(late.people, late.recorder)


def _by_silence(late: _Late, word: str) -> Outcome | None:
    """
    What silence says; None if it holds, as it must while an added approver is awaited.
    """
    if word not in SILENCE:
        return None
    workflow = late.recorder.workflow
    tally = workflow.tally(late.step.id)
    outcome = at_deadline(late.step.completion, tally, SILENCE[word])
    approves = outcome is Outcome.APPROVED
    return None if approves and awaits_added(workflow, late.step.id) else outcome


def _escalate(late: _Late) -> None:
    level = max(t.level for t in late.timers if t.kind is TimerKind.ESCALATION)
    top = level >= len(late.step.escalations)
    data = late.rang
    if top:
        data["sets"] = [_last_term(late, level)]
    once: str | None = late.once
    stuck: list[Task] = []
    for task in late.waiting:
        if _level(late, task) >= level:
            # Whoever was to be asked now was asked before, as nobody below was left.
            late.recorder.note(Fact.TASK_REMINDED, data, task.id, once)
        elif (hop := _hop(late, task, level)) is not None:
            _climb(late, task, hop, data, once)
        else:
            stuck.append(task)
            continue
        data, once = {"timers": []}, None
    if once is not None:
        _end(late, "onExhausted", late.step.on_exhausted if top else "hold")
        return
    for task in stuck:
        data = {"timers": [], "told": late.people.overseers(late.step.id)}
        late.recorder.note(Fact.TIMER_EXHAUSTED, data, task.id)


def _level(late: _Late, task: Task) -> int:
    beside = (each for each in late.seats if each.seat == task.seat)
    return max(each.escalation_level for each in beside)


def _last_term(late: _Late, level: int) -> _Data:
    """
    The last rung has as long as the step had; a definition does not draw that.
    """
    calendar = late.desk.calendar(late.step.calendar)
    due_at = due(late.recorder.at, late.step.sla_hours, calendar)
    element, occurrence = f"exhausted:{late.step.id}", late.waiting[0].occurrence
    return timer_row(element, TimerKind.EXHAUSTED, due_at, level, occurrence)


def _hop(late: _Late, task: Task, level: int) -> Hop | None:
    shared = late.step.staffing.seats == 1 and not task.ad_hoc
    asked = {
        person
        for each in late.seats
        if each.is_open and each.seat == task.seat
        for person in _asked(each)
    }
    engaged = {} if shared else taken(late.seats, late.people.directory)
    beside = late.step.escalate_mode == "add"

    def able(role: str) -> tuple[str, ...]:
        people = [p for p in late.people.able(task, role) if p not in engaged]
        fresh = tuple(person for person in people if person not in asked)
        # A role that brings nobody new is no rung; a task beside asks only the new.
        return fresh if beside or not fresh or role == task.role else tuple(people)

    alone = late.step.staffing.assignee and not task.escalation_level
    rule = late.people.needed[late.step.id].rule
    ladder = (each.role for each in late.step.escalations)
    own = late.step.role if alone else None
    return climb(rungs(ladder, own, rule.fallback_role), level, able)


def _climb(late: _Late, task: Task, hop: Hop, fired: _Data, once: str | None) -> None:
    beside = late.step.escalate_mode == "add"
    # A seat of its own goes to one person; a shared one to everybody on the rung.
    alone = task.ad_hoc or late.step.staffing.seats > 1
    person = hop.candidates[0] if alone else None
    new = late.desk.take_task_ids(1)[0] if beside else None
    asks: _Data = {
        "level": hop.level,
        "role": hop.role,
        "candidates": (person,) if person else hop.candidates,
        "assignee": person,
    }
    skipped = [
        {"role": role, "because": late.people.why_not(task, role)}
        for role in hop.skipped
    ]
    data = {**fired, **asks, "skipped": skipped, "beside": new}
    late.recorder.note(Fact.TASK_ESCALATED, data, task.id, once)
    if new is None:
        return
    calendar = late.desk.calendar(late.step.calendar)
    place = {name: getattr(task, name) for name in _PLACE}
    due_at = due(late.recorder.at, late.step.sla_hours, calendar)
    added = {"adHoc": True} if task.ad_hoc else {}
    opening = {**place, **asks, **added, "dueAt": due_at, "timers": []}
    late.recorder.note(Fact.TASK_OPENED, opening, new)


_PLACE = ("step", "element", "occurrence", "seat")


def _asked(task: Task) -> tuple[str, ...]:
    return (task.assignee,) if task.assignee else task.candidates
