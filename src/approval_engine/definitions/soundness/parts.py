"""
What a net consists of: moves, joins and sets of places.

A set of places is the bits of one number, so that a state of a whole scope is one too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from approval_engine.definitions.model import Graph, Kind, Node, Signal
from approval_engine.definitions.soundness.ways import Way

_INSTANT = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.NOTICE})
_ENDS_THE_SCOPE = frozenset({Signal.TERMINATE, Signal.ERROR})


@dataclass(frozen=True, kw_only=True)
class Body:
    """
    What the parent of a scope must know of it.

    `completes` if it can end in the ordinary way; `errors` and `escalations` are the
    codes that it may throw, None for those without a code.
    """

    completes: bool = True
    errors: tuple[str | None, ...] = ()
    escalations: tuple[str | None, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Move:
    """
    What one node can do with its tokens: `takes` them and `gives` others.

    `twice` are the places that get two tokens at once; `ends` if the scope is over
    then. `passes` are the end events that take a token.
    """

    way: Way
    takes: int
    gives: int = 0
    twice: int = 0
    ends: bool = False
    passes: tuple[Node, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Join:
    """
    A gateway that waits: for every one of its places, or for all that may still come.
    """

    node: Node
    places: int
    inclusive: bool


def bits(places: int) -> Iterator[int]:
    """
    The numbers of the places in a set, lowest first.
    """
    while places:
        lowest = places & -places
        yield lowest.bit_length() - 1
        places ^= lowest


def is_join(graph: Graph, node: Node) -> bool:
    """
    Whether a token must wait here for others.
    """
    waits = node.kind in {Kind.PARALLEL, Kind.INCLUSIVE}
    return waits and len(graph.incoming[node.id]) > 1


def ends_scope(node: Node) -> bool:
    """
    Whether an end event takes all other tokens of its scope with it.
    """
    return node.event is not None and node.event.signal in _ENDS_THE_SCOPE


def at_once_over(graph: Graph) -> frozenset[str]:
    """
    The nodes from which the whole scope ends before anybody could wait or interfere.
    """
    over = {node.id for node in graph.of(Kind.END) if ends_scope(node)}
    agenda = list(over)
    while agenda:
        for flow in graph.incoming[agenda.pop()]:
            node = graph.by_id[flow.source]
            if node.id in over or node.kind not in _INSTANT or is_join(graph, node):
                continue
            if all(each.target in over for each in graph.outgoing[node.id]):
                over.add(node.id)
                agenda.append(node.id)
    return frozenset(over)
