"""
The process of a file as scopes: its nodes and flows, and those of each subprocess.

Nodes that do not run here are among them, so that one refusal makes no second one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from approval_engine.definitions import ids
from approval_engine.definitions.namespaces import BPMN, short
from approval_engine.definitions.reading.source import NODE_TAGS, Source, children

MAX_NODES = 300
MAX_DEPTH = 5

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
# Names that the engine gives to something else.
_TAKEN = frozenset({"Start", "End", "Root"})
_CANCELLED = "cancelled"

SUBPROCESS = f"{BPMN}subProcess"
FLOW = f"{BPMN}sequenceFlow"
_NAMED = NODE_TAGS | {FLOW, f"{BPMN}process", f"{BPMN}error", f"{BPMN}escalation"}


@dataclass(frozen=True, kw_only=True)
class Scope:
    """
    The nodes and flows of a process or of one subprocess, in document order.
    """

    element: etree._Element
    outer: "Scope | None" = None
    nodes: dict[str, etree._Element]
    flows: tuple[etree._Element, ...]
    inner: dict[str, "Scope"] = field(default_factory=dict)

    @cached_property
    def exits(self) -> dict[str, list[etree._Element]]:
        """
        The flows that leave each node.
        """
        found: dict[str, list[etree._Element]] = {}
        for flow in self.flows:
            found.setdefault(flow.get("sourceRef", ""), []).append(flow)
        return found

    def all(self) -> Iterator["Scope"]:
        """
        It and all scopes inside of it.
        """
        yield self
        for scope in self.inner.values():
            yield from scope.all()


def scopes(source: Source, process: etree._Element) -> Scope | None:
    """
    The scope of a process; None, with a problem, if it is too large to be looked at.
    """
    _check_ids(source)
    nodes = sum(1 for node in process.iter(*NODE_TAGS))
    if nodes > MAX_NODES:
        sentence = f"Expected at most {MAX_NODES} flow nodes, but got {nodes}."
        source.refuse(process, "too_large", sentence)
        return None
    return _scope(source, process, None, 0)


def _scope(
    source: Source, element: etree._Element, outer: Scope | None, depth: int
) -> Scope:
    scope = Scope(
        element=element,
        outer=outer,
        nodes={n.get("id", ""): n for n in children(element) if n.tag in NODE_TAGS},
        flows=tuple(element.iterchildren(FLOW)),
    )
    for identity, node in scope.nodes.items():
        if node.tag != SUBPROCESS or node.get("triggeredByEvent") == "true":
            continue
        if depth == MAX_DEPTH:
            sentence = f"Expected subprocesses at most {MAX_DEPTH} deep: take one out."
            source.refuse(node, "too_deep", sentence)
            continue
        scope.inner[identity] = _scope(source, node, scope, depth + 1)
    return scope


def _check_ids(source: Source) -> None:
    seen: set[str] = set()
    outcomes: dict[str, str] = {}
    for element in source.root.iter(f"{BPMN}*"):
        identity = element.get("id")
        if identity is None:
            if element.tag in _NAMED:
                kind = short(str(element.tag))
                source.refuse(element, "id", f"Expected an id of this {kind}.")
            continue
        if identity in seen:
            sentence = f"Expected id {identity!r} only once: rename one of them."
            source.refuse(element, "id", sentence)
        seen.add(identity)
        if element.tag in _NAMED:
            _check_id(source, element, identity)
        if element.tag in NODE_TAGS:
            other = outcomes.setdefault(ids.outcome(identity), identity)
            if other != identity:
                sentence = f"Expected an id that is not mistaken for {other!r}."
                source.refuse(element, "id", sentence)


def _check_id(source: Source, element: etree._Element, identity: str) -> None:
    ours = identity.partition("_")[0] == _CANCELLED
    if not _ID.fullmatch(identity) or identity in _TAKEN or ours:
        sentence = (
            f"Expected an id of letters A to Z, digits, _ and -, but {identity[:60]!r}"
            " is not, or is reserved: rename it."
        )
        source.refuse(element, "id", sentence)
