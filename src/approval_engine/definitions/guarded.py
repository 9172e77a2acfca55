"""
A process and one of its guards → a way to an approved end that goes round it, or none.

A guard is a task that a policy asks for, or a slot. It is taken to say no, or nothing,
and then no token may come to an approved end. What cannot be known is taken to be
possible, so a way that is found may be one that facts forbid; none is ever missed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from approval_engine.definitions import ids
from approval_engine.definitions.model import (
    SPLITS_BY_CONDITION,
    Flow,
    Graph,
    Kind,
    Node,
    Process,
    Signal,
)
from approval_engine.definitions.verdicts import verdict_of
from approval_engine.policy.conditions import ConditionError, Expression, evaluate
from approval_engine.policy.conditions import tree as conditions
from approval_engine.policy.conditions.walk import inputs_of, nodes

NEVER: Mapping[str, str] | None = None
"""What a guard says that is not answered at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """
    A node that must be satisfied, and how it is not.

    `said` are the names that its answer sets and what they are then; None if it does
    not end by an answer at all.
    """

    node: str
    said: Mapping[str, str] | None


def guards_of(process: Process) -> Iterator[Guard]:
    """
    Every slot, and every way in which a task of the policy is not approved.
    """
    for node in process.nodes():
        if node.kind is Kind.SLOT:
            yield Guard(node=node.id, said=NEVER)
        elif "step" in node.properties and node.properties.get("required") != "false":
            name = ids.outcome(node.properties["step"])
            yield Guard(node=node.id, said=NEVER)
            yield Guard(node=node.id, said={name: ids.REJECTED})
            yield Guard(node=node.id, said={name: ids.RETURNED})


def way_round(process: Process, guard: Guard) -> tuple[Node, ...] | None:
    """
    The nodes on a shortest way from the start to an approved end; None without one.
    """
    search = _searched(process, guard)
    for node in search.reached:
        if verdict_of(node) == ids.APPROVED and node.id in process.graph.by_id:
            return search.way_to(node)
    return None


def reached(process: Process, guard: Guard, goal: str) -> tuple[Node, ...] | None:
    """
    The nodes on a shortest way from the start to the node of that id; None without one.
    """
    search = _searched(process, guard)
    found = (node for node in search.reached if node.id == goal)
    return next((search.way_to(node) for node in found), None)


def _searched(process: Process, guard: Guard) -> "_Search":
    search = _Search(guard=guard)
    search.walk(process.graph)
    return search


@dataclass(kw_only=True, slots=True)
class _Search:
    """
    What tokens can reach while the guard is not satisfied, nearest first.

    `before` is the node by which each was reached; `taken` the flows that can be used.
    """

    guard: Guard
    before: dict[str, Node | None] = field(default_factory=dict)
    reached: list[Node] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def walk(self, graph: Graph, entered_by: Node | None = None) -> tuple[Node, ...]:
        """
        Reach all that can be reached in a graph; its ends that were.
        """
        agenda = [(node, entered_by) for node in graph.of(Kind.START)]
        # Breadth first, so that the way to each node is a shortest one.
        for node, before in agenda:
            if node.id in self.before or not self._opens(graph, node):
                continue
            self.before[node.id] = before
            self.reached.append(node)
            agenda.extend(self._onward(graph, node))
        return tuple(n for n in graph.of(Kind.END) if n.id in self.before)

    def way_to(self, goal: Node) -> tuple[Node, ...]:
        """
        The nodes from the start to one that was reached.
        """
        way = [goal]
        while (before := self.before[way[-1].id]) is not None:
            way.append(before)
        return tuple(reversed(way))

    def _opens(self, graph: Graph, node: Node) -> bool:
        if node.kind is not Kind.PARALLEL:
            return True
        return all(flow.id in self.taken for flow in graph.incoming[node.id])

    def _onward(self, graph: Graph, node: Node) -> Iterator[tuple[Node, Node]]:
        ends = self.walk(node.body, node) if node.body else ()
        for event in graph.boundaries.get(node.id, ()):
            if self._catches(event, node):
                yield event, node
        if node.body is not None and not any(map(_completes, ends)):
            return
        if node.id == self.guard.node and self.guard.said is None:
            return
        for flow in self._flows(graph, node):
            self.taken.add(flow.id)
            yield graph.by_id[flow.target], node

    def _catches(self, event: Node, host: Node) -> bool:
        thrown = event.event
        if host.body is None or thrown is None or thrown.signal is Signal.TIMER:
            return True
        codes = {
            each.event.code
            for each in self.reached
            if each.event is not None and each.event.signal is thrown.signal
        }
        return bool(codes) if thrown.code is None else thrown.code in codes

    def _flows(self, graph: Graph, node: Node) -> Iterator[Flow]:
        flows = graph.outgoing[node.id]
        if node.kind not in SPLITS_BY_CONDITION:
            yield from flows
            return
        names = self._names(graph, node)
        judged = {flow.id: _judged(flow.condition, names) for flow in flows}
        for flow in flows:
            rest = (judged[other.id] for other in flows if other is not flow)
            if flow.id == node.default and True in rest:
                continue
            if judged[flow.id] is not False:
                yield flow

    def _names(self, graph: Graph, node: Node) -> Mapping[str, str | bool]:
        said = self.guard.said or {}
        sources = {flow.source for flow in graph.incoming[node.id]}
        if sources != {self.guard.node} or not said:
            return said
        # Right behind the guard the last decision is the guard's.
        (outcome,) = said.values()
        verb = {ids.REJECTED: "reject", ids.RETURNED: "return"}[outcome]
        return {**said, "approved": False, "decision": verb}


def _completes(end: Node) -> bool:
    return end.event is None or end.event.signal is not Signal.ERROR


def _judged(
    condition: Expression | None, names: Mapping[str, str | bool]
) -> bool | None:
    """
    True or false if the names decide it, else None.
    """
    if condition is None or not names:
        return None
    if not inputs_of(condition) <= names.keys() and _asks_for_nothing(condition):
        # An unknown name is not the same as one without a value.
        return None
    try:
        value = evaluate(condition, names)
    except ConditionError:
        return None
    return value if isinstance(value, bool) else None


def _asks_for_nothing(condition: Expression) -> bool:
    kinds = conditions.IsNull | conditions.Empty | conditions.Missing
    return any(isinstance(node, kinds) for node in nodes(condition))
