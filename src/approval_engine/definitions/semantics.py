"""
A process → a hash of what it means, whatever its file looks like.

It is taken of the process as it is understood: moved boxes, other prefixes, another
order of attributes or platform, or ids that a modeler adds to what nobody can click,
give the same hash. What a later version of this product understands besides does not
change it either, as long as a file does not say it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from approval_engine.definitions.model import Graph, Process
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.documents.canonical import sha256


def semantic_hash(xml: bytes, file: str = "process.bpmn") -> str:
    """
    SHA-256 over the process in a file.

    Raises BpmnError if it is not accepted.
    """
    return hash_of(read(xml, file, EVERY_NAME).process)


def hash_of(process: Process) -> str:
    """
    SHA-256 over everything that a process says to people or to the engine.
    """
    return sha256(_meaning(process))


def _meaning(value: Any) -> object:  # noqa: ANN401 any part of a process
    if isinstance(value, Graph):
        return _graph(value)
    if is_dataclass(value):
        # Parts of an expression differ in nothing else but what they are.
        named = {"is": type(value).__name__}
        return named | {
            field.name: _meaning(getattr(value, field.name))
            for field in fields(value)
            if _says_something(field, getattr(value, field.name))
        }
    if isinstance(value, Mapping):
        return {name: _meaning(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_meaning(part) for part in value]
    return value


def _graph(graph: Graph) -> object:
    """
    Nodes by id; only the flows out of one node have an order that counts.
    """
    return {
        node.id: {
            "node": _meaning(node),
            "flows": [_meaning(flow) for flow in graph.outgoing[node.id]],
        }
        for node in graph.nodes
    }


def _says_something(field: Field[Any], value: object) -> bool:
    # Where something stands in its file, and how it is spelt, means nothing.
    return field.compare and field.name != "line" and value != _default(field)


def _default(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING
