"""
From where in a process a token can still come to a place, through subprocesses too.
"""

from collections.abc import Iterator, Mapping

from approval_engine.definitions.model import Graph, Kind
from approval_engine.executor.engine.scopes import EndEvent
from approval_engine.executor.engine.specs import ProcessSpec


def inside(graph: Graph) -> frozenset[str]:
    """
    The ids of all nodes in a graph and in the subprocesses in it.
    """
    return frozenset(_ids(graph))


def _ids(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        yield node.id
        if node.body is not None:
            yield from _ids(node.body)


def before(graph: Graph, process: ProcessSpec, target: str) -> frozenset[str]:
    """
    The nodes of a graph, and below it, from which a token can come to the target.

    The target itself is one of them. What a token does after it has left the graph does
    not count: then the subprocess is over, and the target with it.
    """
    sources: dict[str, list[str]] = {}
    for source, reached in _steps(graph, process):
        sources.setdefault(reached, []).append(source)
    found, agenda = {target}, [target]
    while agenda:
        for source in sources.get(agenda.pop(), ()):
            if source not in found:
                found.add(source)
                agenda.append(source)
    return frozenset(found)


def _steps(graph: Graph, process: ProcessSpec) -> Iterator[tuple[str, str]]:
    """
    Every way from one node to the next that a token or what it throws can take.
    """
    for flow in graph.flows:
        yield flow.source, flow.target
    for node in graph.nodes:
        # A timer of a task that has yet to be reached can fire there.
        if node.host is not None:
            yield node.host, node.id
        if node.kind is Kind.END:
            yield from _caught(process, node.id)
        if node.body is not None:
            yield from ((node.id, start.id) for start in node.body.of(Kind.START))
            yield from _steps(node.body, process)


def _caught(process: ProcessSpec, name: str) -> Iterator[tuple[str, str]]:
    specs: Mapping[str, EndEvent] = process.task_specs
    catcher = specs[name].caught_by
    if catcher is not None:
        yield name, catcher.name
