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


Block: TypeAlias = Node | Branch | Series | Parallel


def nodes(block: Block) -> Iterator[Node]:
    """
    Every node of a block.
    """
    match block:
        case Node():
            yield block
        case Branch():
            yield block.task
            yield from (timer for timer, _ in block.timers)
            yield block.decision
            yield from (end for _, end in block.timers)
            yield from block.ends
        case Series(parts=parts):
            for part in parts:
                yield from nodes(part)
        case Parallel():
            yield block.fork
            for part in block.parts:
                yield from nodes(part)
            yield block.join


def flows(block: Block) -> Iterator[Flow]:
    """
    Every sequence flow inside a block.
    """
    match block:
        case Branch():
            yield from _branch_flows(block)
        case Series(parts=parts):
            for part, following in pairwise(parts):
                yield from flows(part)
                yield _onward(part, entry(following))
            yield from flows(parts[-1])
        case Parallel(fork=fork):
            for part in block.parts:
                first = entry(part).id
                yield Flow(id=f"to_{first}", source=fork.id, target=first)
                yield from flows(part)
                yield _onward(part, block.join)


def entry(block: Block) -> Node:
    """
    The node by which a block is entered.
    """
    match block:
        case Node():
            return block
        case Branch():
            return block.task
        case Series(parts=parts):
            return entry(parts[0])
        case Parallel(fork=fork):
            return fork


def _onward(block: Block, target: Node) -> Flow:
    match block:
        case Node():
            return _only_way(block, target)
        case Branch(step=step):
            return _verdict(step, ids.APPROVED, target)
        case Series(parts=parts):
            return _onward(parts[-1], target)
        case Parallel(join=join):
            return _only_way(join, target)


def _branch_flows(branch: Branch) -> Iterator[Flow]:
    yield _only_way(branch.task, branch.decision)
    for timer, end in branch.timers:
        yield _only_way(timer, end)
    for end in branch.ends:
        yield _verdict(branch.step, end.outcome or ids.UNDECIDED, end)


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
