"""
Rules on something calculated of an input, of which no direction is seen.
"""

from collections.abc import Iterator

from approval_engine.policy.finding import Finding
from approval_engine.policy.model import Input
from approval_engine.policy.prove.asked import Asked, monotone_in
from approval_engine.policy.prove.shapes import Rule
from approval_engine.policy.prove.tables import Proof
from approval_engine.policy.prove.telling import undecided


def sides_of(proof: Proof, rule: Rule) -> set[str]:
    """
    Every side that a trigger or its ladder reads.
    """
    ladder = proof.ladders[rule.trigger.ladder] if rule.trigger.ladder else ()
    rows = (*rule.rows, *(step.row for step in ladder))
    return {cell.side for row in rows for cell in row.cells}


def foggy(proof: Proof, each: Input) -> Iterator[Finding]:
    """
    Rules on something calculated of the input, of which the direction is not seen.
    """
    way = 1 if each.worse == "higher" else -1
    told: set[str] = set()
    directed = {i.name for i in proof.policy.inputs if i.worse is not None}
    cross = {name: asked for asked, name in proof.space.cross.items()}
    for rule in proof.rules:
        for side in sorted(sides_of(proof, rule)):
            if side == each.name or each.name not in _all_sources(proof, side):
                continue
            if side in directed or _is_seen(cross.get(side), each.name, way):
                continue
            if rule.element not in told:
                told.add(rule.element)
                claim = f"asks at least as many people as '{each.name}' gets worse"
                subject = f"trigger '{rule.trigger.id}'"
                yield undecided(f"{rule.element}/when", subject, claim)


def _all_sources(proof: Proof, side: str) -> frozenset[str]:
    return proof.space.sources(side) if side in proof.space.sides else frozenset()


def _is_seen(asked: Asked | None, name: str, way: int) -> bool:
    if asked is None:
        return False
    # A rung ceases to suffice where a trigger begins to fire.
    wanted = -way if asked.covering else way
    return monotone_in(asked, name) == wanted
