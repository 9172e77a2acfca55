"""
The shortest run of a net that shows something, and its words for an analyst.
"""

from collections import deque
from collections.abc import Callable

from approval_engine.definitions.model import GATEWAYS, Graph, Kind, Node
from approval_engine.definitions.soundness.flaw import chosen, named
from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import Move, bits
from approval_engine.definitions.soundness.play import DONE, Player, Run
from approval_engine.definitions.soundness.ways import Way

Shows = Callable[[Move, int, int], bool]
"""Judges a move, the state behind it, and the places that have two tokens then."""

_MOST_STATES = 3000


def shortest(player: Player, shows: Shows) -> Run | None:
    """
    The run with the fewest moves that shows it, None if it is too far away.

    Here every order of moves counts, or a shorter run could be missed.
    """
    agenda = deque(player.net.starts)
    before: dict[int, tuple[int, Move] | None] = dict.fromkeys(agenda)
    while agenda and len(before) < _MOST_STATES:
        state = agenda.popleft()
        for place in player.enabled(state):
            for move, reached, clash in player.steps(state, place):
                if shows(move, reached, clash):
                    return (*_back(before, state), move)
                if not clash and reached != DONE and reached not in before:
                    before[reached] = (state, move)
                    agenda.append(reached)
    return None


def _back(before: dict[int, tuple[int, Move] | None], state: int) -> Run:
    moves: list[Move] = []
    while (step := before[state]) is not None:
        state, move = step
        moves.append(move)
    return tuple(reversed(moves))


def causes(run: Run, last: int, meeting: int | None = None) -> Run:
    """
    The moves of a run without which its move number `last` could not be.

    At the place `meeting` that move meets a token, whose causes are taken in too.
    """
    giver: dict[int, int] = {}
    needs: list[set[int]] = []
    for number, move in enumerate(run[: last + 1]):
        taken = {giver[place] for place in bits(move.takes) if place in giver}
        if number == last and meeting in giver:
            taken.add(giver[meeting])
        needs.append(taken.union(*(needs[each] for each in taken)))
        giver |= dict.fromkeys(bits(move.gives), number)
    return tuple(run[number] for number in sorted(needs[last] | {last}))


def end(net: Net, run: Run) -> int:
    """
    The state behind a run from the first start event.
    """
    state = net.starts[0]
    for move in run:
        state = state & ~move.takes | move.gives
    return state


def path(graph: Graph, run: Run) -> tuple[str, ...]:
    """
    The names of the nodes that a run passes, with what was chosen there.
    """
    return tuple(step(graph, move.way) for move in run if not _is_silent(move))


def step(graph: Graph, way: Way) -> str:
    """
    One node as it was passed: its name, and what was chosen if there was a choice.
    """
    choice = _choice(graph, way)
    return f"{named(way.node)}: {choice}" if choice else named(way.node)


def moment(graph: Graph, run: Run) -> str:
    """
    When it happens: the last thing somebody did, and what was chosen after it.
    """
    choices: list[str] = []
    for move in reversed(run):
        way = move.way
        if _is_silent(move):
            continue
        if way.node.kind not in {*GATEWAYS, Kind.START}:
            return ": ".join((step(graph, way), *reversed(choices)))
        if choice := _choice(graph, way):
            choices.append(choice if _somebody_before(run, move) else step(graph, way))
    return ": ".join(reversed(choices)) or step(graph, run[-1].way)


def _somebody_before(run: Run, last: Move) -> bool:
    before = run[: run.index(last)]
    return any(move.way.node.kind not in {*GATEWAYS, Kind.START} for move in before)


def _choice(graph: Graph, way: Way) -> str:
    if way.node.host is not None or not way.choice:
        return ""
    if way.event is not None:
        return named(way.event)
    return " and ".join(chosen(graph, flow.id) for flow in way.flows)


def _is_silent(move: Move) -> bool:
    # A timer that never came, or that has nothing behind it, moves nothing.
    return move.way.node.host is not None and not move.way.flows


def route(graph: Graph, goal: Node) -> tuple[Node, ...]:
    """
    The shortest way along the flows from a start event to a node; empty if none.
    """
    agenda = deque(node for node in graph.nodes if node.kind is Kind.START)
    before: dict[str, Node | None] = {node.id: None for node in agenda}
    while agenda:
        node = agenda.popleft()
        if node.id == goal.id:
            return _route_back(before, node)
        onward = [graph.by_id[flow.target] for flow in graph.outgoing[node.id]]
        for target in (*onward, *graph.boundaries.get(node.id, ())):
            if target.id not in before:
                before[target.id] = node
                agenda.append(target)
    return ()


def _route_back(before: dict[str, Node | None], goal: Node) -> tuple[Node, ...]:
    nodes: list[Node] = []
    node: Node | None = goal
    while node is not None:
        nodes.append(node)
        node = before[node.id]
    return tuple(reversed(nodes))


def is_on_a_cycle(graph: Graph, node: Node) -> bool:
    """
    Whether a token that leaves the node can come back to it.
    """
    agenda, seen = [node.id], set[str]()
    while agenda:
        at = agenda.pop()
        sources = (at, *(event.id for event in graph.boundaries.get(at, ())))
        for target in (f.target for each in sources for f in graph.outgoing[each]):
            if target == node.id:
                return True
            if target not in seen:
                seen.add(target)
                agenda.append(target)
    return False


def names(graph: Graph, node: Node) -> tuple[str, ...]:
    """
    The names on the shortest way from a start event to a node.
    """
    return tuple(named(each) for each in route(graph, node))
