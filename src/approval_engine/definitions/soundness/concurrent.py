"""
A net → the places that may have two tokens at once, or some that only look so.

Computed from pairs of places that may have tokens at the same time, which costs nothing
beside a walk through states; what is not among them is safe for sure.
"""

from approval_engine.definitions.soundness.net import Net
from approval_engine.definitions.soundness.parts import bits


def suspects(net: Net) -> tuple[int, ...]:
    """
    The places that may get a second token, none behind one to which it leads.
    """
    beside = _beside(net)
    found = [
        place
        for place in range(net.size)
        if beside[place] >> place & 1 and not net.armed >> place & 1
    ]
    return tuple(sorted(found, key=lambda place: net.behind[place].bit_count()))


def _beside(net: Net) -> list[int]:
    """
    For each place those that may have a token while it has one.
    """
    beside = [0] * net.size
    agenda = set()
    for move in {move: None for moves in net.moves for move in moves}:
        for place in bits(move.gives):
            beside[place] |= (move.gives & ~(1 << place)) | (move.twice & 1 << place)
            agenda.add(place)
    while agenda:
        place = agenda.pop()
        for move in net.moves[place]:
            others = _others(net, place, beside)
            for given in bits(move.gives):
                agenda |= _joined(beside, given, others & ~beside[given])
    return beside


def _joined(beside: list[int], place: int, others: int) -> set[int]:
    """
    Note that a place may have a token beside those; the places of which that is new.
    """
    if not others:
        return set()
    changed = {place}
    beside[place] |= others
    for other in bits(others):
        if not beside[other] >> place & 1:
            beside[other] |= 1 << place
            changed.add(other)
    return changed


def _others(net: Net, place: int, beside: list[int]) -> int:
    """
    The places that may have a token while the one at this place moves.
    """
    join = net.joins.get(place)
    if join is None:
        return beside[place]
    if join.inclusive:
        others = 0
        for each in bits(join.places):
            others |= beside[each]
        return others & ~(net.upstream[join.node.id] | join.places)
    others = -1
    for each in bits(join.places):
        others &= beside[each]
    return others
