"""
Steps that inform without blocking: where optional ones stand, and who is only told.

A step with `required: false` is asked beside the others and waited for by nobody; an
`fyi` step and the `inform` of a trigger ask nobody anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from approval_engine.planner.plan import PlannedStep, RoutingPlan
from approval_engine.planner.requirements import Requirement
from approval_engine.planner.roster import Roster
from approval_engine.policy.evaluation import Evaluation


@dataclass(frozen=True, kw_only=True, slots=True)
class Informed:
    """
    A role that is told of the quote, and the triggers because of which it is.

    `people` are its active members, in the order of the directory; perhaps nobody.
    """

    role: str
    people: tuple[str, ...]
    because: tuple[str, ...]


def placed(steps: tuple[PlannedStep, ...]) -> tuple[PlannedStep, ...]:
    """
    The steps with each optional one in a stage that something else makes wait.

    It is asked with the next stage of its chain that has a required step, else with the
    last one before. Without any required step there is nothing to stand beside.
    """
    if not any(step.required for step in steps):
        return ()
    return tuple(step if step.required else _beside(step, steps) for step in steps)


def informed(
    roster: Roster,
    evaluation: Evaluation,
    needed: Iterable[Requirement],
    plan: RoutingPlan,
) -> tuple[Informed, ...]:
    """
    The roles that are told, each once, in the order in which the policy names them.
    """
    because: dict[str, dict[str, None]] = {}
    for role, trigger in _told(evaluation, needed, plan):
        because.setdefault(role, {})[trigger] = None
    return tuple(
        Informed(
            role=role,
            people=tuple(user.id for user in roster.directory.members(role)),
            because=tuple(triggers),
        )
        for role, triggers in because.items()
    )


def _beside(step: PlannedStep, steps: tuple[PlannedStep, ...]) -> PlannedStep:
    stages = sorted(
        other.stage for other in steps if other.required and other.chain == step.chain
    )
    later = [stage for stage in stages if stage >= step.stage]
    return replace(step, stage=later[0] if later else stages[-1] if stages else 1)


def _told(
    evaluation: Evaluation, needed: Iterable[Requirement], plan: RoutingPlan
) -> Iterator[tuple[str, str]]:
    for trigger in evaluation.fired:
        yield from ((role, trigger.id) for role in trigger.inform)
    planned = {step.id for step in plan.steps}
    for requirement in needed:
        if requirement.rule.id not in planned:
            for reason in requirement.reasons:
                yield requirement.rule.role, reason.trigger
