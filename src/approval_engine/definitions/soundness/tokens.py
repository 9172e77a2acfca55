"""
One scope → what goes wrong with its tokens: joins that wait, clashes, dead work.
"""

from dataclasses import dataclass, replace

from approval_engine.definitions.model import GATEWAYS, Graph, Signal
from approval_engine.definitions.soundness.clashes import clash, clashes
from approval_engine.definitions.soundness.deadlocks import deadlocks
from approval_engine.definitions.soundness.flaw import Flaw
from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import Body
from approval_engine.definitions.soundness.play import Played, Player
from approval_engine.definitions.soundness.runs import names
from approval_engine.definitions.soundness.unreached import dead_work, endless
from approval_engine.definitions.soundness.ways import uncaught

MOST_STATES = 5_000
MOST_IF_WRONG = 1_000


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """
    What is wrong in one scope, and what its parent must know of it.
    """

    flaws: tuple[Flaw, ...]
    body: Body


UNJUDGED = Verdict(flaws=(), body=Body())
"""The verdict on a scope whose tokens nobody can follow."""


def judge(graph: Graph, bodies: dict[str, Body]) -> Verdict:
    """
    Play the token game of one scope; its subprocesses were judged before.
    """
    net = Net(graph, bodies)
    player = Player(net)
    played = player.play(net.starts, MOST_STATES, MOST_IF_WRONG)
    met = clashes(net, played, MOST_STATES)
    found = [clash(net, place, run) for place, run in (met or {}).items()]
    found += deadlocks(player, played, met or {})
    if met is None or not (played.whole or found):
        found.append(_tangled(net))
    if played.whole and not met:
        found += endless(net, played)
        found += dead_work(net, played)
    body = body_of(net, played)
    if found:
        # What is wrong inside is told there, and not again of all that follows.
        body = replace(body, completes=True)
    return Verdict(flaws=tuple(found), body=body)


def _tangled(net: Net) -> Flaw:
    nodes = net.graph.nodes
    node = next((each for each in nodes if each.kind in GATEWAYS), nodes[0])
    return Flaw(
        code="too-tangled",
        element=node.id,
        line=node.line,
        sentence=(
            f"It cannot be told whether what begins at `{node.id}` always ends, for too"
            " many things can happen side by side: put parts of it into subprocesses."
        ),
        path=names(net.graph, node),
    )


def body_of(net: Net, played: Played) -> Body:
    """
    What the parent of a scope must know of it.
    """
    errors: dict[str | None, None] = {}
    escalations: dict[str | None, None] = {}
    completes = played.emptied or not played.whole
    for node in net.graph.nodes:
        body = net.bodies.get(node.id)
        if body is not None:
            events = net.graph.boundaries.get(node.id, ())
            errors |= dict.fromkeys(uncaught(events, Signal.ERROR, body.errors))
            thrown = uncaught(events, Signal.ESCALATION, body.escalations)
            escalations |= dict.fromkeys(thrown)
    for move in played.fired:
        signals = [(e.event.signal, e.event.code) for e in move.passes if e.event]
        errors |= {code: None for signal, code in signals if signal is Signal.ERROR}
        escalations |= {c: None for signal, c in signals if signal is Signal.ESCALATION}
        over = [signal for signal, _ in signals if signal is Signal.TERMINATE]
        completes = completes or bool(over)
    return Body(
        completes=completes, errors=tuple(errors), escalations=tuple(escalations)
    )
