"""
Those who could take the seats of a step, and who of them is away → who has each seat.

Whoever is away is skipped in a pool while others are there; where everybody must answer
his stand-in has the seat, or somebody of the next role. No person gets two of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from approval_engine.domain.completion import Rule, needed, one_seat
from approval_engine.planner.absence import Away, Lacks, is_away, standing
from approval_engine.planner.case import Case
from approval_engine.planner.fitness import lacking
from approval_engine.planner.plan import Staffing, StandIn
from approval_engine.planner.requirements import Requirement

EVERYBODY = frozenset({Rule.ALL, Rule.ALL_RESPOND_ANY})
"""The rules that need an answer from everybody who is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seat:
    person: str
    role: str
    stand_in: StandIn | None = None


def is_shared(requirement: Requirement) -> bool:
    """
    Whether the step opens one seat for all who are asked.
    """
    rule = requirement.rule
    return one_seat(rule.completion) and not rule.ask_everyone


def seated(case: Case, requirement: Requirement, team: Staffing) -> Staffing:
    """
    The team as it is there, with stand-ins; no candidates if all of them are missing.
    """
    if requirement.committee:
        return team
    if is_shared(requirement):
        return _together(case, requirement, team)
    return _apart(case, requirement, team)


def committee(
    case: Case, requirement: Requirement, able: Mapping[str, tuple[str, ...]]
) -> Iterator[Staffing]:
    """
    One person for each role of a committee that has somebody, if any role has.
    """
    # The role with the fewest people chooses first: it has nobody else to send.
    seats: dict[str, _Seat] = {}
    seated_now: set[str] = set()
    for role in sorted(able, key=lambda each: len(able[each])):
        free = [person for person in able[role] if person not in seated_now]
        if free:
            seats[role] = _sent(case, requirement, role, free, seated_now)
            seated_now.update(case.roster.directory.accounts_of(seats[role].person))
    if seats:
        filled = [seats[role] for role in able if role in seats]
        roles = tuple(seat.role for seat in filled)
        yield replace(_filled(Staffing(candidates=()), filled), roles=roles)


def lacks_for(
    case: Case, requirement: Requirement, role: str, seated_now: Iterable[str] = ()
) -> Lacks:
    """
    What a stand-in may lack who is to have a seat of that role beside those seated.
    """
    against = free_for(case, seated_now)

    def lacks(person: str) -> str | None:
        return against(person) or lacking(case, requirement, role, person)

    return lacks


def free_for(case: Case, seated_now: Iterable[str]) -> Lacks:
    """
    What stands against somebody whatever the seat asks for, and whatever he may do.
    """
    directory = case.roster.directory
    accounts = {each for person in seated_now for each in directory.accounts_of(person)}

    def lacks(person: str) -> str | None:
        user = directory.user(person)
        if user is not None and not user.active:
            return "is no longer active"
        if reason := case.barred.get(person):
            return f"must not decide: {reason}"
        if person in accounts:
            return "has a seat of this step already"
        return case.engaged.get(person)

    return lacks


def substitute(
    case: Case, requirement: Requirement, role: str, seated_now: Iterable[str]
) -> tuple[str, str] | None:
    """
    Who else may have a seat of that role, and in which role: the next ones up count.
    """
    seated_now, rule = tuple(seated_now), requirement.rule
    above = (
        *requirement.higher,
        *(level.role for level in rule.escalate_to),
        rule.fallback_role,
    )
    # A seat of a committee stays with the role that has it.
    for each in (role, *(() if requirement.committee else above)):
        lacks = lacks_for(case, requirement, each, seated_now)
        for user in case.roster.directory.members(each):
            if not is_away(case, each, user.id) and not lacks(user.id):
                return user.id, each
    return None


