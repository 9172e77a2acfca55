"""
A routing plan → the blocks of the frame `standard`, expanded flat, or of a slot.

Chains side by side, the stages of a chain one after the other, its steps side by side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from types import MappingProxyType

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

_VERDICTS = MappingProxyType(
    {
        ids.REJECTED: Kind.VERDICT,
        ids.RETURNED: Kind.VERDICT,
        ids.UNDECIDED: Kind.UNDECIDED,
    }
)
"""Where a decision leads if it does not go on."""

# A terminate end in a subprocess would end only that; an error ends what it must.
_THROWN = MappingProxyType(
    _VERDICTS | {ids.REJECTED: Kind.REJECTS, ids.RETURNED: Kind.RETURNS}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Drawn:
    """
    Names for gateways, in order, and where the decisions of one outline lead.
    """

    gateways: Iterator[str]
    ends: Mapping[str, Kind]


def outline(plan: RoutingPlan) -> Series:
    """
    Start, the plan, end; a plan without steps goes straight through.

    Its optional steps must stand beside required ones, as the planner places them, or
    in a chain of their own; then the end also ends what nobody waited for.
    """
    start = Node(id=ids.SUBMITTED, kind=Kind.START, name="Submitted")
    end = Node(
        id=ids.APPROVED, kind=_end_of(plan), name="Approved", outcome=ids.APPROVED
    )
    drawn = _Drawn(gateways=map(str, count(1)), ends=_VERDICTS)
    return Series(parts=(start, *_all(plan, drawn), end))


def outline_of_slot(plan: RoutingPlan, slot: str) -> Series:
    """
    The part of a plan that a slot holds; a no is thrown for the frame to catch.
    """
    start = Node(id=f"start_{slot}", kind=Kind.START, name="Entered")
    end = Node(id=f"end_{slot}", kind=_end_of(plan), name="Satisfied")
    names = (f"{slot}_{number}" for number in count(1))
    drawn = _Drawn(gateways=names, ends=_THROWN)
    return Series(parts=(start, *_all(plan, drawn), end))


def _end_of(plan: RoutingPlan) -> Kind:
    optional = any(not step.required for step in plan.steps)
    return Kind.SETTLED if optional else Kind.APPROVED


def _all(plan: RoutingPlan, drawn: _Drawn) -> tuple[Block, ...]:
    required = {step.chain for step in plan.steps if step.required}
    alone = tuple(step for step in plan.steps if step.chain not in required)
    if not alone:
        return _chains(plan.chains(), drawn)
    name = next(drawn.gateways)
    within = tuple(step for step in plan.steps if step.chain in required)
    parts = _chains(replace(plan, steps=within).chains(), drawn)
    return (_aside(name, Series(parts=parts), alone),)


def _chains(
    chains: tuple[tuple[tuple[PlannedStep, ...], ...], ...], drawn: _Drawn
) -> tuple[Block, ...]:
    if len(chains) == 1:
        return _stages(chains[0], drawn)
    if not chains:
        return ()
    name = next(drawn.gateways)
    parts = tuple(Series(parts=_stages(chain, drawn)) for chain in chains)
    return (_parallel(name, parts),)


def _stages(
    stages: tuple[tuple[PlannedStep, ...], ...], drawn: _Drawn
) -> tuple[Block, ...]:
    return tuple(_stage(steps, drawn) for steps in stages)


def _stage(steps: tuple[PlannedStep, ...], drawn: _Drawn) -> Block:
    optional = tuple(step for step in steps if not step.required)
    name = next(drawn.gateways) if optional else ""
    branches = tuple(_branch(step, drawn.ends) for step in steps if step.required)
    one = len(branches) == 1
    part = branches[0] if one else _parallel(next(drawn.gateways), branches)
    return _aside(name, part, optional) if optional else part


def _aside(name: str, part: Block, steps: tuple[PlannedStep, ...]) -> Aside:
    fork = Node(id=f"fork_{name}", kind=Kind.PARALLEL)
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


def _parallel(name: str, parts: tuple[Block, ...]) -> Parallel:
    fork = Node(id=f"fork_{name}", kind=Kind.PARALLEL)
    join = Node(id=f"join_{name}", kind=Kind.PARALLEL)
    return Parallel(fork=fork, parts=parts, join=join)


def _branch(step: PlannedStep, ends: Mapping[str, Kind]) -> Branch:
    return Branch(
        step=step,
        task=_task(step, "approval"),
        timers=(*_reminders(step), *_escalations(step)),
        decision=Node(id=ids.decided(step.id), kind=Kind.DECISION, name="Approved?"),
        ends=tuple(_end(step, outcome, kind) for outcome, kind in ends.items()),
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
