"""
Tasks that a process draws beside the steps of the policy → planned like steps.

They are staffed, opened, delegated and decided by the same rules, separation of duties
included; but what they say is for the drawing to read, and approves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from approval_engine.domain.completion import Completion
from approval_engine.errors import PlanError, Problem
from approval_engine.planner.case import Case
from approval_engine.planner.plan import (
    Around,
    EscalationLevel,
    PlannedStep,
    RoutingPlan,
    Staffing,
)
from approval_engine.planner.requirements import Requirement
from approval_engine.planner.staffing import staff
from approval_engine.policy.model import Policy, StepRule

ALWAYS = "always"
"""The calendar of a process that counts every hour, day and night."""

CHAIN = "process"
"""The chain in which such tasks are told of; the drawing orders them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    A task of a process, and whom it asks.

    `role` is the first of the roles it names, or empty. Hours count in `calendar`; None
    are the policy's usual ones. `escalations` are the roles that are asked if it is
    late.
    """

    id: str
    role: str
    around: Around
    completion: Completion = field(default_factory=Completion)
    ask_everyone: bool = False
    calendar: str | None = None
    sla_hours: Decimal | None = None
    escalations: tuple[EscalationLevel, ...] = ()


def planned(case: Case, wanted: Iterable[Wanted]) -> tuple[PlannedStep, ...]:
    """
    The steps of these tasks. Raises PlanError with every task that nobody may do.
    """
    steps: list[PlannedStep] = []
    problems: list[Problem] = []
    for task in wanted:
        step = _step(case.policy, task)
        try:
            staffing = staff(case, requirement_of(case.policy, step))
        except PlanError as error:
            problems.extend(error.problems)
        else:
            steps.append(replace(step, staffing=staffing))
    if problems:
        raise PlanError(*problems)
    return tuple(steps)


def requirement_of(policy: Policy, step: PlannedStep) -> Requirement:
    """
    What a task of a process requires, as if a policy had said it.
    """
    around = step.around or Around(name=step.id)
    rule: StepRule = replace(
        policy.default_step,
        id=step.id,
        role=step.role,
        chain=step.chain,
        completion=step.completion,
        required=False,
        escalate_to=(),
        remind_after_hours=(),
        assign=around.assign,
        ask_everyone=step.ask_everyone,
        match={},
        dedupe="off",
    )
    return Requirement(rule=rule, reasons=(), also=around.roles, people=around.people)


def _step(policy: Policy, task: Wanted) -> PlannedStep:
    usual = policy.default_step
    return PlannedStep(
        id=task.id,
        role=task.role,
        chain=CHAIN,
        stage=1,
        completion=task.completion,
        calendar=task.calendar or usual.calendar,
        sla_hours=usual.sla[-1].hours if task.sla_hours is None else task.sla_hours,
        remind_after_hours=(),
        escalations=task.escalations,
        escalate_mode="reassign",
        on_timeout="escalate" if task.escalations else "remind",
        on_exhausted="hold",
        ask_everyone=task.ask_everyone,
        required=False,
        reasons=(),
        staffing=Staffing(candidates=()),
        around=task.around,
    )


def must_be_apart(plan: RoutingPlan, around: tuple[PlannedStep, ...]) -> None:
    """
    Raises PlanError if a task of the process has the name of a step of the policy.
    """
    asked = {step.id for step in plan.steps}
    problems = tuple(
        Problem(
            file=plan.process,
            line=1,
            code="step-taken",
            element=step.id,
            sentence=(
                f"Expected process '{plan.process}' to have no task '{step.id}', for"
                " the policy has a step of that name: deploy it with another id."
            ),
        )
        for step in around
        if step.id in asked
    )
    if problems:
        raise PlanError(*problems)
