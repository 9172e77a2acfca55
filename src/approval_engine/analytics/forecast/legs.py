"""
The plan of a review and where it stands → the way that is left of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from approval_engine.analytics.forecast.course import Leg, Stage, Wait, Way
from approval_engine.analytics.forecast.habits import Habits
from approval_engine.analytics.hours import Calendars
from approval_engine.domain.completion import Completion, Rule, needed
from approval_engine.domain.delegation import MAX_DEPTH, Delegation, active
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.planner.opening import planned_seats
from approval_engine.planner.plan import PlannedStep, RoutingPlan

_ALL = frozenset({Rule.ALL, Rule.ALL_RESPOND_ANY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    What is to be forecast: a plan at an instant, or a workflow that runs by it.

    `stands` are the steps that an earlier approval answers; `windows` are those who
    stand in, now and later.
    """

    plan: RoutingPlan
    at: datetime
    workflow: Workflow | None = None
    stands: frozenset[str] = frozenset()
    windows: tuple[Delegation, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """
    What legs are made of: curves, calendars, and how many of each role wait now.
    """

    habits: Habits
    calendars: Calendars
    waiting: Mapping[str, int]


def roles_left(asked: Asked) -> tuple[str, ...]:
    """
    The roles that are still to answer, each once, in the order of the plan.
    """
    left = (each for each in asked.plan.steps if not _is_over(asked, each))
    roles = (seat.role for each in left for seat in planned_seats(each))
    return tuple(dict.fromkeys(roles))


def way(asked: Asked, desk: Desk) -> Way:
    """
    What is left: chains of the policy, and what the process asks around them.

    Where the drawing puts that is not asked: it counts one after the other, behind the
    chains, unless it has begun.
    """
    around = [each for each in asked.plan.steps if each.around and _left(asked, each)]
    begun = [each for each in around if _tasks(asked, each)]
    chains = [
        [_stage([e for e in stage if _left(asked, e)], asked, desk) for stage in chain]
        for chain in asked.plan.chains()
    ]
    later = [_stage([each], asked, desk) for each in around if each not in begun]
    if any(_tasks(asked, each) for each in asked.plan.approvals):
        chains += [[_stage([each], asked, desk)] for each in begun]
        begun = []
    return Way(
        first=(_stage(begun, asked, desk),),
        chains=tuple(tuple(each) for each in chains),
        last=tuple(later),
    )


def _left(asked: Asked, step: PlannedStep) -> bool:
    return not _is_over(asked, step)


def _is_over(asked: Asked, step: PlannedStep) -> bool:
    tasks = _tasks(asked, step)
    return step.id in asked.stands or bool(tasks and not any(t.is_open for t in tasks))


def _tasks(asked: Asked, step: PlannedStep) -> tuple[Task, ...]:
    return asked.workflow.seats(step.id) if asked.workflow else ()


def _stage(steps: Iterable[PlannedStep], asked: Asked, desk: Desk) -> Stage:
    mine = tuple(steps)

    def stage(begin: float) -> tuple[Leg, ...]:
        return tuple(_leg(each, begin, asked, desk) for each in mine)

    return stage


def _leg(step: PlannedStep, begin: float, asked: Asked, desk: Desk) -> Leg:
    tasks = _tasks(asked, step)
    waits = tuple(
        _open(step, tasks, asked, desk) if tasks else _ahead(step, begin, asked, desk)
    )
    answers = _answers(step.completion, len(waits))
    if tasks and asked.workflow and step.completion.rule not in _ALL:
        tally = asked.workflow.tally(step.id)
        answers = needed(step.completion, tally.seats + tally.withdrawn)
        answers -= tally.approvals
    if step.completion.wait_for_all or any(t.ad_hoc and t.is_open for t in tasks):
        answers = len(waits)
    return Leg(
        step=step.id,
        hours=desk.calendars.of(step.calendar),
        waits=waits,
        needed=min(max(1, answers), len(waits)),
        open=bool(tasks),
        advice=not step.required,
    )


def _answers(completion: Completion, seats: int) -> int:
    return seats if completion.rule in _ALL else needed(completion, seats)


def _open(
    step: PlannedStep, tasks: Iterable[Task], asked: Asked, desk: Desk
) -> Iterator[Wait]:
    hours = desk.calendars.of(step.calendar)
    seats: dict[int, list[Task]] = {}
    for each in tasks:
        if each.is_open:
            seats.setdefault(each.seat, []).append(each)
    for number, shared in seats.items():
        first = min(shared, key=lambda each: each.escalation_level)
        role = step.staffing.role_of(min(number, step.staffing.seats)) or step.role
        person = None if first.escalation_level else first.assignee
        since = min(each.opened_at for each in shared)
        elapsed = hours.between(since.timestamp(), asked.at.timestamp())
        # He is one of those who wait.
        yield _wait(desk, role, person, elapsed, beside=-1)


def _ahead(step: PlannedStep, begin: float, asked: Asked, desk: Desk) -> Iterator[Wait]:
    at = datetime.fromtimestamp(begin, UTC)
    for seat in planned_seats(step):
        person = seat.assignee and _stand_in(asked, seat.role, seat.assignee, at)
        yield _wait(desk, seat.role, person, 0.0)


def _wait(
    desk: Desk, role: str, person: str | None, elapsed: float, beside: int = 0
) -> Wait:
    waiting = max(0, desk.waiting.get(role, 0) + beside)
    return Wait(
        curve=desk.habits.curve(role, person),
        slow=desk.habits.slow(role, waiting),
        elapsed=elapsed,
    )


def _stand_in(asked: Asked, role: str, person: str, at: datetime) -> str:
    """
    Who has the work of a person by then, as far as windows say so for every quote.
    """
    plain = [each for each in active(asked.windows, at) if each.within is None]
    for _ in range(MAX_DEPTH):
        found = (
            each.delegate
            for each in plain
            if each.principal == person and each.covers(role)
            if each.process in {None, asked.plan.process}
        )
        person = next(found, person)
    return person
