"""
A boundary event of a slot → whether a quote can be approved behind it without a slot.
"""

from collections import deque

from approval_engine.definitions.model import Graph, Kind, Node
from approval_engine.definitions.soundness.parts import is_join


def comes_again(
    graph: Graph, event: Node, slot: Node, ends: set[str]
) -> tuple[Node, ...]:
    """
    The shortest way from an event to one of the ends that leaves the slot out.

    A parallel join is passed once every branch of it that begins behind the event came;
    the others may have come before. Empty if there is no such way.
    """
    behind = _behind(graph, event)
    before: dict[str, str | None] = {event.id: None}
    waiting: dict[str, set[str]] = {}
    agenda = deque([event.id])
    while agenda:
        at = agenda.popleft()
        if at in ends:
            return _way(graph, before, at)
        for target in () if at == slot.id else _onward(graph, at):
            waiting.setdefault(target, set()).add(at)
            if target not in before and _is_ready(graph, target, behind, waiting):
                before[target] = at
                agenda.append(target)
        for boundary in graph.boundaries.get(at, ()) if at != slot.id else ():
            if boundary.id not in before:
                before[boundary.id] = at
                agenda.append(boundary.id)
    return ()


def _onward(graph: Graph, node: str) -> tuple[str, ...]:
    return tuple(flow.target for flow in graph.outgoing[node])


def _behind(graph: Graph, event: Node) -> set[str]:
    agenda, seen = [event.id], {event.id}
    while agenda:
        at = agenda.pop()
        events = (each.id for each in graph.boundaries.get(at, ()))
        for target in (*_onward(graph, at), *events):
            if target not in seen:
                seen.add(target)
                agenda.append(target)
    return seen


def _is_ready(
    graph: Graph, node: str, behind: set[str], waiting: dict[str, set[str]]
) -> bool:
    found = graph.by_id[node]
    if found.kind is not Kind.PARALLEL or not is_join(graph, found):
        return True
    sources = {flow.source for flow in graph.incoming[node]}
    return not (sources & behind) - waiting[node]


def _way(graph: Graph, before: dict[str, str | None], last: str) -> tuple[Node, ...]:
    nodes: list[Node] = []
    at = before[last]
    nodes.append(graph.by_id[last])
    while at is not None and before[at] is not None:
        nodes.append(graph.by_id[at])
        at = before[at]
    return tuple(reversed(nodes))
