"""
A frame, which is a process with slots → where it lets a quote pass without its steps.

The policy owns who must approve: whatever else a frame does, no way may lead to an
approved end but through every slot.
"""

from collections import Counter
from collections.abc import Iterator

from approval_engine.definitions import ids
from approval_engine.definitions.model import Graph, Kind, Node, Process, Signal
from approval_engine.definitions.soundness import runs
from approval_engine.definitions.soundness.flaw import (
    Flaw,
    in_file_order,
    named,
)
from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import Body, Move
from approval_engine.definitions.soundness.play import Played, Player, Run
from approval_engine.definitions.soundness.returns import comes_again
from approval_engine.definitions.soundness.tokens import MOST_STATES, body_of

REST = "rest"
_BACK = (ids.REJECTED, ids.RETURNED)


def frame_flaws(process: Process) -> tuple[Flaw, ...]:
    """
    Every rule of frames that a process breaks, in the order of the file.
    """
    slots = [node for node in process.nodes() if node.kind is Kind.SLOT]
    found = [
        *_selections(process, slots),
        *_bypasses(process, slots),
        *_events(process.graph),
    ]
    return in_file_order(process, found)


def _selections(process: Process, slots: list[Node]) -> Iterator[Flaw]:
    rests = [slot for slot in slots if REST in slot.steps]
    if not rests:
        at = slots[0] if slots else None
        yield Flaw(
            code="frame-rest",
            element=at.id if at else process.id,
            line=at.line if at else process.line,
            sentence=(
                "Expected exactly one slot with `rest` among its steps, but there is"
                " none: steps that no other slot selects would be asked by nobody."
            ),
        )
    for slot in rests[1:]:
        yield _at(
            slot,
            "frame-rest",
            f"Expected exactly one slot with `rest` among its steps, but"
            f" `{rests[0].id}` has it and `{slot.id}` too: take it out of one.",
        )
    yield from _selected_twice(slots)


def _selected_twice(slots: list[Node]) -> Iterator[Flaw]:
    first: dict[str, Node] = {}
    for slot in slots:
        for step, times in Counter(slot.steps).items():
            before = first.setdefault(step, slot)
            if step == REST or (before is slot and times == 1):
                continue
            yield _at(
                slot,
                "step-twice",
                f"Expected each step to be selected once, but `{step}` is selected by"
                f" `{before.id}` and again by `{slot.id}`: take it out of one.",
            )


def _bypasses(process: Process, slots: list[Node]) -> Iterator[Flaw]:
    graph = process.graph
    ends = [node for node in graph.of(Kind.END) if is_end(node, ids.APPROVED)]
    if not ends:
        yield Flaw(
            code="frame-approves-nothing",
            element=process.id,
            line=process.line,
            sentence=(
                "Expected an end event `approved`, or one with the property"
                " `outcome` = `approved`, but there is none: no quote could pass."
            ),
        )
    for slot in slots:
        run = _run_around(graph, slot)
        if run is not None:
            path = runs.path(graph, run)
            end = next(n for n in run[-1].passes if is_end(n, ids.APPROVED))
            yield _at(
                slot,
                "slot-bypassed",
                f"Expected every way to `{end.id}` to pass the slot `{slot.id}`, but"
                f" {' → '.join((*path, named(end)))} does not: lead it through the"
                " slot, or to another end.",
                (*path, named(end)),
            )


def _run_around(graph: Graph, slot: Node) -> Run | None:
    """
    The shortest run to an approved end while the slot is never left as satisfied.
    """
    net, played = _without(graph, slot)
    if not any(_approves(move) for move in played.fired):
        return None
    found = runs.shortest(Player(net), lambda move, *_: _approves(move))
    return found or _first_run(played)


def _without(graph: Graph, slot: Node) -> tuple[Net, Played]:
    bodies = {slot.id: Body(completes=False, errors=_BACK)}
    for node in graph.nodes:
        if node.body is not None:
            bodies[node.id] = body_of(*_without(node.body, slot))
    net = Net(graph, bodies)
    return net, Player(net).play(net.starts, MOST_STATES, MOST_STATES)


