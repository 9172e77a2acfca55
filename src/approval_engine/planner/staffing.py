"""
A required step and the roster → who is asked, and who must not be.

Whoever is missing is looked for further up; nobody found is a plan error, never a yes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from approval_engine.domain.completion import needed, one_seat
from approval_engine.domain.people import User
from approval_engine.domain.quote import Quote, Value
from approval_engine.errors import PlanError
from approval_engine.planner.plan import Staffing
from approval_engine.planner.requirements import Requirement, problem, words
from approval_engine.planner.roster import Roster
from approval_engine.policy.authority import personal_limits_hold
from approval_engine.policy.model import Policy, StepRule

SELF = "auto_escalated_self"
"""The person to ask must not decide, so that somebody further up the line is asked."""

LIMIT = "auto_escalated_limit"
"""The person to ask has too small an authority, so that one further up is asked."""

NEXT_ROLE = "escalated_role"
"""Nobody of the step's own role may decide, so that the next role is asked."""

FALLBACK = "fallback_role"
"""Nobody else was left, so that the fallback role is asked."""

MANAGER = "manager_of_submitter"
NAMED = "user:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """
    One quote on its way into a plan: what people are chosen by.

    `barred` are those who must not decide it, with the reason.
    """

    policy: Policy
    inputs: Mapping[str, Value]
    quote: Quote
    roster: Roster
    barred: Mapping[str, str]


def staff(case: Case, requirement: Requirement) -> Staffing:
    """
    Who may take the seats of a step.

    Raises PlanError if nobody may, or fewer than its completion rule needs.
    """
    found = next(_teams(case, requirement), None)
    if found is None:
        raise _nobody(case, requirement)
    if not (_is_shared(requirement) or found.roles):
        found = replace(found, candidates=_one_account_each(case, found.candidates))
    seats = 1 if _is_shared(requirement) else len(found.candidates)
    _check_reachable(case, requirement, found)
    return replace(
        found,
        assignee=found.assignee or _chosen(case, requirement, found.candidates),
        excluded=_excluded(case, requirement),
        seats=seats,
    )


def _teams(case: Case, requirement: Requirement) -> Iterator[Staffing]:
    """
    Those who could take the step, in the order they are tried; none is empty.
    """
    if requirement.committee:
        yield from _committee(case, requirement)
        return
    rule, people = requirement.rule, _asked(case, requirement)
    yield from _own(case, requirement, people)
    for role in requirement.higher:
        yield from _of_role(case, requirement, role, NEXT_ROLE)
    # A role that nobody holds or matches goes to the fallback at once.
    if people or _is_line(requirement):
        for level in rule.escalate_to:
            yield from _of_role(case, requirement, level.role, NEXT_ROLE)
    yield from _of_role(case, requirement, rule.fallback_role, FALLBACK)


def _committee(case: Case, requirement: Requirement) -> Iterator[Staffing]:
    # The role with the fewest people chooses first: it has nobody else to send.
    able = {
        role: _able(case, requirement, case.roster.directory.members(role))
        for role in requirement.committee
    }
    sent: dict[str, str] = {}
    seated: set[str] = set()
    for role in sorted(able, key=lambda each: len(able[each])):
        free = [person for person in able[role] if person not in seated]
        if free:
            sent[role] = case.roster.least_loaded(free)
            seated.update(case.roster.directory.accounts_of(sent[role]))
    roles = tuple(role for role in able if role in sent)
    if roles:
        yield Staffing(candidates=tuple(sent[role] for role in roles), roles=roles)


def _own(
    case: Case, requirement: Requirement, people: tuple[User, ...]
) -> Iterator[Staffing]:
    able = _able(case, requirement, people)
    if not able:
        return
    if not _is_line(requirement):
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


def _is_line(requirement: Requirement) -> bool:
    assign = requirement.rule.assign
    return assign == MANAGER or assign.startswith(NAMED)


def line_of(case: Case, rule: StepRule) -> tuple[User, ...]:
    """
    Whom a step asks by name or as the manager, then the managers above him.

    Empty for a pool, and if there is no such person.
    """
    directory = case.roster.directory
    if rule.assign == MANAGER:
        return tuple(case.roster.line_above(case.quote.submitted_by))
    if rule.assign.startswith(NAMED):
        user = directory.user(rule.assign.removeprefix(NAMED))
        active = user is not None and user.active
        return (user, *case.roster.line_above(user.id)) if user and active else ()
    return ()


def _asked(case: Case, requirement: Requirement) -> tuple[User, ...]:
    """
    Those the step asks before anybody is ruled out; a line has its first person first.
    """
    rule = requirement.rule
    if _is_line(requirement):
        return line_of(case, rule)
    members = case.roster.directory.members(rule.role)
    return tuple(user for user in members if _matches(case, rule.match, user))


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


def has_authority(case: Case, requirement: Requirement, user: User) -> bool:
    """
    Whether a person may sign off what a ladder measured; true where none did.
    """
    if not requirement.measures:
        return True
    roles = {requirement.rule.role, *requirement.higher}
    # A person's limits may be on facts that the ladder does not measure.
    return not roles.isdisjoint(case.roster.directory.roles_of(user.id)) and all(
        personal_limits_hold(user, {**case.inputs, **measures})
        for measures in requirement.measures
    )


def _is_shared(requirement: Requirement) -> bool:
    rule = requirement.rule
    return one_seat(rule.completion) and not rule.ask_everyone


def _one_account_each(case: Case, people: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    seated: set[str] = set()
    for person in people:
        if person not in seated:
            found.append(person)
            seated.update(case.roster.directory.accounts_of(person))
    return tuple(found)


def _chosen(
    case: Case, requirement: Requirement, candidates: tuple[str, ...]
) -> str | None:
    rule = requirement.rule
    if not _is_shared(requirement):
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


def measured(requirement: Requirement) -> str:
    """
    What the ladders measured, in words; empty where none did.
    """
    pairs = {
        f"{name} {words(value)}": None
        for measures in requirement.measures
        for name, value in measures.items()
    }
    return ", ".join(pairs)


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
