"""
The ladders: who may sign off how much, from the lowest rung to the highest.
"""

from collections.abc import Mapping

from approval_engine.documents.node import Node
from approval_engine.policy.conditions import Kind
from approval_engine.policy.model import Ladder, Rung
from approval_engine.policy.reading.cells import read_row
from approval_engine.policy.reading.draft import Draft
from approval_engine.policy.reading.triggers import check_period
from approval_engine.policy.reading.words import read_day

_POWERS = ("may", "unlimited", "committee")


def read_ladders(draft: Draft) -> Mapping[str, Ladder]:
    """
    All ladders of a sound form, by name.
    """
    return {
        name: _ladder(draft, name, node)
        for name, node in draft.root.child("ladders").children()
        if draft.sound(node)
    }


def _ladder(draft: Draft, name: str, node: Node) -> Ladder:
    mode = node.child("mode").text() if node.has("mode") else "first_sufficient"
    places = list(
        (node if isinstance(node.value, list) else node.child("rungs")).elements()
    )
    kinds = draft.line_kinds if name in draft.line_ladders else draft.kinds
    rungs = tuple(_rung(draft, place, kinds) for place in places)
    for index, (rung, place) in enumerate(zip(rungs, places, strict=True)):
        _check_end(place, rung, last=index == len(rungs) - 1)
        if rung.committee and rung.committee > index:
            sentence = f"Expected {rung.committee} rungs below the committee."
            place.child("committee").problem("committee", sentence)
    return Ladder(name=name, rungs=rungs, mode=mode)


def _rung(draft: Draft, node: Node, kinds: Mapping[str, Kind]) -> Rung:
    check_period(node)
    _check_powers(node)
    committee, quorum = _committee(node.child("committee"))
    return Rung(
        role=node.child("role").text() if node.has("role") else "committee",
        may=read_row(draft, node.child("may"), kinds).tests,
        within=read_row(draft, node.child("in"), kinds).tests,
        unlimited=node.child("unlimited").flag(default=False),
        committee=committee,
        quorum=quorum,
        starts_on=read_day(node.child("from")),
        ends_on=read_day(node.child("until")),
    )


def _check_powers(node: Node) -> None:
    powers = [key for key in _POWERS if node.child(key).value not in (None, False, {})]
    if len(powers) != 1:
        got = " and ".join(powers) or "none"
        sentence = f"Expected one of 'may', 'unlimited' and 'committee', but got {got}."
        node.problem("powers", sentence)
    if not node.has("role") and "committee" not in powers:
        node.problem("missing", "Expected a value for 'role'.")


def _committee(node: Node) -> tuple[int | None, int | None]:
    if node.value is None:
        return None, None
    if isinstance(node.value, int):
        return node.value, node.value
    of, quorum = node.child("of").whole(2), node.child("quorum").whole(1)
    if quorum > of:
        sentence = f"Expected a quorum of at most {of}, but got {quorum}."
        node.child("quorum").problem("committee", sentence)
    return of, quorum


def _check_end(node: Node, rung: Rung, *, last: bool) -> None:
    everything = rung.unlimited and not rung.within
    temporary = rung.starts_on is not None or rung.ends_on is not None
    if not last and (rung.committee or (everything and not temporary)):
        sentence = "Expected no rung above one that may sign off everything."
        node.problem("unreachable", sentence)
