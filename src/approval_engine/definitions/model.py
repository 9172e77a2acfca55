"""
A process as it is understood: nodes, flows and what they mean. No XML, no prefixes.

`read` makes it of a file that an analyst drew or that we rendered; soundness is judged
on it, differences are told by it and the engine is built from it, so all of them speak
of the same process. Every text of a file is parsed once, here nothing is a string that
has yet to be understood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from functools import cached_property

from approval_engine.policy.conditions import Expression


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


@unique
class Signal(StrEnum):
    """
    What an end event throws, or what a boundary event catches.
    """

    NONE = "none"
    TERMINATE = "terminate"
    ERROR = "error"
    ESCALATION = "escalation"
    TIMER = "timer"


@unique
class Clock(StrEnum):
    """
    How a timer counts: once after a span, at an instant, or again and again.
    """

    DURATION = "duration"
    DATE = "date"
    CYCLE = "cycle"


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """
    When a timer fires.

    `span` is ISO 8601 text such as `PT24H` for a duration, or for a cycle the part
    behind `Rn/`; `repeats` is n, None for ever. `at` is the instant of a date. Where
    the file has an expression, `expression` gives the text or instant when it starts.
    """

    clock: Clock
    span: str = ""
    repeats: int | None = None
    at: datetime | None = None
    expression: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """
    What an end event throws or a boundary or intermediate event catches.

    `code` is that of the error or escalation; a catching event without it takes all.
    """

    signal: Signal
    code: str | None = None
    timer: Timer | None = None


Words = tuple[str, ...] | Expression
"""Names as they stand in the file, or an expression that gives a name or a list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """
    A field of a task's form; `type` is string, long, boolean, date or enum.

    `choices` are value and label of an enum; `least` and `most` bound a long, or the
    length of a string. `inferred` fields are declared by nobody,
    but a condition behind the task reads them and its form is not ours to look into.
    """

    id: str
    type: str = "string"
    label: str = ""
    default: str | None = None
    required: bool = False
    read_only: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None
    inferred: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Several:
    """
    One task for many people: side by side or one after the other.

    `collection` gives the people, `cardinality` how many; `until` ends it early.
    """

    sequential: bool = False
    collection: Expression | None = None
    cardinality: int | None = None
    element: str | None = None
    until: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """
    What a user task asks of people. `lane` is the name of the lane it lies in.

    `due` and `follow_up` are a span after the opening, an instant, or an expression.
    """

    assignee: Words = ()
    users: Words = ()
    groups: Words = ()
    lane: str | None = None
    due: Timer | None = None
    follow_up: Timer | None = None
    priority: int | None = None
    form_key: str | None = None
    fields: tuple[Field, ...] = ()
    several: Several | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decides:
    """
    The decision that a business rule task asks, and the name its result gets.

    `mapping` is singleEntry, singleResult, collectEntries or resultList.
    """

    decision: str
    variable: str | None = None
    mapping: str = "resultList"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """
    A message that a notify task sends: to whom, by `mail` or `webhook`, and its words.
    """

    channel: str
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""


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
