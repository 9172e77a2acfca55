"""
A process as it is understood: nodes, flows and what they mean. No XML, no prefixes.

`read` makes it of a file that an analyst drew or that we rendered; soundness is judged
on it, differences are told by it and the engine is built from it, so all of them speak
of the same process. Every text of a file is parsed once, here nothing is a string that
has yet to be understood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from functools import cached_property

from approval_engine.definitions.parts import (
    Clock,
    Decides,
    Event,
    Field,
    Notice,
    Several,
    Signal,
    Timer,
    Words,
    Work,
)
from approval_engine.policy.conditions import Expression

__all__ = [
    "GATEWAYS",
    "SPLITS_BY_CONDITION",
    "WAITS",
    "Clock",
    "Decides",
    "Event",
    "Field",
    "Flow",
    "Graph",
    "Kind",
    "Node",
    "Notice",
    "Process",
    "Several",
    "Signal",
    "Timer",
    "Words",
    "Work",
]


@unique
class Kind(StrEnum):
    """
    What a node is, in the words of a diagram.
    """

    START = "start event"
    END = "end event"
    TASK = "user task"
    RULE = "business rule task"
    NOTICE = "notify task"
    CALL = "call activity"
    SLOT = "slot"
    SUBPROCESS = "subprocess"
    EXCLUSIVE = "exclusive gateway"
    PARALLEL = "parallel gateway"
    INCLUSIVE = "inclusive gateway"
    BOUNDARY = "boundary event"
    CATCH = "intermediate timer"


GATEWAYS = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE})
SPLITS_BY_CONDITION = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE})
WAITS = frozenset({Kind.TASK, Kind.CATCH})
"""Where a token rests until a person or the clock moves it on."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """
    One flow node; which of the optional parts it has follows from its kind.

    `event`: end, boundary, intermediate. `host`, `interrupting`: boundary. `default`:
    the flow of a gateway that is taken if no other is. `body`: subprocess. `work`: user
    task. `decides`: business rule task. `notice`: notify task. `called`: call activity.
    `steps`: what a slot selects, step ids, `chain:NAME` or `rest`.
    """

    id: str
    kind: Kind
    name: str = ""
    line: int = 0
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    event: Event | None = None
    host: str | None = None
    interrupting: bool = True
    default: str | None = None
    body: "Graph | None" = None
    work: Work | None = None
    decides: Decides | None = None
    notice: Notice | None = None
    called: str | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flow:
    """
    A sequence flow; without condition, or with one that is true, false or unknown.
    """

    id: str
    source: str
    target: str
    name: str = ""
    line: int = 0
    condition: Expression | None = None
    text: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Graph:
    """
    The nodes and flows of a process or of one subprocess, in document order.
    """

    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """
        The nodes by their ids.
        """
        return {node.id: node for node in self.nodes}

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        """
        The flows that leave each node, in document order.
        """
        return self._flows("source")

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        """
        The flows that reach each node, in document order.
        """
        return self._flows("target")

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        """
        The boundary events on each node that has some.
        """
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            if node.host is not None:
                found.setdefault(node.host, []).append(node)
        return {host: tuple(events) for host, events in found.items()}

    def of(self, *kinds: Kind) -> Iterator[Node]:
        """
        The nodes of these kinds, without those of subprocesses.
        """
        return (node for node in self.nodes if node.kind in kinds)

    def _flows(self, end: str) -> Mapping[str, tuple[Flow, ...]]:
        found: dict[str, list[Flow]] = {node.id: [] for node in self.nodes}
        for flow in self.flows:
            found[getattr(flow, end)].append(flow)
        return {node: tuple(flows) for node, flows in found.items()}


@dataclass(frozen=True, kw_only=True)
class Process:
    """
    One executable process that a file defines.
    """

    id: str
    name: str = ""
    line: int = 0
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    graph: Graph

    def nodes(self) -> Iterator[Node]:
        """
        Every node, those of a subprocess right behind it.
        """
        yield from _all_nodes(self.graph)


def _all_nodes(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        yield node
        if node.body is not None:
            yield from _all_nodes(node.body)
