"""
The routing plan: chains in parallel, stages in order, steps side by side with rules.

A process definition is rendered from `PlannedStep` without its people and facts:
`definitions` must not read `staffing`, nor of a fact more than its name and test.
"""

from dataclasses import dataclass
from decimal import Decimal

from approval_engine.domain.completion import Completion


@dataclass(frozen=True, kw_only=True, slots=True)
class FactSeen:
    """
    One fact beside the test of the policy that it met, both as text for people.
    """

    name: str
    value: str
    test: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """
    Why a step is in the plan: the trigger, its word, and the facts that fired it.
    """

    trigger: str
    reason: str
    facts: tuple[FactSeen, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EscalationLevel:
    """
    Who is asked when a task is late: after so many business hours from its opening.
    """

    role: str
    after_hours: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIn:
    """
    Somebody who is asked for another; `windows` are the ids that lead to him, in order.
    """

    person: str
    principal: str
    windows: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Staffing:
    """
    Who may take a step's seats, resolved at submit.

    `candidates` are those asked, stand-ins in the place of whom they are asked for,
    in directory order, never empty in a valid plan.
    `excluded` pairs a person with the reason he must not decide.
    `seats`: one per person who is asked separately; one shared seat for a pool.
    `role` is the role they hold where it is not the step's own, as after a fallback.
    `roles` are those that the candidates fill one by one, as in a committee.
    `stand_ins` are asked for somebody who is away; a pool that is away as a whole names
    one for each of its people and asks the first. `away` pairs a person who was passed
    over with the reason.
    """

    candidates: tuple[str, ...]
    role: str | None = None
    roles: tuple[str, ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    assignee: str | None = None
    seats: int = 1
    note: str | None = None
    stand_ins: tuple[StandIn, ...] = ()
    away: tuple[tuple[str, str], ...] = ()

    def role_of(self, seat: int) -> str | None:
        """
        The role that a seat, counted from 1, asks; None if it is the step's own.
        """
        return self.roles[seat - 1] if self.roles else self.role


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """
    What a process asks beside the steps of the policy, in a task that it draws itself.

    `assign` names one person as a policy does. Otherwise the members of the step's own
    role are asked, those of further `roles`, and `people` by name. `text` is what the
    analyst wrote about it.
    """

    name: str
    text: str = ""
    assign: str = "pool"
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStep:
    """
    One step of the plan. Hours are business hours of `calendar`.

    `around` is set on what the process asks and the policy does not: it moves the
    process on, but approves nothing.
    """

    id: str
    role: str
    chain: str
    stage: int
    completion: Completion
    calendar: str
    sla_hours: Decimal
    remind_after_hours: tuple[Decimal, ...]
    escalations: tuple[EscalationLevel, ...]
    escalate_mode: str  # reassign | add
    on_timeout: str  # escalate | remind | reject | hold | approve
    on_exhausted: str  # hold | reject
    ask_everyone: bool
    required: bool
    reasons: tuple[Reason, ...]
    staffing: Staffing
    around: Around | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingPlan:
    """
    Everything that must be signed for one quote revision under one policy.

    `steps` come in policy order, then what the process asks around them in the order of
    its drawing, and have unique ids. `process` is the frame that the policy selects.
    """

    process: str
    steps: tuple[PlannedStep, ...]

    @property
    def approvals(self) -> tuple[PlannedStep, ...]:
        """
        The steps of the policy, which must be satisfied; none means approved by policy.
        """
        return tuple(step for step in self.steps if step.around is None)

    def chains(self) -> tuple[tuple[tuple[PlannedStep, ...], ...], ...]:
        """
        Chains in policy order, each a tuple of stages in order, each a tuple of steps.
        """
        names = dict.fromkeys(step.chain for step in self.approvals)
        return tuple(self._stages(name) for name in names)

    def _stages(self, chain: str) -> tuple[tuple[PlannedStep, ...], ...]:
        mine = [step for step in self.approvals if step.chain == chain]
        numbers = sorted({step.stage for step in mine})
        return tuple(tuple(s for s in mine if s.stage == number) for number in numbers)
