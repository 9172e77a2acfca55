"""
The blocks of a drawing → its nodes and flows, in reading order.

Blocks nest, and each has one way in and one way out. The elements of the process and
their places are both read from them; `outline` makes them from a plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from approval_engine.definitions import ids
from approval_engine.planner.plan import PlannedStep

VERBS = {
    ids.APPROVED: "approve",
    ids.REJECTED: "reject",
    ids.RETURNED: "return",
    ids.UNDECIDED: "hold",
}
"""What the flow of a decision does, by the outcome it stands for."""


class Kind(StrEnum):
    """
    What a node is; the word in BPMN stands beside it.
    """

    START = "start"  # start event
    TASK = "task"  # user task
    TIMER = "timer"  # boundary event of a user task
    PARALLEL = "parallel"  # parallel gateway, fork or join
    DECISION = "decision"  # exclusive gateway
    APPROVED = "approved"  # end event
    VERDICT = "verdict"  # terminate end event, rejected or returned
    UNDECIDED = "undecided"  # error end event
    REJECTS = "rejects"  # error end event of a slot, which its frame catches
    RETURNS = "returns"  # the same for what is returned
    SETTLED = "settled"  # terminate end event, approved while advice is open
    NOTED = "noted"  # end event behind advice
    REMIND = "remind"  # escalation end event behind a reminder
    ESCALATE = "escalate"  # escalation end event behind a due timer


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """
    When a reminder or an escalation level is reached; level counts from 1.

    `role` is who is reminded or asked next, None if the policy names nobody.
    """

    kind: str  # reminder | escalation
    level: int
    hours: Decimal
    role: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """
    One flow node. `timer` and `host` are set on timers, `step` on what belongs to one.

    `outcome` is set on the end events that say how the workflow ended.
    """

    id: str
    kind: Kind
    name: str = ""
    step: PlannedStep | None = None
    timer: Timer | None = None
    host: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """
    One sequence flow. Behind a decision it has a condition, or is its `default`.
    """

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    default: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """
    One step: its task, timers with the end event behind each, decision, other ends.
    """

    step: PlannedStep
    task: Node
    timers: tuple[tuple[Node, Node], ...]
    decision: Node
    ends: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """
    One step that nobody waits for: its task, timers as in a branch, and its end.
    """

    step: PlannedStep
    task: Node
    timers: tuple[tuple[Node, Node], ...]
    end: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """
    Blocks one after the other; at least one.
    """

    parts: tuple["Block", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parallel:
    """
    Blocks side by side between a fork and a join; at least two.
    """

    fork: Node
    parts: tuple["Block", ...]
    join: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside:
    """
    A block that goes on, and beside it steps whose branches just end; at least one.
    """

    fork: Node
    part: "Block"
    advice: tuple[Advice, ...]


Block: TypeAlias = Node | Branch | Advice | Series | Parallel | Aside


def nodes(block: Block) -> Iterator[Node]:
    """
    Every node of a block.
    """
    match block:
        case Node():
            yield block
        case Branch() | Advice():
            yield from _of_step(block)
        case Series(parts=parts):
            for part in parts:
                yield from nodes(part)
        case Parallel() | Aside():
            yield block.fork
            for part in _forked(block):
                yield from nodes(part)
            if isinstance(block, Parallel):
                yield block.join


def flows(block: Block) -> Iterator[Flow]:
    """
    Every sequence flow inside a block.
    """
    match block:
        case Branch():
            yield from _branch_flows(block)
        case Advice():
            yield from _advice_flows(block)
        case Series(parts=parts):
            for part, following in pairwise(parts):
                yield from flows(part)
                yield _onward(part, entry(following))
            yield from flows(parts[-1])
        case Parallel() | Aside():
            for part in _forked(block):
                first = entry(part).id
                yield Flow(id=f"to_{first}", source=block.fork.id, target=first)
                yield from flows(part)
                if isinstance(block, Parallel):
                    yield _onward(part, block.join)


def entry(block: Block) -> Node:
    """
    The node by which a block is entered.
    """
    match block:
        case Node():
            return block
        case Branch() | Advice():
            return block.task
        case Series(parts=parts):
            return entry(parts[0])
        case Parallel(fork=fork) | Aside(fork=fork):
            return fork


def _forked(block: Parallel | Aside) -> tuple[Block, ...]:
    """
    What a fork leads to, in reading order.
    """
    return block.parts if isinstance(block, Parallel) else (block.part, *block.advice)


def _of_step(block: Branch | Advice) -> Iterator[Node]:
    yield block.task
    yield from (timer for timer, _ in block.timers)
    if isinstance(block, Branch):
        yield block.decision
    yield from (end for _, end in block.timers)
    yield from block.ends if isinstance(block, Branch) else (block.end,)


def _onward(block: Block, target: Node) -> Flow:
    match block:
        case Node():
            return _only_way(block, target)
        case Branch(step=step):
            return _verdict(step, ids.APPROVED, target)
        case Series(parts=parts):
            return _onward(parts[-1], target)
        case Advice(end=end):
            return _only_way(end, target)
        case Aside(part=part):
            return _onward(part, target)
        case Parallel(join=join):
            return _only_way(join, target)


def _branch_flows(branch: Branch) -> Iterator[Flow]:
    yield _only_way(branch.task, branch.decision)
    for timer, end in branch.timers:
        yield _only_way(timer, end)
    for end in branch.ends:
        yield _verdict(branch.step, end.outcome or ids.UNDECIDED, end)


def _advice_flows(advice: Advice) -> Iterator[Flow]:
    yield _only_way(advice.task, advice.end)
    for timer, end in advice.timers:
        yield _only_way(timer, end)


def _only_way(source: Node, target: Node) -> Flow:
    return Flow(id=f"from_{source.id}", source=source.id, target=target.id)


def _verdict(step: PlannedStep, outcome: str, target: Node) -> Flow:
    condition = f"${{{ids.outcome(step.id)} == '{outcome}'}}"
    default = outcome == ids.UNDECIDED
    return Flow(
        id=f"{VERBS[outcome]}_{step.id}",
        source=ids.decided(step.id),
        target=target.id,
        name="no verdict" if default else outcome,
        condition=None if default else condition,
        default=default,
    )
