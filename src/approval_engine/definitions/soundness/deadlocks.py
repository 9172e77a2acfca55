"""
A net that was played → the joins at which tokens wait for ever, and how that happens.
"""

from collections.abc import Iterator, Mapping

from approval_engine.definitions.model import Node
from approval_engine.definitions.soundness import runs
from approval_engine.definitions.soundness.flaw import Flaw, named
from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import Join, Move, bits
from approval_engine.definitions.soundness.play import DONE, Played, Player, Run

_MOST_STATES = 1_000
_MOST_TRIED = 20


def deadlocks(
    player: Player, played: Played, clashes: Mapping[int, Run]
) -> Iterator[Flaw]:
    """
    One flaw per join; `clashes` are the places at which two tokens meet.
    """
    net = player.net
    states: dict[str, int] = {}
    for state in played.stuck:
        for name in waiting(net, state):
            states.setdefault(name, state)
    for name, state in states.items():
        whole = played.run_to(state)
        run = _run_to_wait(player, name) or _cut(net, name, whole)
        # What waits only because two tokens met before is mended with that.
        if not any(_passes_twice(run, place) for place in clashes):
            yield _deadlock(net, net.graph.by_id[name], run)


def waiting(net: Net, state: int) -> dict[str, Join]:
    """
    The joins at which tokens wait for what can no longer come.

    Where joins wait for each other in a ring, the first in the file stands for them.
    """
    held = {
        join.node.id: join for place, join in net.joins.items() if state >> place & 1
    }
    roots = {name: join for name, join in held.items() if _missed(net, join, state)}
    if roots or not held:
        return roots
    first = next(node.id for node in net.graph.nodes if node.id in held)
    return {first: held[first]}


def _missed(net: Net, join: Join, state: int) -> int:
    """
    The empty places of a join that no token can reach any more.
    """
    if join.inclusive:
        return 0
    coming = 0
    for place in bits(state & ~join.places):
        coming |= net.ahead[place]
    return join.places & ~state & ~coming


def _passes_twice(run: Run, place: int) -> bool:
    return sum(move.gives >> place & 1 for move in run) > 1


def _deadlock(net: Net, join: Node, run: Run) -> Flaw:
    flows = net.graph.incoming[join.id]
    held = net.join(join.id)
    missed = _missed(net, held, runs.end(net, run))
    never = [net.graph.by_id[f.source] for f in flows if missed & net.place(f.id)]
    names = " and ".join(f"*{each}*" for each in dict.fromkeys(map(named, never)))
    why = f", for nothing comes from {names} any more" if names else ""
    return Flaw(
        code="deadlock",
        element=join.id,
        line=join.line,
        sentence=(
            f"After *{runs.moment(net.graph, run)}* the join `{join.id}` waits for"
            f" ever{why}: lead every branch that can be open then to the join, or end"
            " the process there with a terminate end event."
        ),
        path=(*runs.path(net.graph, run), named(join)),
    )


def _run_to_wait(player: Player, name: str) -> Run | None:
    """
    The shortest run after which a join waits for ever, unless it is far away.
    """
    net = player.net
    join = net.join(name)
    toward = 0
    for place in bits(join.places):
        toward |= net.behind[place]
    tried: dict[int, bool] = {}

    def shows(move: Move, state: int, clash: int) -> bool:
        if clash or state == DONE or not state & toward:
            return False
        if not player.is_stuck(state) and not (
            _missed(net, join, state) and (move.way.choice or state & join.places)
        ):
            return False
        if state not in tried and len(tried) < _MOST_TRIED:
            tried[state] = _ends_waiting(player, name, state)
        return tried.get(state, False)

    return runs.shortest(player, shows)


def _ends_waiting(player: Player, name: str, state: int) -> bool:
    played = player.play((state,), _MOST_STATES, _MOST_STATES)
    return any(name in waiting(player.net, each) for each in played.stuck)


def _cut(net: Net, name: str, run: Run) -> Run:
    """
    What of a run made the join wait: up to where something was lost, and its causes.
    """
    join = net.join(name)
    state = net.starts[0]
    for number, move in enumerate(run):
        state = state & ~move.takes | move.gives
        decided = move.way.choice or state & join.places
        if decided and _missed(net, join, state):
            return runs.causes(run, number)
    return run
