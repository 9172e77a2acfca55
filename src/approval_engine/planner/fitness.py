"""
A person and a required step → whether he may sign it off, or what he lacks.

The planner asks it at submit and the guard at every decision: one rule, one place.
"""

from approval_engine.domain.people import User
from approval_engine.planner.case import Case
from approval_engine.planner.requirements import Requirement, words
from approval_engine.policy.authority import personal_limits_hold
from approval_engine.policy.model import StepRule

MANAGER = "manager_of_submitter"
NAMED = "user:"


def lacking(case: Case, requirement: Requirement, role: str, person: str) -> str | None:
    """
    Why a person may not decide a seat that is with `role`, as the rest of a sentence.
    """
    user = case.roster.directory.user(person)
    if user is None:
        return "is not in the directory"
    roles = _roles(requirement, role)
    holds = not roles.isdisjoint(case.roster.directory.roles_of(person))
    named = person in requirement.people or user in line_of(case, requirement.rule)
    if not holds and not named:
        # A task of a process may ask people by name alone.
        names = ", ".join(sorted(filter(None, roles)))
        return f"holds no role of {names}" if names else "is not asked by name"
    if not has_authority(case, requirement, user):
        return f"has no authority over {measured(requirement)}"
    return None


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


def is_line(rule: StepRule) -> bool:
    """
    Whether a step asks one person by name or rank, and then those above him.
    """
    return rule.assign == MANAGER or rule.assign.startswith(NAMED)


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


def _roles(requirement: Requirement, role: str) -> frozenset[str]:
    """
    The roles of whom the policy would ask for a seat that is with `role` now.
    """
    if requirement.committee:
        return frozenset({role})
    rule = requirement.rule
    above = (level.role for level in rule.escalate_to)
    return frozenset({role, rule.role, *requirement.higher, *requirement.also, *above})
