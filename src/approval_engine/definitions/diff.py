"""
Two versions of a process → what changed between them, in the words of its readers.

Moved boxes and other ids of flows are no change; who is asked, how long he has, under
which condition and in which order are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from approval_engine.definitions.model import (
    Field,
    Flow,
    Graph,
    Kind,
    Node,
    Process,
    Timer,
    Words,
    Work,
)

_GATEWAYS_AND_EVENTS = frozenset(
    {Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.START, Kind.END}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """
    One change: added, removed or changed, at which element, what of it, from and to.
    """

    change: str
    element: str
    name: str
    what: str
    before: str | None = None
    after: str | None = None


def differences(before: Process, after: Process) -> tuple[Change, ...]:
    """
    Every change, in the order of the newer version, then what it has no more.
    """
    return (*_process(before, after), *_graphs(before.graph, after.graph))


def _process(before: Process, after: Process) -> Iterator[Change]:
    pairs = {
        "name": (before.name, after.name),
        "documentation": (before.documentation, after.documentation),
        **_pairs(before.properties, after.properties, "property "),
    }
    for what, (old, new) in pairs.items():
        if old != new:
            yield Change(
                change="changed",
                element=after.id,
                name=after.name,
                what=what,
                before=old,
                after=new,
            )


def _graphs(before: Graph, after: Graph) -> Iterator[Change]:
    for node in after.nodes:
        old = before.by_id.get(node.id)
        if old is None or old.kind is not node.kind:
            yield _whole("added", node, after)
        else:
            yield from _nodes(old, node)
            if old.body and node.body:
                yield from _graphs(old.body, node.body)
    for node in before.nodes:
        new = after.by_id.get(node.id)
        if new is None or new.kind is not node.kind:
            yield _whole("removed", node, before)
    yield from _ways(before, after)


def _whole(change: str, node: Node, graph: Graph) -> Change:
    said = {"after": _described(node)} if change == "added" else {}
    if change == "removed":
        said = {"before": _described(node)}
    host = graph.by_id.get(node.host or "")
    what = f"{node.kind} at {_called(host)}" if host else str(node.kind)
    return Change(change=change, element=node.id, name=_called(node), what=what, **said)


def _described(node: Node) -> str | None:
    parts = [f"{what} {value}" for what, value in traits(node).items() if value]
    return ", ".join(parts) or None


def _nodes(before: Node, after: Node) -> Iterator[Change]:
    old, new = traits(before), traits(after)
    for what in dict.fromkeys((*new, *old)):
        if old.get(what) != new.get(what):
            yield Change(
                change="changed",
                element=after.id,
                name=_called(after),
                what=what,
                before=old.get(what),
                after=new.get(what),
            )


def traits(node: Node) -> dict[str, str | None]:
    """
    What is said of a node, by what it is called.
    """
    found: dict[str, str | None] = {
        "name": node.name or None,
        "documentation": node.documentation or None,
    }
    if node.work is not None:
        found |= _work(node.work)
    if node.event is not None:
        timer = node.event.timer
        found |= {
            "event": str(node.event.signal),
            "code": node.event.code,
            "duration": _timer(timer) if timer else None,
        }
    if node.host is not None:
        found["interrupting"] = "yes" if node.interrupting else "no"
    if node.decides is not None:
        found |= {"decision": node.decides.decision, "result": node.decides.variable}
    if node.notice is not None:
        found |= {
            "channel": node.notice.channel,
            "to": ", ".join(node.notice.to),
            "subject": node.notice.subject,
            "text": node.notice.text,
        }
    found |= {"calls": node.called, "steps": ", ".join(node.steps) or None}
    return found | {f"property {k}": v for k, v in node.properties.items()}


def _work(work: Work) -> dict[str, str | None]:
    several = work.several
    how = None
    if several is not None:
        how = "one after the other" if several.sequential else "side by side"
    return {
        "role": _words(work.groups) or work.lane,
        "people": _words(work.users),
        "assignee": _words(work.assignee),
        "due": _timer(work.due) if work.due else None,
        "follow-up": _timer(work.follow_up) if work.follow_up else None,
        "priority": None if work.priority is None else str(work.priority),
        "form": work.form_key,
        "fields": ", ".join(map(_field, work.fields)) or None,
        "for several": how,
    }


def _field(field: Field) -> str:
    return f"{field.id} ({field.type})"


def _words(words: Words) -> str | None:
    return ", ".join(words) or None if isinstance(words, tuple) else "an expression"


def _timer(timer: Timer) -> str:
    if timer.expression is not None:
        return "an expression"
    if timer.at is not None:
        return timer.at.isoformat()
    often = "" if timer.repeats is None else str(timer.repeats)
    return f"R{often}/{timer.span}" if timer.clock == "cycle" else timer.span


def _ways(before: Graph, after: Graph) -> Iterator[Change]:
    old, new = _by_ends(before), _by_ends(after)
    for ends, flow in new.items():
        was = old.get(ends)
        if was is None:
            yield _way("added", flow, after)
        elif was.text != flow.text or _default(before, was) != _default(after, flow):
            yield Change(
                change="changed",
                element=flow.id,
                name=_path(flow, after),
                what="condition",
                before=_condition(before, was),
                after=_condition(after, flow),
            )
    for ends, flow in old.items():
        if ends not in new:
            yield _way("removed", flow, before)


def _by_ends(graph: Graph) -> dict[tuple[str, str, int], Flow]:
    found: dict[tuple[str, str, int], Flow] = {}
    for flow in graph.flows:
        same = sum(each[:2] == (flow.source, flow.target) for each in found)
        found[flow.source, flow.target, same] = flow
    return found


def _way(change: str, flow: Flow, graph: Graph) -> Change:
    condition = _condition(graph, flow)
    return Change(
        change=change,
        element=flow.id,
        name=_path(flow, graph),
        what="way",
        before=condition if change == "removed" else None,
        after=condition if change == "added" else None,
    )


def _path(flow: Flow, graph: Graph) -> str:
    ends = (graph.by_id[flow.source], graph.by_id[flow.target])
    return " → ".join(map(_called, ends))


def _condition(graph: Graph, flow: Flow) -> str | None:
    return "otherwise" if _default(graph, flow) else flow.text or None


def _default(graph: Graph, flow: Flow) -> bool:
    return graph.by_id[flow.source].default == flow.id


def _called(node: Node | None) -> str:
    if node is None:
        return ""
    name = " ".join(node.name.split())
    if name and node.kind in _GATEWAYS_AND_EVENTS:
        return f"{name} ({node.id})"
    return name or node.id


def _pairs(
    before: Mapping[str, str], after: Mapping[str, str], prefix: str
) -> dict[str, tuple[str | None, str | None]]:
    keys: Iterable[str] = dict.fromkeys((*after, *before))
    return {f"{prefix}{key}": (before.get(key), after.get(key)) for key in keys}
