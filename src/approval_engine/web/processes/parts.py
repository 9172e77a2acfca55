"""
A process → each of its elements in words: what it is, what is said of it, what follows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from approval_engine.definitions.diff import traits
from approval_engine.definitions.model import Flow, Graph, Node
from approval_engine.definitions.reading import EVERY_NAME, read

_SAID: Mapping[str, str] = {
    "role": "asks {}",
    "people": "asks {}",
    "assignee": "is given to {}",
    "due": "due after {}",
    "duration": "after {}",
    "steps": "holds the steps {}",
    "fields": "its form asks {}",
    "for several": "once per person, {}",
    "decision": "asks the table {}",
    "result": "whose answer is called {}",
}
"""How a trait is told, where its name alone would not do."""

_SPANS = frozenset({"due", "follow-up", "duration"})
_PLAIN = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_ELSEWHERE = frozenset({"name", "documentation", "event", "property steps"})
"""What the table tells in other columns, or twice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """
    An element in words. `depth` counts the subprocesses that it is in.
    """

    node: Node
    name: str
    kind: str
    says: str
    then: tuple[str, ...]
    depth: int


def parts(body: bytes, file: str) -> tuple[Part, ...]:
    """
    The elements of a file that was accepted, in its order.
    """
    return tuple(_of(read(body, file, EVERY_NAME).process.graph, 0))


def named(node: Node) -> str:
    """
    What a person calls it.
    """
    return " ".join(node.name.split()) or node.id


def _of(graph: Graph, depth: int) -> Iterator[Part]:
    for node in graph.nodes:
        yield Part(
            node=node,
            name=named(node),
            kind=_kind(node, graph),
            says="; ".join(_said(node)),
            then=tuple(_then(each, graph) for each in graph.outgoing.get(node.id, ())),
            depth=depth,
        )
        if node.body is not None:
            yield from _of(node.body, depth + 1)


def _kind(node: Node, graph: Graph) -> str:
    if node.host is None:
        return str(node.kind)
    ends = "ends" if node.interrupting else "goes on beside"
    return f"{node.kind} that {ends} “{named(graph.by_id[node.host])}”"


def _said(node: Node) -> Iterator[str]:
    for what, value in traits(node).items():
        if not value or what in _ELSEWHERE or what == "interrupting":
            continue
        if what == "calls" and node.steps:
            continue
        said = _SAID.get(what, f"{what} {{}}")
        yield said.replace("{}", spoken(value) if what in _SPANS else value)


def spoken(duration: str) -> str:
    """
    A plain ISO 8601 duration such as `PT8H` for people; anything else as it is.
    """
    found = _PLAIN.fullmatch(duration)
    if found is None:
        return duration
    days, hours, minutes = found.groups()
    pairs = ((days, "d"), (hours, "h"), (minutes, "min"))
    words = " ".join(f"{number} {unit}" for number, unit in pairs if number)
    return words or duration


def _then(flow: Flow, graph: Graph) -> str:
    name = named(graph.by_id[flow.target])
    if graph.by_id[flow.source].default == flow.id:
        return f"{name}, otherwise"
    return f"{name}, if {flow.text}" if flow.text else name
