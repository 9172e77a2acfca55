"""
Names that only a form which is not ours can give → fields of the task that shows it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from approval_engine.definitions.model import Field, Flow, Graph, Kind, Node, Process
from approval_engine.definitions.reading.names import is_taken
from approval_engine.definitions.reading.source import Note
from approval_engine.policy.conditions import Expression, inputs_of, kind_of
from approval_engine.policy.conditions import Kind as ValueKind
from approval_engine.policy.conditions.tree import (
    Arithmetic,
    Comparison,
    Literal,
    Logic,
    Member,
    Name,
    Negative,
    Not,
)
from approval_engine.policy.conditions.walk import literals_of
from approval_engine.policy.conditions.walk import nodes as parts_of

OURS = "approval-engine:"
"""How the key of a form of ours begins; such a form declares all its fields."""

_TYPES: Mapping[ValueKind, str] = {
    ValueKind.BOOLEAN: "boolean",
    ValueKind.STRING: "string",
    ValueKind.NUMBER: "long",
    ValueKind.DATE: "date",
}


def with_inferred(
    process: Process, known: Mapping[str, ValueKind]
) -> tuple[Process, tuple[Note, ...]]:
    """
    The process with the fields that its conditions read and nobody declares.
    """
    before = _Before(process)
    fields: dict[str, dict[str, Field]] = {}
    notes: list[Note] = []
    for flow in _flows(process.graph):
        if flow.condition is None:
            continue
        unknown = inputs_of(flow.condition) - known.keys()
        # An outcome is never asked: what nobody decided must stay unknown.
        for name in sorted(name for name in unknown if not is_taken(name, known)):
            for task in before.forms(flow.source):
                own = fields.setdefault(task.id, {})
                if name not in own:
                    own[name] = _field(name, flow.condition)
                    notes.append(_note(task, own[name], flow))
    if not fields:
        return process, ()
    return replace(process, graph=_extended(process.graph, fields)), tuple(notes)


def _field(name: str, condition: Expression) -> Field:
    kind = _use(name, condition)
    return Field(id=name, type=_TYPES.get(kind, "string"), label=name, inferred=True)


def _note(task: Node, field: Field, flow: Flow) -> Note:
    key = task.work.form_key if task.work else ""
    sentence = (
        f"Form {key!r} is translated: {field.id!r}, which flow {flow.id!r} reads, is"
        f" asked on the task page as a {field.type}."
    )
    return Note(line=task.line, element=task.id, sentence=sentence)


def _use(name: str, condition: Expression) -> ValueKind:
    """
    What a name must be, by the first place where the condition says it.
    """
    asked = Name(name=name)
    for part in parts_of(condition):
        match part:
            case Logic(operands=operands) if asked in operands:
                return ValueKind.BOOLEAN
            case Not(operand=operand) if operand == asked:
                return ValueKind.BOOLEAN
            case Comparison(left=left, right=right) if asked in (left, right):
                other = right if left == asked else left
                if isinstance(other, Literal):
                    return kind_of(other, {})[0]
            case Member(needle=needle, test=test) if needle == asked:
                return next(
                    (kind_of(Literal(value=v), {})[0] for v in literals_of(test)),
                    ValueKind.STRING,
                )
            case Arithmetic() | Negative() if name in inputs_of(part):
                return ValueKind.NUMBER
    return ValueKind.BOOLEAN if condition == asked else ValueKind.STRING


def _flows(graph: Graph) -> Iterator[Flow]:
    yield from graph.flows
    for node in graph.nodes:
        if node.body is not None:
            yield from _flows(node.body)


def _extended(graph: Graph, fields: Mapping[str, Mapping[str, Field]]) -> Graph:
    return replace(graph, nodes=tuple(_with(node, fields) for node in graph.nodes))


def _with(node: Node, fields: Mapping[str, Mapping[str, Field]]) -> Node:
    if node.body is not None:
        return replace(node, body=_extended(node.body, fields))
    if node.work is None or node.id not in fields:
        return node
    added = (*node.work.fields, *fields[node.id].values())
    return replace(node, work=replace(node.work, fields=added))


class _Before:
    """
    What comes before what in a process, through the borders of its subprocesses.
    """

    def __init__(self, process: Process) -> None:
        self.nodes = {node.id: node for node in process.nodes()}
        self.sources: dict[str, list[str]] = {}
        self.outer: dict[str, str] = {}
        self.add(process.graph)

    def add(self, graph: Graph, outer: str | None = None) -> None:
        for flow in graph.flows:
            self.sources.setdefault(flow.target, []).append(flow.source)
        for node in graph.nodes:
            if node.kind is Kind.START and outer is not None:
                self.outer[node.id] = outer
            if node.body is not None:
                self.add(node.body, node.id)

    def forms(self, node: str) -> Iterator[Node]:
        """
        The nearest tasks before a node, or it itself, whose form is not ours.
        """
        agenda, seen = [node], set()
        while agenda:
            current = agenda.pop()
            found = self.nodes.get(current)
            if current in seen or found is None:
                continue
            seen.add(current)
            key = found.work.form_key if found.work else None
            if key and not key.startswith(OURS):
                yield found
            elif found.body is not None:
                agenda += [end.id for end in found.body.of(Kind.END)]
            else:
                agenda += self.before(found)

    def before(self, node: Node) -> list[str]:
        if node.host is None:
            entered = self.outer.get(node.id, node.id)
            return self.sources.get(entered, [])
        host = self.nodes.get(node.host)
        inside = [n.id for n in host.body.nodes] if host and host.body else []
        return [*self.sources.get(node.host, []), *inside]
