"""
Which process of a file runs, and in which lane each of its nodes lies.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from approval_engine.definitions.namespaces import BPMN
from approval_engine.definitions.reading.scopes import Scope
from approval_engine.definitions.reading.source import NODE_TAGS, Source, children


def process_of(source: Source) -> etree._Element | None:
    """
    The process that runs; None, with a problem noted, if nobody can say which it is.
    """
    processes = list(source.root.iterchildren(f"{BPMN}process"))
    _check_participants(source, processes)
    drawn = [each for each in processes if _has_nodes(each)]
    runs = [each for each in processes if each.get("isExecutable") == "true"]
    if len(runs) != 1:
        sentence = (
            "Expected exactly one process with isExecutable true,"
            f" but got {len(runs)}: mark the one that is to run as executable."
        )
        source.refuse(source.root, "process", sentence)
        return drawn[0] if len(drawn) == 1 and not runs else None
    for other in drawn:
        if other is not runs[0]:
            sentence = (
                f"Expected no nodes in process {other.get('id', '')!r}; only one of a"
                " file runs: make its pool empty."
            )
            source.refuse(other, "process", sentence)
    return runs[0]


def _has_nodes(process: etree._Element) -> bool:
    return any(child.tag in NODE_TAGS for child in children(process))


def _check_participants(source: Source, processes: list[etree._Element]) -> None:
    known = {each.get("id") for each in processes}
    seen: set[str] = set()
    for pool in source.root.iterfind(f"{BPMN}collaboration/{BPMN}participant"):
        name = pool.get("processRef")
        if name is None:
            continue
        if name not in known:
            sentence = f"Expected process {name!r} in the file, but it is not there."
            source.refuse(pool, "reference", sentence)
        if name in seen:
            sentence = f"Expected one pool for process {name!r}, but there are more."
            source.refuse(pool, "process", sentence)
        seen.add(name)


def lanes_of(source: Source, scope: Scope) -> Mapping[str, str]:
    """
    The name of the innermost lane that each node lies in, or that its subprocess does.
    """
    found: dict[str, str] = {}
    for each in scope.all():
        outer = found.get(each.element.get("id", ""), "")
        found |= dict.fromkeys(each.nodes, outer)
        placed: dict[str, etree._Element] = {}
        for lanes in each.element.iterchildren(f"{BPMN}laneSet"):
            for lane in _lanes(lanes):
                for reference in lane.iterchildren(f"{BPMN}flowNodeRef"):
                    _place(source, scope, placed, lane, reference)
        found |= {node: lane.get("name", "").strip() for node, lane in placed.items()}
    return {node: name for node, name in found.items() if name}


def _lanes(lanes: etree._Element) -> Iterator[etree._Element]:
    """
    Lanes before the lanes that lie in them.
    """
    for lane in lanes.iterchildren(f"{BPMN}lane"):
        yield lane
        for inner in lane.iterchildren(f"{BPMN}childLaneSet"):
            yield from _lanes(inner)


def _place(
    source: Source,
    scope: Scope,
    placed: dict[str, etree._Element],
    lane: etree._Element,
    reference: etree._Element,
) -> None:
    name = (reference.text or "").strip()
    node = next((s.nodes[name] for s in scope.all() if name in s.nodes), None)
    if node is None:
        sentence = f"Expected node {name[:60]!r} of a lane in the file: remove it."
        source.refuse(reference, "reference", sentence)
        return
    other = placed.get(name)
    if other is not None and other not in (lane, *lane.iterancestors()):
        sentence = (
            f"Expected this node in one lane, but it is in {other.get('name', '')!r}"
            f" and in {lane.get('name', '')!r}: move it into one."
        )
        source.refuse(node, "lane", sentence)
    placed[name] = lane
