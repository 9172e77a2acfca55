"""
A net that was played → the nodes at which two tokens meet that should be one.
"""

from collections.abc import Iterator
from functools import partial

from approval_engine.definitions.model import GATEWAYS
from approval_engine.definitions.soundness import runs
from approval_engine.definitions.soundness.concurrent import suspects
from approval_engine.definitions.soundness.flaw import Flaw, named
from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import Move
from approval_engine.definitions.soundness.play import Played, Player, Run

_MOST_GAMES = 2
"""How often the states of one game may be looked through for all places together."""


def clashes(net: Net, played: Played, most: int) -> dict[int, Run] | None:
    """
    The places where two tokens meet first; None if that could not be found out.
    """
    found: dict[int, Run] = {}
    left = _MOST_GAMES * most
    for place in suspects(net):
        if any(net.behind[place] >> bad & 1 for bad in found):
            continue
        game = played
        if place not in played.clashes:
            game = Player(net, place).play(net.starts, min(most, left), most)
            left -= len(game.after)
        if place in game.clashes:
            found[place] = _run_to_clash(game, place)
        elif not (game.whole or game.clashes):
            return found or None
    return found


def _run_to_clash(played: Played, place: int) -> Run:
    state, move = played.clashes[place]
    run = (*played.run_to(state), move)
    return runs.causes(run, len(run) - 1, place)


def clash(net: Net, place: int, run: Run) -> Flaw:
    """
    What to tell of two tokens that meet at a place, as that run shows.
    """
    node = net.owners[place]
    shows = partial(_shows_clash, net.places_of(node.id))
    run = runs.shortest(Player(net), shows) or run
    word = "gateway" if node.kind in GATEWAYS else node.kind.value
    moments = dict.fromkeys(_moments(net, run, place))
    return Flaw(
        code="two-tokens",
        element=node.id,
        line=node.line,
        sentence=(
            f"After *{'* and *'.join(moments)}* two tokens meet at the {word}"
            f" `{node.id}`, and all that follows happens twice: bring branches that"
            " are open side by side together with a gateway of the kind that opened"
            " them."
        ),
        path=(*runs.path(net.graph, run), named(node)),
    )


def _moments(net: Net, run: Run, place: int) -> Iterator[str]:
    """
    What brought the first token there, and what the second.
    """
    last = len(run) - 1
    first = [n for n, move in enumerate(run[:-1]) if move.gives >> place & 1]
    for number in (*first[-1:], last):
        yield runs.moment(net.graph, runs.causes(run, number))


def _shows_clash(places: int, _: Move, __: int, clash: int) -> bool:
    return bool(clash & places)