def _approves(move: Move) -> bool:
    return any(is_end(node, ids.APPROVED) for node in move.passes)


def _first_run(played: Played) -> Run:
    for state, moves in played.after.items():
        for move, _ in moves:
            if _approves(move):
                run = (*played.run_to(state), move)
                return runs.causes(run, len(run) - 1)
    return ()


def _events(graph: Graph) -> Iterator[Flaw]:
    slots = list(graph.of(Kind.SLOT))
    for slot in slots:
        for outcome in _BACK:
            yield from _event(graph, slot, outcome)
        for event in graph.boundaries.get(slot.id, ()):
            yield from _returns(graph, event, slots)
    for node in graph.nodes:
        if node.body is not None:
            yield from _events(node.body)


def _event(graph: Graph, slot: Node, outcome: str) -> Iterator[Flaw]:
    events = graph.boundaries.get(slot.id, ())
    catching = [event for event in events if _catches(event, outcome)]
    if not catching:
        yield _at(
            slot,
            "slot-event",
            f"Expected an interrupting error boundary event for `{outcome}` on the slot"
            f" `{slot.id}`, but there is none: add one and lead it to an end event"
            f" `{outcome}`.",
            runs.names(graph, slot),
        )
    elif not any(_leads_to(graph, catching[0], outcome)):
        yield _at(
            catching[0],
            "slot-event",
            f"Expected *{named(catching[0])}* on the slot `{slot.id}` to lead to an end"
            f" event `{outcome}`, but it does not.",
            runs.names(graph, catching[0]),
        )


def _catches(event: Node, outcome: str) -> bool:
    caught = event.event
    if caught is None or caught.signal is not Signal.ERROR or not event.interrupting:
        return False
    return caught.code in {None, outcome}


def _leads_to(graph: Graph, event: Node, outcome: str) -> Iterator[bool]:
    """
    Each end event of that name that is reached without passing a slot.
    """
    agenda, seen = [event.id], {event.id}
    while agenda:
        for flow in graph.outgoing[agenda.pop()]:
            node = graph.by_id[flow.target]
            if node.kind is Kind.END and _says(node, outcome):
                yield True
            if node.id not in seen and node.kind is not Kind.SLOT:
                seen.add(node.id)
                agenda.append(node.id)


def _says(end: Node, outcome: str) -> bool:
    # Inside a subprocess an error of that code carries it on to where it is caught.
    thrown = end.event
    if thrown is not None and thrown.signal is Signal.ERROR and thrown.code == outcome:
        return True
    return is_end(end, outcome)


def _returns(graph: Graph, event: Node, slots: list[Node]) -> Iterator[Flaw]:
    ends = {node.id for node in graph.of(Kind.END) if is_end(node, ids.APPROVED)}
    for slot in slots:
        way = comes_again(graph, event, slot, ends)
        # A way around its own slot is told as one that bypasses it.
        if way and slot.id != event.host:
            path = tuple(map(named, (*runs.route(graph, event), *way)))
            yield _at(
                event,
                "slot-not-repeated",
                f"Expected every way from *{named(event)}* to an approved end to pass"
                f" all slots again, but {' → '.join(path)} does not pass"
                f" `{slot.id}` again.",
                path,
            )
            return


def is_end(node: Node, outcome: str) -> bool:
    """
    Whether an end event says that the workflow ends so: by property, id or name.
    """
    if "outcome" in node.properties:
        return node.properties["outcome"] == outcome
    by_id = node.id == outcome or node.id.startswith(f"{outcome}_")
    return by_id or named(node).casefold() == outcome


def _at(node: Node, code: str, sentence: str, path: tuple[str, ...] = ()) -> Flaw:
    return Flaw(
        code=code, element=node.id, line=node.line, sentence=sentence, path=path
    )
