"""
A required step and the roster → who is asked, and who must not be.

Whoever is missing is looked for further up; nobody found is a plan error, never a yes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from approval_engine.domain.completion import needed
from approval_engine.domain.people import User
from approval_engine.errors import PlanError
from approval_engine.planner.case import Case
from approval_engine.planner.fitness import has_authority, is_line, line_of, measured
from approval_engine.planner.plan import Staffing
from approval_engine.planner.requirements import Requirement, problem, words
from approval_engine.planner.seating import committee, is_shared, seated

SELF = "auto_escalated_self"
"""The person to ask must not decide, so that somebody further up the line is asked."""

LIMIT = "auto_escalated_limit"
"""The person to ask has too small an authority, so that one further up is asked."""

ABSENT = "auto_escalated_absent"
"""The people to ask are away and nobody stands in, so that the next role is asked."""

NEXT_ROLE = "escalated_role"
"""Nobody of the step's own role may decide, so that the next role is asked."""

FALLBACK = "fallback_role"
"""Nobody else was left, so that the fallback role is asked."""


def staff(case: Case, requirement: Requirement) -> Staffing:
    """
    Who may take the seats of a step.

    Raises PlanError if nobody may, or fewer than its completion rule needs.
    """
    found = _first(case, requirement)
    shared = is_shared(requirement)
    _check_reachable(case, requirement, found)
    return replace(
        found,
        assignee=found.assignee or _chosen(case, requirement, found.candidates),
        excluded=_excluded(case, requirement),
        seats=1 if shared else len(found.candidates),
    )


def _first(case: Case, requirement: Requirement) -> Staffing:
    """
    The first of the teams that is there; where all are away, the first one after all.
    """
    away: tuple[tuple[str, str], ...] = ()
    first: Staffing | None = None
    for team in _teams(case, requirement):
        found = seated(case, requirement, team)
        if found.candidates:
            note = ABSENT if away else found.note
            return replace(found, note=note, away=(*away, *found.away))
        first = first or team
        away = (*away, *found.away)
    if first is None:
        raise _nobody(case, requirement)
    # Nobody's leave may turn a quote away: it waits for him, and the clock goes on.
    there = replace(case, roster=replace(case.roster, delegations=()))
    return replace(seated(there, requirement, first), away=tuple(dict.fromkeys(away)))


def _teams(case: Case, requirement: Requirement) -> Iterator[Staffing]:
    """
    Those who could take the step, in the order they are tried; none is empty.
    """
    if requirement.committee:
        able = {
            role: _able(case, requirement, case.roster.directory.members(role))
            for role in requirement.committee
        }
        yield from committee(case, requirement, able)
        return
    rule, people = requirement.rule, _asked(case, requirement)
    yield from _own(case, requirement, people)
    for role in requirement.higher:
        yield from _of_role(case, requirement, role, NEXT_ROLE)
    # A role that nobody holds or matches goes to the fallback at once.
    if people or is_line(rule):
        for level in rule.escalate_to:
            yield from _of_role(case, requirement, level.role, NEXT_ROLE)
    yield from _of_role(case, requirement, rule.fallback_role, FALLBACK)


def _own(
    case: Case, requirement: Requirement, people: tuple[User, ...]
) -> Iterator[Staffing]:
    able = _able(case, requirement, people)
    if not able:
        return
    if not is_line(requirement.rule):
        yield Staffing(candidates=able)
        return
    note = None
    if able[0] != people[0].id:
        note = SELF if people[0].id in case.barred else LIMIT
    yield Staffing(candidates=able[:1], assignee=able[0], note=note)


def _of_role(
    case: Case, requirement: Requirement, role: str, note: str
) -> Iterator[Staffing]:
    able = _able(case, requirement, case.roster.directory.members(role))
    if able:
        yield Staffing(candidates=able, role=role, note=note)


def _asked(case: Case, requirement: Requirement) -> tuple[User, ...]:
    """
    Those the step asks before anybody is ruled out; a line has its first person first.
    """
    rule = requirement.rule
    if is_line(rule):
        return line_of(case, rule)
    directory = case.roster.directory
    members = directory.members(rule.role)
    found = [user for user in members if _matches(case, rule.match, user)]
    found += [user for role in requirement.also for user in directory.members(role)]
    named = (directory.user(person) for person in requirement.people)
    found += [user for user in named if user is not None and user.active]
    return tuple({user.id: user for user in found}.values())


def _matches(case: Case, match: Mapping[str, str], user: User) -> bool:
    for attribute, name in match.items():
        value = case.inputs.get(name)
        values = value if isinstance(value, tuple) else (value,)
        wanted = {words(each) for each in values if each is not None}
        if user.attributes.get(attribute) not in wanted:
            return False
    return True


def _able(
    case: Case, requirement: Requirement, people: Iterable[User]
) -> tuple[str, ...]:
    return tuple(
        user.id
        for user in people
        if user.id not in case.barred and has_authority(case, requirement, user)
    )


def _chosen(
    case: Case, requirement: Requirement, candidates: tuple[str, ...]
) -> str | None:
    rule = requirement.rule
    if not is_shared(requirement):
        return None
    if rule.assign == "least_loaded":
        return case.roster.least_loaded(candidates)
    if rule.assign == "round_robin":
        return case.roster.next_in_turn(candidates)
    return None


def _excluded(case: Case, requirement: Requirement) -> tuple[tuple[str, str], ...]:
    weak = (
        (user.id, f"own authority does not cover {measured(requirement)}")
        for user in _asked(case, requirement)
        if user.id not in case.barred and not has_authority(case, requirement, user)
    )
    return (*case.barred.items(), *weak)


def _check_reachable(case: Case, requirement: Requirement, found: Staffing) -> None:
    rule, people = requirement.rule, len(found.candidates)
    count = needed(rule.completion, people)
    if count > people:
        sentence = (
            f"Expected {count} people who may decide {_subject(case, requirement)},"
            f" but there are {people}: {', '.join(found.candidates)}."
        )
        raise problem(case.policy, "quorum-unreachable", rule.id, sentence)


def _nobody(case: Case, requirement: Requirement) -> PlanError:
    rule = requirement.rule
    next_roles = (level.role for level in rule.escalate_to)
    line = (rule.role, *requirement.higher, *next_roles, rule.fallback_role)
    roles = requirement.committee or line
    sums = measured(requirement)
    covering = f" covers {sums}" if sums else ""
    sentence = (
        f"Expected somebody who may decide {_subject(case, requirement)}, but nobody"
        f" of {', '.join(dict.fromkeys(roles))}{covering or ' is eligible'}."
    )
    return problem(case.policy, "no-eligible-approver", rule.id, sentence)


def _subject(case: Case, requirement: Requirement) -> str:
    quote = case.quote
    step = requirement.rule.id
    return f"step '{step}' of quote '{quote.id}' revision {quote.revision}"
