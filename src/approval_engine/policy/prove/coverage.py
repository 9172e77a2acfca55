"""
Quotes that no trigger sees where that refuses them, and bands that overlap.
"""

from collections.abc import Iterator
from itertools import combinations

from approval_engine.policy.conditions import Kind
from approval_engine.policy.finding import Finding, said
from approval_engine.policy.prove.boxes import ALL, Box, GivenUp, meet
from approval_engine.policy.prove.cases import Tried
from approval_engine.policy.prove.points import kind_of
from approval_engine.policy.prove.shapes import Row, Rule
from approval_engine.policy.prove.tables import Proof
from approval_engine.policy.prove.telling import finding, undecided, written

_MOST_GAPS = 10
_MOST_BOXES = 200
_ORDERED = (Kind.NUMBER, Kind.DATE)


def gaps(proof: Proof) -> Iterator[Finding]:
    """
    Quotes on which no trigger fires, if the policy refuses those; at most ten.
    """
    if proof.policy.no_trigger != "refuse":
        return
    covers = [box for rule in proof.rules for box in rule.perhaps]
    told = 0
    unclear = False
    try:
        open_ones = proof.space.wholes.uncovered(ALL, covers, proof.budget())
        for count, box in enumerate(open_ones):
            tried = proof.found(box, _unseen)
            unclear = unclear or (tried is None and proof.is_judged(box))
            if tried is not None:
                told += 1
                yield _gap(proof, tried, box)
            if told == _MOST_GAPS or count == _MOST_BOXES:
                break
    except GivenUp:
        unclear = True
    if unclear:
        yield undecided("/triggers", "the triggers", "see every other quote")


def overlaps(proof: Proof) -> Iterator[Finding]:
    """
    Bands of two triggers that run into each other on one input, and ask others.
    """
    for one, other in combinations(proof.rules, 2):
        if not _may_differ(one, other):
            continue
        for row in one.rows:
            for beside in other.rows:
                name = _crossing(proof, row, beside)
                if name is not None:
                    yield _overlap(proof, (one, other), (row, beside), name)


def _unseen(tried: Tried) -> bool:
    return tried.evaluation is not None and not tried.evaluation.fired


def _gap(proof: Proof, tried: Tried, box: Box) -> Finding:
    names = proof.cases.names(box)
    example = tried.example("it is refused", names)
    wanted = _between(proof, box) or frozenset(names)
    facts = ", ".join(
        f"{name} {said(value)}"
        for name, value in example.facts.items()
        if name in wanted
    )
    sentence = (
        f"No trigger sees a quote of {facts or 'any kind'} that has nothing else to"
        " look at: it is refused."
    )
    return finding("/triggers", "gap", sentence, example)


def _between(proof: Proof, box: Box) -> frozenset[str]:
    """
    Inputs with a value between two others that a trigger sees, and what is read along.
    """
    narrow: set[str] = set()
    for side, bits in box.items():
        each = proof.space.declared.get(side)
        last = len(proof.space.sides[side].points) - 1
        at_an_end = bits & 1 or bits >> last & 1
        if each is not None and kind_of(each) in _ORDERED and not at_an_end:
            narrow.add(side)
    rows = [{t.name for t in row.tests} for rule in proof.rules for row in rule.rows]
    return frozenset().union(*(row for row in rows if row & narrow))


def _may_differ(one: Rule, other: Rule) -> bool:
    """
    Whether two rules may be meant as bands of one table, and do not ask alike.
    """
    a, b = one.trigger, other.trigger
    banded = a.effect is None and b.effect is None and a.ladder == b.ladder
    return banded and set(a.require) != set(b.require)


def _crossing(proof: Proof, row: Row, beside: Row) -> str | None:
    """
    The one ordered input on which each row goes where the other does not.
    """
    if row.true is None or beside.true is None or meet(row.true, beside.true) is None:
        return None
    crossing: list[str] = []
    for side in {*row.true, *beside.true}:
        whole = proof.space.wholes.bits[side]
        a, b = row.true.get(side, whole), beside.true.get(side, whole)
        if a & ~b and b & ~a:
            crossing.append(side)
    (name, *more) = crossing or [""]
    each = proof.space.declared.get(name)
    if more or each is None or kind_of(each) not in _ORDERED:
        return None
    return name


def _overlap(
    proof: Proof, rules: tuple[Rule, Rule], rows: tuple[Row, Row], name: str
) -> Finding:
    one, other = rules
    subject = f"the triggers '{one.trigger.id}' and '{other.trigger.id}'"
    box: Box = meet(rows[0].true or {}, rows[1].true or {}) or {}
    tried = proof.found(box, lambda t: _both_fire(t, rules))
    if tried is None:
        return undecided(rows[1].element, subject, f"overlap on '{name}'")
    tests = [test for row in rows for test in row.tests]
    bands = [[t for t in row.tests if t.name == name] for row in rows]
    sentence = (
        f"T{subject[1:]} overlap on '{name}': {written(bands[0])} runs into"
        f" {written(bands[1])}, and both ask."
    )
    example = tried.example("both fire", [test.name for test in tests])
    return finding(rows[1].element, "overlap", sentence, example)


def _both_fire(tried: Tried, rules: tuple[Rule, Rule]) -> bool:
    found = tried.evaluation
    return found is not None and all(found.triggers[r.index].fired for r in rules)
