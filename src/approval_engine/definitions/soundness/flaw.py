"""
What is wrong with a process, where an analyst can click, and the way that leads there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from approval_engine.definitions.model import Graph, Node, Process
from approval_engine.errors import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """
    One rule of soundness that a process breaks.

    `path` are the names of the nodes that show it, ids where there is no name, in the
    order in which they are passed; a choice stands behind its gateway's name.
    """

    code: str
    element: str
    line: int
    sentence: str
    path: tuple[str, ...] = ()


def problems(found: Iterable[Flaw], file: str = "process.bpmn") -> tuple[Problem, ...]:
    """
    The flaws as problems of a file, in the same order, with their paths.
    """
    return tuple(
        Problem(
            file=file,
            line=flaw.line,
            code=flaw.code,
            element=flaw.element,
            sentence=_whole(flaw),
        )
        for flaw in found
    )


def in_file_order(process: Process, found: Iterable[Flaw]) -> tuple[Flaw, ...]:
    """
    The flaws in the order in which their elements stand in the process.
    """
    order = {each: number for number, each in enumerate(_elements(process.graph))}
    last = len(order)
    return tuple(
        sorted(found, key=lambda each: (order.get(each.element, last), each.code))
    )


def _elements(graph: Graph) -> Iterator[str]:
    """
    The ids of a graph, each node before the flows that leave it and what is inside.
    """
    for node in graph.nodes:
        yield node.id
        yield from (flow.id for flow in graph.outgoing[node.id])
        if node.body is not None:
            yield from _elements(node.body)


def named(node: Node) -> str:
    """
    What an analyst calls the node: its name, or else its id.
    """
    return " ".join(node.name.split()) or node.id


def chosen(graph: Graph, flow: str) -> str:
    """
    What an analyst calls the choice of a flow: its name, or else where it leads.
    """
    found = next(each for each in graph.flows if each.id == flow)
    return " ".join(found.name.split()) or named(graph.by_id[found.target])


def _whole(flaw: Flaw) -> str:
    if not flaw.path:
        return flaw.sentence
    return f"{flaw.sentence} The shortest way there: {' → '.join(flaw.path)}."
