"""
A planned step on the day it opens → its seats: who is asked, and who stands in.

The plan fixed how many seats there are; who has them is looked up again.
"""

from dataclasses import dataclass, replace

from approval_engine.errors import PlanError
from approval_engine.planner.absence import Away, standing
from approval_engine.planner.case import NOBODY, Case
from approval_engine.planner.plan import PlannedStep, StandIn
from approval_engine.planner.requirements import Requirement
from approval_engine.planner.seating import is_shared, lacks_for, substitute
from approval_engine.planner.staffing import staff

BY_COUNT = frozenset({"least_loaded", "round_robin"})
"""The assignments that look at how much everybody has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """
    Who is asked for one answer: the assignee, else any of the candidates.

    With a stand-in as assignee, `principal` is whose work he does, the candidates are
    those he is asked for, and `windows` lead to him. `away` pairs whoever was passed
    over with the reason.
    """

    role: str
    candidates: tuple[str, ...]
    assignee: str | None
    principal: str | None = None
    windows: tuple[str, ...] = ()
    away: tuple[tuple[str, str], ...] = ()


def planned_seats(step: PlannedStep) -> tuple[Seat, ...]:
    """
    The seats as the plan has them.
    """
    staffing = step.staffing
    roles = [staffing.role_of(n) or step.role for n in range(1, staffing.seats + 1)]
    if staffing.seats == 1:
        first = Seat(
            role=roles[0],
            candidates=staffing.candidates,
            assignee=staffing.assignee,
            away=staffing.away,
        )
        seat = _lent(first, staffing.stand_ins)
        # A pool that is away as a whole has one stand-in for everybody in it.
        pool = tuple(each.principal for each in staffing.stand_ins)
        return (replace(seat, candidates=pool) if seat.windows else seat,)
    seats = (
        Seat(role=role, candidates=(person,), assignee=person)
        for role, person in zip(roles, staffing.candidates, strict=True)
    )
    first, *others = (_lent(seat, staffing.stand_ins) for seat in seats)
    return (replace(first, away=staffing.away), *others)


def seats_now(
    case: Case, requirement: Requirement, step: PlannedStep
) -> tuple[Seat, ...]:
    """
    The seats as they are filled now; as planned where nobody else may have them.
    """
    planned = planned_seats(step)
    if is_shared(requirement):
        return (_shared(case, requirement, step, planned[0]),)
    filled: list[Seat] = []
    for number, seat in enumerate(planned):
        others = [*filled, *planned[number + 1 :]]
        filled.append(_own(case, requirement, seat, others))
    return tuple(filled)


def _lent(seat: Seat, stand_ins: tuple[StandIn, ...]) -> Seat:
    mine = next((each for each in stand_ins if each.person == seat.assignee), None)
    if mine is None:
        return seat
    return replace(
        seat,
        candidates=(mine.principal,),
        principal=mine.principal,
        windows=mine.windows,
    )


def _shared(
    case: Case, requirement: Requirement, step: PlannedStep, planned: Seat
) -> Seat:
    try:
        staffing = staff(case, requirement)
    except PlanError:
        # Nobody may have it any more: it is asked as planned, and the clock goes on.
        return planned
    (seat,) = planned_seats(replace(step, staffing=staffing))
    spread = requirement.rule.assign in BY_COUNT
    if spread and planned.assignee in seat.candidates:
        return replace(seat, assignee=planned.assignee)
    return seat


def _own(case: Case, requirement: Requirement, seat: Seat, others: list[Seat]) -> Seat:
    """
    One of several seats: it stays with its person, or goes to whoever may have it.
    """
    person = seat.principal or seat.candidates[0]
    seated_now = [each.assignee or each.candidates[0] for each in others]
    lacks = lacks_for(case, requirement, seat.role, seated_now)
    # A part in another step bars nobody from a seat of his own, before he decided it.
    free = replace(case, engaged=NOBODY)
    own = replace(
        seat, candidates=(person,), assignee=person, principal=None, windows=(), away=()
    )
    reason = lacks_for(free, requirement, seat.role, seated_now)(person)
    if reason is None:
        match standing(case, seat.role, person, lacks):
            case None:
                return own
            case StandIn() as found:
                return replace(
                    own,
                    assignee=found.person,
                    principal=person,
                    windows=found.windows,
                )
            case Away() as away:
                reason = away.reason
    other = substitute(case, requirement, seat.role, seated_now)
    own = replace(own, away=((person, reason),))
    if other is None:
        return own
    return replace(own, candidates=other[:1], assignee=other[0], role=other[1])
