"""
A routing plan → the blocks of the shipped frame `standard`, expanded flat.

Chains side by side, the stages of a chain one after the other, its steps side by side.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count

from approval_engine.definitions import ids, wording
from approval_engine.definitions.blocks import (
    Advice,
    Aside,
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

    Its optional steps must stand beside required ones, as the planner places them, or
    in a chain of their own; then the end also ends what nobody waited for.
    """
    start = Node(id=ids.SUBMITTED, kind=Kind.START, name="Submitted")
    optional = any(not step.required for step in plan.steps)
    kind = Kind.SETTLED if optional else Kind.APPROVED
    end = Node(id=ids.APPROVED, kind=kind, name="Approved", outcome=ids.APPROVED)
    return Series(parts=(start, *_all(plan, count(1)), end))


def _all(plan: RoutingPlan, numbers: Iterator[int]) -> tuple[Block, ...]:
    required = {step.chain for step in plan.steps if step.required}
    alone = tuple(step for step in plan.steps if step.chain not in required)
    if not alone:
        return _chains(plan.chains(), numbers)
    number = next(numbers)
    within = tuple(step for step in plan.steps if step.chain in required)
    parts = _chains(replace(plan, steps=within).chains(), numbers)
    return (_aside(number, Series(parts=parts), alone),)


def _chains(
    chains: tuple[tuple[tuple[PlannedStep, ...], ...], ...], numbers: Iterator[int]
) -> tuple[Block, ...]:
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
    optional = tuple(step for step in steps if not step.required)
    number = next(numbers) if optional else 0
    branches = tuple(_branch(step) for step in steps if step.required)
    one = len(branches) == 1
    part = branches[0] if one else _parallel(next(numbers), branches)
    return _aside(number, part, optional) if optional else part


def _aside(number: int, part: Block, steps: tuple[PlannedStep, ...]) -> Aside:
    fork = Node(id=f"fork_{number}", kind=Kind.PARALLEL)
    return Aside(fork=fork, part=part, advice=tuple(_advice(step) for step in steps))


def _advice(step: PlannedStep) -> Advice:
    return Advice(
        step=step,
        task=_task(step, "advice"),
        # Nobody is late who is not waited for.
        timers=tuple(_reminders(step)),
        end=Node(id=ids.noted(step.id), kind=Kind.NOTED, name="Noted"),
    )


def _task(step: PlannedStep, word: str) -> Node:
    name = f"{wording.title(step.id)} {word}"
    return Node(id=ids.task(step.id), kind=Kind.TASK, name=name, step=step)


def _parallel(number: int, parts: tuple[Block, ...]) -> Parallel:
    fork = Node(id=f"fork_{number}", kind=Kind.PARALLEL)
    join = Node(id=f"join_{number}", kind=Kind.PARALLEL)
    return Parallel(fork=fork, parts=parts, join=join)


def _branch(step: PlannedStep) -> Branch:
    return Branch(
        step=step,
        task=_task(step, "approval"),
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
