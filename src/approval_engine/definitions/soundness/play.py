"""
A net → the states that it can reach, without walking every order of what is concurrent.

Which token of several moves first makes no difference to where they can get, for no
node takes a token away from another. So in each state one node alone moves, in all its
ways, and only where that would keep others waiting for ever are they moved too. Then
branches side by side cost their sum and not their product.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from approval_engine.definitions.soundness.components import components
from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import Move, bits

DONE = 0
"""The state in which every token is gone, or a terminating event took them."""

Run = tuple[Move, ...]

_MOST_ROUNDS = 20


@dataclass(kw_only=True)
class Played:
    """
    What was found. `after` are the moves in each state and where they lead.

    `alive` are the places that ever have a token, `fired` the moves that ever happen,
    `stuck` the states that have tokens and no move; `clashes` the places that get a
    second token, each with the state and move; `whole` unless it was cut short;
    `emptied` if the last token can go without a terminating event.
    """

    after: dict[int, list[tuple[Move, int]]] = field(default_factory=dict)
    before: dict[int, tuple[int, Move]] = field(default_factory=dict)
    alive: int = 0
    fired: set[Move] = field(default_factory=set)
    stuck: list[int] = field(default_factory=list)
    clashes: dict[int, tuple[int, Move]] = field(default_factory=dict)
    whole: bool = True
    emptied: bool = False

    def run_to(self, state: int) -> Run:
        """
        The moves by which this state was reached.
        """
        moves: list[Move] = []
        while state in self.before:
            state, move = self.before[state]
            moves.append(move)
        return tuple(reversed(moves))


class Player:
    """
    Plays one net. `frozen` is a place whose tokens may stay there for good.

    Where a second token meets a frozen one, two tokens can be there at the same time,
    whatever order the moves were tried in.
    """

    def __init__(self, net: Net, frozen: int | None = None) -> None:
        self.net = net
        self.frozen = frozen
        self.ice = 0 if frozen is None else 1 << net.size
        self.leaving = _leaving(net, frozen)
        self.last = self.leaving | _last_joins(net, self.leaving)
        self.upstream = dict(net.upstream)
        if frozen is not None:
            for join, places in self.upstream.items():
                if places >> frozen & 1:
                    self.upstream[join] = places | self.ice

    def play(self, starts: tuple[int, ...], most: int, most_if_wrong: int) -> Played:
        """
        Every state up to a number; up to another once something is wrong.
        """
        played = Played(alive=sum(starts))
        opened: dict[int, int] = {DONE: 0}
        agenda = list(starts)
        looked_at = 0
        while agenda:
            state = agenda.pop()
            if state not in opened:
                wrong = played.clashes or (played.stuck and self.frozen is None)
                if len(opened) >= (most_if_wrong if wrong else most):
                    played.whole = False
                    break
                opened[state] = 0
                agenda += self._open(played, opened, state, self.choose(state))
            if self.frozen in played.clashes:
                break
            if not agenda:
                looked_at += len(opened)
                if looked_at > _MOST_ROUNDS * most:
                    played.whole = False
                    break
                agenda += self._neglected(played, opened)
        return played

    def enabled(self, state: int) -> Iterator[int]:
        """
        A place for each node that can move.
        """
        joins = self.net.joins
        for place in bits(state & ~self.ice):
            join = joins.get(place)
            if join is None:
                yield place
            elif join.inclusive:
                first = (join.places & state) & -(join.places & state) == 1 << place
                if first and not state & self.upstream[join.node.id]:
                    yield place
            elif join.places & state == join.places and join.places & -join.places == (
                1 << place
            ):
                yield place

    def is_stuck(self, state: int) -> bool:
        """
        Whether no token of the state can move.
        """
        return next(self.enabled(state), None) is None

    def choose(self, state: int) -> int | None:
        """
        The place that moves alone, None if no token can; those that end all come last.
        """
        last = None
        for place in self.enabled(state):
            if not self.last >> place & 1:
                return place
            last = place
        return last

    def steps(self, state: int, place: int) -> Iterator[tuple[Move, int, int]]:
        """
        The moves of a place, the state behind each, and the places with two tokens.
        """
        for move in self.net.moves[place]:
            rest = state & ~move.takes
            if move.ends:
                yield move, DONE, 0
                continue
            clash = (move.twice | (rest & move.gives)) & ~self.net.armed
            yield move, rest | move.gives, clash
            if self.frozen is not None and move.gives >> self.frozen & 1:
                there = 1 << self.frozen
                met = there if rest & self.ice else 0
                yield move, rest | (move.gives & ~there) | self.ice, clash | met

    def _open(
        self, played: Played, opened: dict[int, int], state: int, place: int | None
    ) -> list[int]:
        if place is None:
            played.stuck.append(state)
            return []
        opened[state] |= 1 << place
        after = played.after.setdefault(state, [])
        if self.leaving >> place & 1:
            self._leave(played, 1 << place)
            after.append((self.net.moves[place][0], DONE))
            return []
        found: list[int] = []
        for move, reached, clash in self.steps(state, place):
            played.fired.add(move)
            played.alive |= move.gives
            if clash:
                for where in bits(clash):
                    played.clashes.setdefault(where, (state, move))
                continue
            after.append((move, self._behind(played, move, reached)))
            if after[-1][1] not in opened:
                played.before.setdefault(reached, (state, move))
                found.append(reached)
        return found

    def _behind(self, played: Played, move: Move, reached: int) -> int:
        """
        The state behind a move, which is none if its token goes on to the very end.
        """
        if move.gives and not move.gives & ~self.leaving:
            self._leave(played, move.gives)
            return DONE
        if reached == DONE and not move.ends:
            played.emptied = True
        return reached

    def _leave(self, played: Played, places: int) -> None:
        for place in bits(places):
            played.alive |= self.net.ahead[place]
            for ahead in bits(self.net.ahead[place]):
                played.fired.update(self.net.moves[ahead])

    def _neglected(self, played: Played, opened: dict[int, int]) -> list[int]:
        """
        States that come up where a circle of states always moved the same nodes.
        """
        found: list[int] = []
        edges = {
            state: [reached for _, reached in moves if reached != DONE]
            for state, moves in played.after.items()
        }
        for circle in components(edges):
            inside = set(circle)
            if any(reached not in inside for each in circle for reached in edges[each]):
                continue
            moved = 0
            for state in circle:
                moved |= opened[state]
            for state in circle:
                for place in self.enabled(state):
                    if not (moved | self.leaving) >> place & 1:
                        moved |= 1 << place
                        found += self._open(played, opened, state, place)
        return found


def _leaving(net: Net, frozen: int | None) -> int:
    """
    The places from which a token, whatever it meets, goes alone to a terminating end.

    What others can do beside it they can do just as well before, so it may move last.
    """
    leaving = (1 << net.size) - 1 & ~net.armed
    for place in net.joins:
        leaving &= ~(1 << place)
    if frozen is not None:
        leaving &= ~(1 << frozen)
    ends = sum(
        1 << place
        for place in range(net.size)
        if any(move.ends for move in net.moves[place])
    )
    changed = True
    while changed:
        before = leaving
        for place in bits(leaving):
            moves = net.moves[place]
            alone = moves and all(_leaves(move, leaving) for move in moves)
            if not (alone and net.ahead[place] & ends):
                leaving &= ~(1 << place)
        changed = leaving != before
    return leaving


def _last_joins(net: Net, leaving: int) -> int:
    """
    The places of joins behind which a token goes alone to a terminating end.
    """
    return sum(
        1 << place
        for place in net.joins
        if all(_leaves(move, leaving) for move in net.moves[place])
    )


def _leaves(move: Move, leaving: int) -> bool:
    if move.ends:
        return True
    alone = move.gives and not move.gives & (move.gives - 1) and not move.twice
    return bool(alone) and not move.gives & ~leaving
