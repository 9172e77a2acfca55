"""
A node → the ways a token can leave it: which flows get one, and by what.

Conditions are left out here: any flow of a choice may be the one that is taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from approval_engine.definitions.model import Flow, Graph, Kind, Node, Signal
from approval_engine.definitions.soundness.blocks import is_block

_MOST_FLOWS = 6
"""Up to so many flows every set of them is tried, beyond it each one, and all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Way:
    """
    One way out of a node; `event` is the boundary event by which it is left.

    `choice` if others were possible; `throws` if an error leaves the whole scope.
    """

    node: Node
    flows: tuple[Flow, ...] = ()
    event: Node | None = None
    choice: bool = False
    throws: bool = False


class Scope(Protocol):
    """
    What is known of the scope in which the node lies.
    """

    graph: Graph

    def can_fire(self, host: Node, event: Node) -> bool:
        """
        Whether the boundary event can ever catch what it waits for.
        """

    def body_completes(self, host: Node) -> bool:
        """
        Whether the node can be left in the ordinary way.
        """

    def escapes(self, host: Node) -> bool:
        """
        Whether an error of the node may be caught by none of its boundary events.
        """


def ways(scope: Scope, node: Node) -> Iterator[Way]:
    """
    Every way a token can leave the node.
    """
    flows = scope.graph.outgoing[node.id]
    if node.kind is Kind.BOUNDARY:
        yield Way(node=node, flows=flows, choice=True)
        yield Way(node=node)
        return
    if node.kind is Kind.EXCLUSIVE and flows:
        choice = len(flows) > 1
        yield from (Way(node=node, flows=(flow,), choice=choice) for flow in flows)
        return
    if node.kind is Kind.INCLUSIVE and len(flows) > 1:
        few = len(flows) > _MOST_FLOWS or is_block(scope.graph, node)
        sets = _sets(node, flows, few=few)
        yield from (Way(node=node, flows=some, choice=True) for some in sets)
        return
    if scope.body_completes(node):
        yield Way(node=node, flows=flows)
    yield from _by_event(scope, node)
    if scope.escapes(node):
        yield Way(node=node, throws=True)


def _by_event(scope: Scope, node: Node) -> Iterator[Way]:
    for event in scope.graph.boundaries.get(node.id, ()):
        if event.interrupting and scope.can_fire(node, event):
            flows = scope.graph.outgoing[event.id]
            yield Way(node=node, flows=flows, event=event, choice=True)


def _sets(
    node: Node, flows: tuple[Flow, ...], *, few: bool
) -> Iterator[tuple[Flow, ...]]:
    default = tuple(flow for flow in flows if flow.id == node.default)
    others = tuple(flow for flow in flows if flow.id != node.default)
    if default:
        yield default
    every = range(1, len(others) + 1)
    for count in sorted({1, len(others)}) if few else every:
        yield from combinations(others, count)


def uncaught(
    events: tuple[Node, ...], signal: Signal, codes: tuple[str | None, ...]
) -> tuple[str | None, ...]:
    """
    The codes of errors or escalations that none of the boundary events catches.
    """
    catching = [
        event.event.code
        for event in events
        if event.event is not None and event.event.signal is signal
    ]
    return tuple(c for c in codes if None not in catching and c not in catching)
