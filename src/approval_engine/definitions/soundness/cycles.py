"""
A scope → the cycles on which nothing ever waits, so that the engine would never rest.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from approval_engine.definitions.model import (
    GATEWAYS,
    WAITS,
    Graph,
    Kind,
    Node,
    Signal,
)
from approval_engine.definitions.soundness.components import components
from approval_engine.definitions.soundness.flaw import Flaw, named
from approval_engine.definitions.soundness.parts import is_join

Edges = dict[str, list[str]]


def waits(graph: Graph, bodies: Mapping[str, bool]) -> bool:
    """
    Whether nobody can come from the start of a scope to an end without a wait.
    """
    edges = _edges(graph, bodies)
    agenda = [node.id for node in graph.of(Kind.START)]
    passed: set[str] = set()
    while agenda:
        node = agenda.pop()
        flows = graph.incoming[node]
        ready = not _needs_all(graph, node) or all(f.source in passed for f in flows)
        if node not in passed and ready:
            passed.add(node)
            agenda += edges.get(node, [])
    return not any(
        _is_last(graph, graph.by_id[node]) for node in passed if node in edges
    )


def waitless_cycles(graph: Graph, bodies: Mapping[str, bool]) -> Iterator[Flaw]:
    """
    One flaw per cycle without a wait; `bodies` tells which subprocesses wait.
    """
    edges = _edges(graph, bodies)
    for circle in _circles(graph, edges):
        nodes = [node for node in graph.nodes if node.id in circle]
        first = next((node for node in nodes if node.kind in GATEWAYS), nodes[0])
        way = _around(edges, first.id, circle)
        path = tuple(named(graph.by_id[node]) for node in way)
        yield Flaw(
            code="cycle-without-wait",
            element=first.id,
            line=first.line,
            sentence=(
                f"The cycle of {' → '.join(f'*{each}*' for each in path)} runs without"
                " an end, for nobody is asked on it: put a user task or a timer into"
                " it."
            ),
            path=path,
        )


def _edges(graph: Graph, bodies: Mapping[str, bool]) -> Edges:
    """
    Where one comes from each node that does not wait, without a wait.
    """
    found: Edges = {}
    for node in graph.nodes:
        if node.kind in {*WAITS, Kind.CALL, Kind.BOUNDARY} or bodies.get(node.id):
            continue
        targets = [flow.target for flow in graph.outgoing[node.id]]
        if node.kind is Kind.SUBPROCESS:
            targets += _thrown_to(graph, node)
        found[node.id] = targets
    return found


def _thrown_to(graph: Graph, host: Node) -> Iterator[str]:
    for event in graph.boundaries.get(host.id, ()):
        if event.event is not None and event.event.signal is not Signal.TIMER:
            yield from (flow.target for flow in graph.outgoing[event.id])


def _circles(graph: Graph, edges: Edges) -> list[set[str]]:
    edges = dict(edges)
    while True:
        circles = [set(each) for each in components(edges)]
        found = [c for c in circles if len(c) > 1 or any(n in edges[n] for n in c)]
        held = [join for c in found for join in c if _waits_for_others(graph, join, c)]
        if not held:
            return found
        for join in held:
            del edges[join]


def _waits_for_others(graph: Graph, node: str, circle: set[str]) -> bool:
    # What comes from outside of the circle comes once, or after somebody did something.
    flows = graph.incoming[node]
    return _needs_all(graph, node) and any(f.source not in circle for f in flows)


def _needs_all(graph: Graph, node: str) -> bool:
    found = graph.by_id[node]
    return found.kind is Kind.PARALLEL and is_join(graph, found)


def _is_last(graph: Graph, node: Node) -> bool:
    return node.kind is Kind.END or not graph.outgoing[node.id]


def _around(edges: Edges, first: str, circle: set[str]) -> tuple[str, ...]:
    """
    The shortest way from a node back to itself.
    """
    agenda: deque[tuple[str, ...]] = deque([(first,)])
    seen: set[str] = set()
    while agenda:
        way = agenda.popleft()
        for target in edges.get(way[-1], ()):
            if target == first:
                return (*way, first)
            if target in circle and target not in seen:
                seen.add(target)
                agenda.append((*way, target))
    return (first,)
