"""
An evaluation, its quote and the roster → the routing plan.

It refuses what must not be reviewed, and never plans a step that nobody may decide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from approval_engine.domain.delegation import Delegation
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote, Value
from approval_engine.errors import PlanError, Problem
from approval_engine.planner import admission, requirements, separation
from approval_engine.planner.advice import placed
from approval_engine.planner.case import Case
from approval_engine.planner.plan import (
    EscalationLevel,
    PlannedStep,
    RoutingPlan,
    Staffing,
)
from approval_engine.planner.requirements import Requirement, meets
from approval_engine.planner.roster import Roster
from approval_engine.planner.staffing import staff as staffed
from approval_engine.policy.evaluation import Evaluation
from approval_engine.policy.model import Escalation, Policy, SlaRule, StepRule


def plan(
    policy: Policy,
    evaluation: Evaluation,
    quote: Quote,
    directory: Directory,
    delegations: tuple[Delegation, ...],
    at: datetime,
) -> RoutingPlan:
    """
    What `plan_among` makes of a directory in which nobody is busy.
    """
    roster = Roster(directory=directory, delegations=delegations, at=at)
    return plan_among(roster, policy, evaluation, quote)


def plan_among(
    roster: Roster, policy: Policy, evaluation: Evaluation, quote: Quote
) -> RoutingPlan:
    """
    Everything that must be signed: declared steps in document order, then the others.

    No steps means approved by policy. Raises InvalidState if the quote must not be
    submitted, and PlanError with every step that cannot be staffed.
    """
    admission.check(policy, evaluation, quote)
    case = case_of(roster, policy, evaluation, quote)
    # Dates of the policy are meant where its default calendar is.
    zone = ZoneInfo(policy.calendars[policy.default_step.calendar].time_zone)
    on = roster.at.astimezone(zone).date()
    needed = requirements.collect(policy, evaluation, on)
    asked = (each for each in needed if not each.rule.fyi)
    steps = placed(_staffed(case, asked))
    admission.check_asked(policy, steps, quote)
    return RoutingPlan(process=evaluation.process, steps=steps)


def rehearsal(policy: Policy) -> RoutingPlan:
    """
    Every step that the policy may ask, of nobody: for what is judged before any quote.
    """
    usual = policy.default_step
    roles = (
        *(rung.role for ladder in policy.ladders.values() for rung in ladder.rungs),
        *(name for trigger in policy.triggers for name in trigger.require),
    )
    others = {name: replace(usual, id=name, role=name) for name in roles}
    rules = others | dict(policy.steps)
    nobody = Staffing(candidates=())
    steps = (
        _planned(Requirement(rule=replace(r, sla=r.sla[-1:]), reasons=()), nobody, {})
        for r in rules.values()
        if not r.fyi
    )
    return RoutingPlan(process="rehearsal", steps=placed(tuple(steps)))


def case_of(
    roster: Roster, policy: Policy, evaluation: Evaluation, quote: Quote
) -> Case:
    """
    What people are chosen by for a quote.
    """
    barred = separation.excluded(
        quote, roster.directory, roster.delegations, roster.at, evaluation.authors
    )
    return Case(
        policy=policy,
        inputs=evaluation.inputs,
        quote=quote,
        roster=roster,
        barred=dict(barred),
        process=evaluation.process,
    )


def _staffed(case: Case, needed: Iterable[Requirement]) -> tuple[PlannedStep, ...]:
    steps: list[PlannedStep] = []
    asked: list[tuple[StepRule, Staffing]] = []
    problems: list[Problem] = []
    for requirement in needed:
        engaged = _engaged(case, requirement.rule, asked)
        try:
            staff = staffed(replace(case, engaged=engaged), requirement)
        except PlanError as error:
            problems.extend(error.problems)
        else:
            steps.append(_planned(requirement, staff, case.inputs))
            asked.append((requirement.rule, staff))
    if problems:
        raise PlanError(*problems)
    return tuple(steps)


def _engaged(
    case: Case, rule: StepRule, asked: Iterable[tuple[StepRule, Staffing]]
) -> dict[str, str]:
    """
    Those asked by name in a step whose approvers must be others than this one's.
    """
    found: dict[str, str] = {}
    for other, staff in asked:
        if rule.distinct_approvers or other.distinct_approvers:
            people = staff.candidates if staff.seats > 1 else (staff.assignee,)
            for person in filter(None, people):
                for account in case.roster.directory.accounts_of(person):
                    found[account] = f"is asked in step '{other.id}' as well"
    return found


def _planned(
    requirement: Requirement, staff: Staffing, inputs: Mapping[str, Value]
) -> PlannedStep:
    rule = requirement.rule
    sla_hours = _sla_hours(rule.sla, inputs)
    return PlannedStep(
        id=rule.id,
        role=rule.role,
        chain=rule.chain,
        stage=rule.stage,
        completion=rule.completion,
        calendar=rule.calendar,
        sla_hours=sla_hours,
        remind_after_hours=rule.remind_after_hours,
        escalations=_levels(rule.escalate_to, sla_hours),
        escalate_mode=rule.escalate_mode,
        on_timeout=rule.on_timeout,
        on_exhausted=rule.on_exhausted,
        ask_everyone=rule.ask_everyone,
        required=rule.required,
        reasons=requirement.reasons,
        staffing=staff,
    )


def _sla_hours(rules: tuple[SlaRule, ...], inputs: Mapping[str, Value]) -> Decimal:
    # The last rule has no test, so that one always holds.
    return next(rule.hours for rule in rules if meets(rule.tests, inputs))


def _levels(
    escalations: tuple[Escalation, ...], sla_hours: Decimal
) -> tuple[EscalationLevel, ...]:
    levels: list[EscalationLevel] = []
    before = Decimal(0)
    for each in escalations:
        hours = before + sla_hours if each.after_hours is None else each.after_hours
        # Which hours apply depends on the quote, but no level may overtake another.
        before = max(before, hours)
        levels.append(EscalationLevel(role=each.role, after_hours=before))
    return tuple(levels)
