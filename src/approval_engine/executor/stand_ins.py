"""
An open task and the windows of now → the fact that gives it to somebody else, or none.

It looks at where the task is, not at which window changed, so asking twice is harmless.
"""

from dataclasses import dataclass, replace

from approval_engine.domain.actions.request import other_seats
from approval_engine.domain.delegation import MAX_DEPTH
from approval_engine.domain.events import Fact
from approval_engine.domain.seats import taken
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.escalations.ladder import climb, rungs
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.recorder import Recorder
from approval_engine.planner.absence import Away, Lacks, is_away, standing
from approval_engine.planner.case import Case
from approval_engine.planner.plan import PlannedStep, StandIn
from approval_engine.planner.seating import free_for, lacks_for

Move = tuple[Fact, dict[str, object]]
"""A fact and what it holds."""


def move_of(
    people: Eligibility, workflow: Workflow, step: PlannedStep, task: Task
) -> Move | None:
    """
    What absence and return make of an open task now; None if it stays where it is.

    Whoever is away loses it to his stand-in. A stand-in keeps it while his windows run,
    and once he has taken it up. Nobody to stand in: the next role is asked at once.
    """
    search = _Search.at(people, workflow, step, task)
    if not task.is_lent:
        return _left(search)
    if search.counts(task.assignee or ""):
        return _passed_on(search)
    return _returned(search)


def pass_on_added(people: Eligibility, recorder: Recorder) -> None:
    """
    Give seats that were added just now, and whose person is away, to his stand-in.
    """
    for task in recorder.workflow.open_tasks:
        if not task.ad_hoc or recorder.before.task(task.id):
            continue
        step = recorder.pinned.step(task.step)
        if move := move_of(people, recorder.workflow, step, task):
            fact, data = move
            recorder.note(fact, data, task.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    people: Eligibility
    case: Case
    step: PlannedStep
    task: Task
    engaged: frozenset[str]
    lacks: Lacks

    @classmethod
    def at(
        cls, people: Eligibility, workflow: Workflow, step: PlannedStep, task: Task
    ) -> "_Search":
        case = people.beside(workflow, step.id)
        requirement = people.needed[step.id]
        others = taken(other_seats(workflow, task), people.directory)
        return cls(
            people=people,
            case=case,
            step=step,
            task=task,
            engaged=frozenset(others),
            # Whoever was added needs no authority, so neither does his stand-in.
            lacks=free_for(case, others)
            if task.ad_hoc
            else lacks_for(case, requirement, task.role, others),
        )

    def standing(self, person: str) -> StandIn | Away | None:
        return standing(self.case, self.task.role, person, self.lacks)

    def counts(self, person: str) -> bool:
        user = self.people.directory.user(person)
        active = user is not None and user.active
        return active and self.people.lacking(self.task, person) is None

    def is_there(self, person: str) -> bool:
        user = self.people.directory.user(person)
        fit = user is not None and user.active and person not in self.case.barred
        return (
            fit
            and not is_away(self.case, self.task.role, person)
            and self.people.lacking(self.task, person) is None
        )


def _left(search: _Search) -> Move | None:
    """
    For a task that is with the person or the pool that it was meant for.
    """
    task = search.task
    holders = (task.assignee,) if task.assignee else task.candidates
    found = [search.standing(person) for person in holders]
    if None in found:
        return None
    return _to_a_stand_in(search, found)


def _passed_on(search: _Search) -> Move | None:
    """
    For a task at a stand-in whose windows run: he may be away himself by now.
    """
    task = search.task
    found = search.standing(task.assignee or "")
    if found is None:
        return None
    if isinstance(found, StandIn):
        windows = (*task.windows, *found.windows)
        if len(windows) <= MAX_DEPTH:
            return _stands_in(replace(found, windows=windows), task.principal)
    return _returned(search)


def _returned(search: _Search) -> Move | None:
    """
    For a task whose stand-in counts no more: back to those he had it from.
    """
    task = search.task
    there = [person for person in task.candidates if search.is_there(person)]
    if there:
        only = there[0] if len(task.candidates) == 1 else None
        return Fact.TASK_HANDED_BACK, {"assignee": only, "windows": task.windows}
    return _to_a_stand_in(search, [search.standing(each) for each in task.candidates])


def _to_a_stand_in(search: _Search, found: list[StandIn | Away | None]) -> Move:
    for each in found:
        if isinstance(each, StandIn):
            return _stands_in(each, search.task.principal or each.principal)
    reasons = [
        f"'{each.person}' {each.reason}" for each in found if isinstance(each, Away)
    ]
    because = "; ".join(reasons) or "nobody who was asked may decide it any more"
    return _next_role(search, because)


def _stands_in(found: StandIn, principal: str | None) -> Move:
    data: dict[str, object] = {
        "assignee": found.person,
        "principal": principal,
        "windows": found.windows,
    }
    return Fact.TASK_STOOD_IN, data


def _next_role(search: _Search, because: str) -> Move:
    task, people = search.task, search.people
    rule = people.needed[task.step].rule
    ladder = (each.role for each in search.step.escalations)
    roles = rungs(ladder, None, rule.fallback_role)
    alone = task.ad_hoc or search.step.staffing.seats > 1

    def able(role: str) -> tuple[str, ...]:
        return tuple(
            person
            for person in people.able(task, role)
            if person not in search.engaged
            and person != task.assignee
            and not is_away(search.case, role, person)
        )

    hop = climb(roles, task.escalation_level + 1, able)
    if hop is None:
        told = people.overseers(task.step)
        return Fact.TIMER_EXHAUSTED, {"timers": (), "because": because, "told": told}
    person = hop.candidates[0] if alone else None
    data: dict[str, object] = {
        "timers": (),
        "level": hop.level,
        "role": hop.role,
        "candidates": (person,) if person else hop.candidates,
        "assignee": person,
        "skipped": [
            {"role": each, "because": people.why_not(task, each)}
            for each in hop.skipped
        ],
        "beside": None,
        "because": because,
    }
    return Fact.TASK_ESCALATED, data
