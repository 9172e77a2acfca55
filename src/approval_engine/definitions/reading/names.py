"""
The names that expressions of a process may read, and what is wrong with those they do.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from approval_engine.definitions import ids
from approval_engine.definitions.model import Field, Node, Process
from approval_engine.definitions.model import Kind as NodeKind
from approval_engine.definitions.reading.source import Source
from approval_engine.definitions.reading.texts import Read
from approval_engine.planner.frame import CHAIN, REST
from approval_engine.policy.conditions import Kind, inputs_of, kind_of

EXAMPLE: Mapping[str, Kind] = MappingProxyType(
    {
        "margin_pct": Kind.NUMBER,
        "discount_pct": Kind.NUMBER,
        "amount": Kind.NUMBER,
        "term_months": Kind.NUMBER,
        "acv": Kind.NUMBER,
        "year1_disc": Kind.NUMBER,
        "clauses": Kind.LIST,
        "region": Kind.STRING,
        "segment": Kind.STRING,
    }
)
"""The inputs of the policy that the documentation shows, where none is active."""

RESULTS: Mapping[str, Kind] = MappingProxyType(
    {"approved": Kind.BOOLEAN, "decision": Kind.STRING}
)
"""What the last decision on a user task leaves behind."""

COUNTS: Mapping[str, Kind] = MappingProxyType(
    dict.fromkeys(
        (
            "nrOfInstances",
            "nrOfCompletedInstances",
            "nrOfActiveInstances",
            "approvals",
            "rejections",
            "returns",
            "vetoes",
        ),
        Kind.NUMBER,
    )
)
"""What the completion condition of a task for several people counts."""

FIELD_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "string": Kind.STRING,
        "enum": Kind.STRING,
        "long": Kind.NUMBER,
        "boolean": Kind.BOOLEAN,
        "date": Kind.DATE,
    }
)

_MANY = 12
_SILENT = ("due_at_", "approvers_")
_OURS = ("outcome_", *_SILENT)


def is_taken(name: str, inputs: Mapping[str, Kind]) -> bool:
    """
    Whether a form must not set this name, for it says something else already.
    """
    return name in inputs or name in RESULTS or name.startswith(_OURS)


def known_names(process: Process, inputs: Mapping[str, Kind]) -> dict[str, Kind]:
    """
    Every name that any expression of the process may read.
    """
    found: dict[str, Kind] = {}
    for node in process.nodes():
        found.update(_of_node(node))
    return {**found, **inputs, **RESULTS}


def _of_node(node: Node) -> Iterator[tuple[str, Kind]]:
    if node.work is not None:
        named = {node.id, node.properties.get("step", node.id)}
        for name in named:
            yield ids.outcome(name), Kind.STRING
            yield ids.due_at(name), Kind.ANY
            yield ids.approvers(name), Kind.LIST
        for field in node.work.fields:
            yield field.id, kind_of_field(field)
    if node.kind is NodeKind.SLOT:
        for step in node.steps:
            # A slot may select by chain as well, and what it selects then has no name.
            if step == REST or step.startswith(CHAIN):
                continue
            yield ids.outcome(step), Kind.STRING
    if node.decides is not None and node.decides.variable:
        yield node.decides.variable, Kind.ANY


def kind_of_field(field: Field) -> Kind:
    """
    What a field holds, once it is filled in.
    """
    return FIELD_KINDS[field.type]


def columns_of(process: Process) -> tuple[str, ...]:
    """
    What names begin with that are values of the rows of a decision's result.
    """
    asked = (node.decides for node in process.nodes() if node.decides is not None)
    return tuple(f"{each.variable}_" for each in asked if each.variable)


def check(
    source: Source,
    reads: list[Read],
    known: Mapping[str, Kind],
    columns: tuple[str, ...] = (),
) -> None:
    """
    Note every unknown name, and every expression whose values cannot fit.
    """
    for read in reads:
        inputs = inputs_of(read.expression)
        rows = dict.fromkeys((n for n in inputs if n.startswith(columns)), Kind.ANY)
        names = {**rows, **known, **read.local}
        unknown = sorted(inputs - names.keys())
        for name in unknown:
            source.refuse(read.element, "unknown_name", _unknown(name, names))
        if unknown:
            continue
        kind, sentences = kind_of(read.expression, names)
        for sentence in sentences:
            source.refuse(read.element, "condition", sentence)
        if not sentences and kind is not Kind.ANY and kind not in read.kinds:
            wanted = " or ".join(f"a {k}" for k in read.kinds if k is not Kind.ANY)
            sentence = f"Expected {wanted} here, but the expression gives a {kind}."
            source.refuse(read.element, "condition", sentence)


def _unknown(name: str, known: Mapping[str, Kind]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    if close:
        return f"Expected a known name, but got {name!r}: did you mean {close[0]!r}?"
    spoken = sorted(name for name in known if not name.startswith(_SILENT))
    some = spoken[:_MANY]
    more = " …" if len(spoken) > _MANY else ""
    return (
        f"Expected a known name, but got {name!r}: known are {', '.join(some)}{more};"
        " a field of a form or the result of a decision table makes more."
    )
