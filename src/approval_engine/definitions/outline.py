"""
A routing plan → the blocks of the shipped frame `standard`, expanded flat.

Chains side by side, the stages of a chain one after the other, its steps side by side.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count

from approval_engine.definitions import ids, wording
from approval_engine.definitions.blocks import (
    Block,
    Branch,
    Kind,
    Node,
    Parallel,
    Series,
    Timer,
)
from approval_engine.planner.plan import PlannedStep, RoutingPlan

ENDS = (
    (ids.REJECTED, Kind.VERDICT),
    (ids.RETURNED, Kind.VERDICT),
    (ids.UNDECIDED, Kind.UNDECIDED),
)
"""Where a decision leads if it does not go on."""


def outline(plan: RoutingPlan) -> Series:
    """
    Start, the plan, end; a plan without steps goes straight through.
    """
    start = Node(id=ids.SUBMITTED, kind=Kind.START, name="Submitted")
    end = Node(
        id=ids.APPROVED, kind=Kind.APPROVED, name="Approved", outcome=ids.APPROVED
    )
    return Series(parts=(start, *_chains(plan, count(1)), end))


def _chains(plan: RoutingPlan, numbers: Iterator[int]) -> tuple[Block, ...]:
    chains = plan.chains()
    if len(chains) == 1:
        return _stages(chains[0], numbers)
    if not chains:
        return ()
    number = next(numbers)
    parts = tuple(Series(parts=_stages(chain, numbers)) for chain in chains)
    return (_parallel(number, parts),)


def _stages(
    stages: tuple[tuple[PlannedStep, ...], ...], numbers: Iterator[int]
) -> tuple[Block, ...]:
    return tuple(_stage(steps, numbers) for steps in stages)


def _stage(steps: tuple[PlannedStep, ...], numbers: Iterator[int]) -> Block:
    branches = tuple(_branch(step) for step in steps)
    return branches[0] if len(branches) == 1 else _parallel(next(numbers), branches)


def _parallel(number: int, parts: tuple[Block, ...]) -> Parallel:
    fork = Node(id=f"fork_{number}", kind=Kind.PARALLEL)
    join = Node(id=f"join_{number}", kind=Kind.PARALLEL)
    return Parallel(fork=fork, parts=parts, join=join)


def _branch(step: PlannedStep) -> Branch:
    name = f"{wording.title(step.id)} approval"
    return Branch(
        step=step,
        task=Node(id=ids.task(step.id), kind=Kind.TASK, name=name, step=step),
        timers=(*_reminders(step), *_escalations(step)),
        decision=Node(id=ids.decided(step.id), kind=Kind.DECISION, name="Approved?"),
        ends=tuple(_end(step, outcome, kind) for outcome, kind in ENDS),
    )


def _end(step: PlannedStep, outcome: str, kind: Kind) -> Node:
    name = outcome.capitalize()
    return Node(id=f"{outcome}_{step.id}", kind=kind, name=name, outcome=outcome)


def _reminders(step: PlannedStep) -> Iterator[tuple[Node, Node]]:
    for level, hours in enumerate(step.remind_after_hours, start=1):
        timer = Timer(kind="reminder", level=level, hours=hours, role=step.role)
        end = Node(id=ids.reminded(step.id, level), kind=Kind.REMIND, name="Remind")
        yield _timer(step, ids.remind(step.id, level), timer), end


def _escalations(step: PlannedStep) -> Iterator[tuple[Node, Node]]:
    for level, (hours, role) in enumerate(_levels(step), start=1):
        timer = Timer(kind="escalation", level=level, hours=hours, role=role)
        # A task beside the first shares its seat, of which the engine knows nothing.
        verb = "Also ask" if step.escalate_mode == "add" else "Escalate to"
        name = f"{verb} {wording.plain(role)}" if role else "Overdue"
        end = Node(id=ids.escalated(step.id, level), kind=Kind.ESCALATE, name=name)
        yield _timer(step, ids.due(step.id, level), timer), end


def _levels(step: PlannedStep) -> tuple[tuple[Decimal, str | None], ...]:
    # A step that nobody stands above is still late at some time.
    levels = tuple((level.after_hours, level.role) for level in step.escalations)
    return levels or ((step.sla_hours, None),)


def _timer(step: PlannedStep, timer_id: str, timer: Timer) -> Node:
    return Node(
        id=timer_id,
        kind=Kind.TIMER,
        name=wording.spoken(timer.hours),
        timer=timer,
        host=ids.task(step.id),
    )