def _sent(
    case: Case,
    requirement: Requirement,
    role: str,
    free: list[str],
    seated_now: set[str],
) -> _Seat:
    there = [person for person in free if not is_away(case, role, person)]
    if not there:
        lacks = lacks_for(case, requirement, role, seated_now)
        for person in free:
            found = standing(case, role, person, lacks)
            if isinstance(found, StandIn):
                return _Seat(person=found.person, role=role, stand_in=found)
    return _Seat(person=case.roster.least_loaded(there or free), role=role)


def _together(case: Case, requirement: Requirement, team: Staffing) -> Staffing:
    role = team.role or requirement.rule.role
    lacks = lacks_for(case, requirement, role)
    found = {each: standing(case, role, each, lacks) for each in team.candidates}
    there = tuple(person for person, other in found.items() if other is None)
    away = tuple((person, _why(other)) for person, other in found.items() if other)
    if there:
        assignee = team.assignee if team.assignee in there else None
        return replace(team, candidates=there, assignee=assignee, away=away)
    others = tuple(each for each in found.values() if isinstance(each, StandIn))
    asked = tuple(each.person for each in others[:1])
    return replace(
        team,
        candidates=asked,
        assignee=asked[0] if asked else None,
        stand_ins=others,
        away=away,
    )


def _apart(case: Case, requirement: Requirement, team: Staffing) -> Staffing:
    rule, role = requirement.rule, team.role or requirement.rule.role
    people = _one_account_each(case, team.candidates)
    missing = [person for person in people if is_away(case, role, person)]
    seats = {
        person: _Seat(person=person, role=role)
        for person in people
        if person not in missing
    }
    away: list[tuple[str, str]] = []
    for person in missing:
        wanted = _must_answer(case, requirement, person)
        if not wanted and not _too_few(requirement, len(seats)):
            away.append((person, "is away"))
            continue
        engaged = [each.person for each in seats.values()]
        lacks = lacks_for(case, requirement, role, engaged)
        found = standing(case, role, person, lacks)
        away.append((person, _why(found)))
        if isinstance(found, StandIn):
            seats[person] = _Seat(person=found.person, role=role, stand_in=found)
        elif wanted:
            other = substitute(case, requirement, role, engaged) or (person, role)
            seats[person] = _Seat(person=other[0], role=other[1])
    for person in missing:
        if _too_few(requirement, len(seats)) and rule.completion.rule is Rule.QUORUM:
            seats.setdefault(person, _Seat(person=person, role=role))
    filled = [seats[person] for person in people if person in seats]
    roles = tuple(seat.role for seat in filled)
    return replace(
        _filled(team, filled),
        roles=() if set(roles) <= {role} else roles,
        away=tuple(away),
    )


def _filled(team: Staffing, seats: list[_Seat]) -> Staffing:
    asked = tuple(seat.person for seat in seats)
    stand_ins = tuple(seat.stand_in for seat in seats if seat.stand_in)
    alone = asked[0] if len(asked) == 1 and stand_ins else None
    assignee = team.assignee if team.assignee in asked else alone
    return replace(team, candidates=asked, assignee=assignee, stand_ins=stand_ins)


def _must_answer(case: Case, requirement: Requirement, person: str) -> bool:
    completion = requirement.rule.completion
    # Whoever may stop it all is heard, whatever the others say.
    heard = set(case.roster.directory.roles_of(person)) & set(completion.veto)
    return completion.rule in EVERYBODY or completion.wait_for_all or bool(heard)


def _too_few(requirement: Requirement, seats: int) -> bool:
    return seats < needed(requirement.rule.completion, max(1, seats))


def _one_account_each(case: Case, people: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    seen: set[str] = set()
    for person in people:
        if person not in seen:
            found.append(person)
            seen.update(case.roster.directory.accounts_of(person))
    return tuple(found)


def _why(found: StandIn | Away | None) -> str:
    match found:
        case Away():
            return found.reason
        case StandIn():
            windows = ", ".join(f"'{each}'" for each in found.windows)
            return f"is away by {windows}"
    return "is away"
