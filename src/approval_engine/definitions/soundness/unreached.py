"""
A net that was played → the work that nobody ever gets, and where a process never ends.
"""

from collections import deque
from collections.abc import Iterator

from approval_engine.definitions.model import GATEWAYS, Graph, Kind, Node
from approval_engine.definitions.soundness import runs
from approval_engine.definitions.soundness.flaw import Flaw, named
from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import bits
from approval_engine.definitions.soundness.play import DONE, Played, Run

_WORK = frozenset(
    {
        Kind.TASK,
        Kind.RULE,
        Kind.NOTICE,
        Kind.CALL,
        Kind.SLOT,
        Kind.SUBPROCESS,
        Kind.CATCH,
    }
)


def endless(net: Net, played: Played) -> Iterator[Flaw]:
    """
    Where tokens go round for ever, though they could move; at most one flaw.
    """
    ends = _leading_to(played, {DONE, *played.stuck})
    trapped = {state for state in played.after if state not in ends}
    if not trapped:
        return
    inside = 0
    for state in trapped:
        inside |= state
    owners = {net.owners[place].id for place in bits(inside)}
    nodes = [node for node in net.graph.nodes if node.id in owners]
    node = next((each for each in nodes if each.kind in GATEWAYS), nodes[0])
    places = net.places_of(node.id)
    into = _run_to(net, played, trapped)
    run = _run_to(net, played, {state for state in trapped if state & places})
    after = f"After *{runs.moment(net.graph, into)}* the" if into else "The"
    yield Flaw(
        code="never-ends",
        element=node.id,
        line=node.line,
        sentence=(
            f"{after} process can never end, for something always comes back to"
            f" `{node.id}`: lead a way from there to an end event, and none beside it"
            " back."
        ),
        path=(*runs.path(net.graph, run), named(node)),
    )


def _leading_to(played: Played, goals: set[int]) -> set[int]:
    before: dict[int, list[int]] = {}
    for state, moves in played.after.items():
        for _, reached in moves:
            before.setdefault(reached, []).append(state)
    found, agenda = set(goals), list(goals)
    while agenda:
        for state in before.get(agenda.pop(), ()):
            if state not in found:
                found.add(state)
                agenda.append(state)
    return found


def _run_to(net: Net, played: Played, goals: set[int]) -> Run:
    """
    The shortest run to one of these states, among the moves that were played.
    """
    agenda: deque[tuple[int, Run]] = deque((start, ()) for start in net.starts)
    seen = set(net.starts)
    while agenda:
        state, run = agenda.popleft()
        if state in goals:
            return run
        for move, reached in played.after.get(state, ()):
            if reached not in seen:
                seen.add(reached)
                agenda.append((reached, (*run, move)))
    return ()


def dead_work(net: Net, played: Played) -> Iterator[Flaw]:
    """
    The tasks and subprocesses that no token ever reaches.
    """
    alive = {net.owners[place].id for place in bits(played.alive)}
    for move in played.fired:
        alive |= {node.id for node in move.passes}
        if move.way.event is not None:
            alive.add(move.way.event.id)
    for node in net.graph.nodes:
        if node.kind in _WORK and node.id not in alive:
            yield _dead_task(net.graph, node, alive)


def _dead_task(graph: Graph, node: Node, alive: set[str]) -> Flaw:
    way = runs.route(graph, node)
    dead = next((n for n, each in enumerate(way) if each.id not in alive), 0)
    if not way:
        why = "no way leads there from the start: connect it or remove it."
    elif way[dead].kind is Kind.BOUNDARY:
        why = f"nothing throws what *{named(way[dead])}* catches: remove that event."
    else:
        last = named(way[dead - 1])
        why = f"nothing ever comes past *{last}*: change what leads there."
    return Flaw(
        code="dead-task",
        element=node.id,
        line=node.line,
        sentence=f"*{named(node)}* can never be reached, for {why}",
        path=tuple(named(each) for each in way),
    )
