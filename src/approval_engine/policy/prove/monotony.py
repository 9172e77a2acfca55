"""
Worse never means fewer approvers.

Each input that declares which way is worse is moved that way, value by value, while
everything else stands still; values for which a ladder has nobody are passed over. What
the rules that read it ask is compared: the steps they require, and how high they go on
each ladder. A calculated input is moved by itself, if it says what is worse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from approval_engine.policy.finding import Finding, said
from approval_engine.policy.model import Input, Policy
from approval_engine.policy.prove.boxes import Box, GivenUp
from approval_engine.policy.prove.cases import Tried
from approval_engine.policy.prove.foggy import foggy, sides_of
from approval_engine.policy.prove.heights import boxes_of, uncovered
from approval_engine.policy.prove.shapes import Row, Rule
from approval_engine.policy.prove.tables import Proof
from approval_engine.policy.prove.telling import finding, undecided
from approval_engine.policy.prove.weighing import REFUSED, is_fewer, says

_MOST_TOLD = 3
_MOST_REGIONS = 40
_MOST_FAR = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """
    Where a row of a rule, or a rung, holds before or after the input got worse.
    """

    box: Box
    before: bool
    after: bool
    rule: int | None = None
    rung: tuple[str, int] | None = None


def fewer(proof: Proof) -> Iterator[Finding]:
    """
    Inputs that get worse and ask fewer people.
    """
    for each in proof.policy.inputs:
        if each.worse is not None:
            yield from foggy(proof, each)
            yield from _along(proof, each)


def _along(proof: Proof, each: Input) -> Iterator[Finding]:
    rules = tuple(r for r in proof.rules if each.name in sides_of(proof, r))
    try:
        yield from islice(_losses(proof, each, rules), _MOST_TOLD)
    except GivenUp:
        element, subject = f"{rules[0].element}/when", f"a worse '{each.name}'"
        yield undecided(element, subject, "always asks as many people")


def _losses(proof: Proof, each: Input, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    for step in _steps(proof, each, rules):
        shapes = tuple(_shapes(proof, rules, each.name, step))
        if any(_loses(shape) for shape in shapes):
            found = _first(proof, each, rules, (*step, shapes))
            if found is not None:
                yield found


def _steps(
    proof: Proof, each: Input, rules: tuple[Rule, ...]
) -> Iterator[tuple[int, int]]:
    """
    Two places each, the worse one last: neighbours, then those with holes between them.

    Gives up where these are too many; a ladder with so large a hole is told of anyway.
    """
    side = proof.space.sides[each.name]
    places = [i for i, point in enumerate(side.points) if point is not None]
    if each.worse == "lower":
        places.reverse()
    yield from pairwise(places)
    holes, far = _holes(proof, rules, each.name), 0
    for number, before in enumerate(places):
        for between, after in pairwise(places[number + 1 :]):
            if not holes >> between & 1:
                break
            if far == _MOST_FAR:
                raise GivenUp
            far += 1
            yield before, after


def _holes(proof: Proof, rules: tuple[Rule, ...], name: str) -> int:
    """
    The places, as bits, at which a ladder may have nobody.
    """
    found = 0
    for rule in rules:
        if rule.trigger.ladder is not None:
            for box in uncovered(
                proof, rule, boxes_of(proof.ladders[rule.trigger.ladder])
            ):
                found |= box.get(name, -1)
    return found


def _first(
    proof: Proof,
    each: Input,
    rules: tuple[Rule, ...],
    step: tuple[int, int, tuple[_Shape, ...]],
) -> Finding | None:
    """
    The first loss between two values that a quote shows, else the first that may be.
    """
    before, after, shapes = step
    unclear: Finding | None = None
    regions = proof.space.wholes.regions(
        {},
        [shape.box for shape in shapes],
        _Weigher(proof.policy, rules, shapes).hopeless,
        proof.budget(),
    )
    for box, inside in islice(regions, _MOST_REGIONS):
        held = [shapes[index] for index in inside]
        found = _told(proof, each, rules, (box, before, after, held))
        if found.examples:
            return found
        both = ({**box, each.name: 1 << place} for place in (before, after))
        if all(proof.is_judged(one) for one in both):
            unclear = unclear or found
    return unclear


class _Weigher:
    """
    Bounds on how many people are asked before and after.
    """

    def __init__(
        self, policy: Policy, rules: tuple[Rule, ...], shapes: tuple[_Shape, ...]
    ) -> None:
        self.rules = {rule.index: rule.trigger for rule in rules}
        self.lengths = {name: len(each.rungs) for name, each in policy.ladders.items()}
        self.shapes = shapes

    def hopeless(self, inside: frozenset[int], still: frozenset[int]) -> bool:
        """
        Whether at least as many are asked after as before, however the rest falls out.
        """
        most = self.asked(inside | still, inside, before=True)
        least = self.asked(inside, inside | still, before=False)
        if not still and most is None:
            return True
        return (most if most is not None else REFUSED) <= (least or 0)

    def asked(
        self, firing: frozenset[int], covering: frozenset[int], *, before: bool
    ) -> int | None:
        """
        How many steps, and rungs counted from below, these shapes come to.

        None if nobody on a ladder suffices before, so that there is nothing to compare.
        """
        rows = [self.shapes[index] for index in firing]
        ids = {s.rule for s in rows if (s.before if before else s.after)}
        fired = [self.rules[index] for index in ids if index is not None]
        if any(trigger.effect for trigger in fired):
            return REFUSED
        steps = {step for trigger in fired for step in trigger.require}
        rungs = [self.shapes[i].rung for i in covering if self.counts(i, before=before)]
        height = 0
        for name in {trigger.ladder for trigger in fired if trigger.ladder}:
            first = min(
                (i for ladder, i in filter(None, rungs) if ladder == name), default=None
            )
            if first is None and before:
                return None
            height += (self.lengths[name] if first is None else first) + 1
        return len(steps) + height

    def counts(self, index: int, *, before: bool) -> bool:
        """
        Whether a shape is there at that time.
        """
        shape = self.shapes[index]
        return shape.before if before else shape.after


def _shapes(
    proof: Proof, rules: tuple[Rule, ...], name: str, places: tuple[int, int]
) -> Iterator[_Shape]:
    for rule in rules:
        for row in rule.rows:
            yield from _shape(row, name, places, rule=rule.index)
    for ladder in dict.fromkeys(rule.trigger.ladder for rule in rules):
        for step in proof.ladders[ladder] if ladder else ():
            yield from _shape(step.row, name, places, rung=(ladder or "", step.index))


def _shape(
    row: Row,
    name: str,
    places: tuple[int, int],
    *,
    rule: int | None = None,
    rung: tuple[str, int] | None = None,
) -> Iterator[_Shape]:
    if row.true is None:
        return
    bits = row.true.get(name, -1)
    before, after = (bool(bits >> place & 1) for place in places)
    if before or after:
        rest = {side: cut for side, cut in row.true.items() if side != name}
        yield _Shape(box=rest, before=before, after=after, rule=rule, rung=rung)


def _loses(shape: _Shape) -> bool:
    if shape.rule is not None:
        return shape.before and not shape.after
    return shape.after and not shape.before


def _told(
    proof: Proof,
    each: Input,
    rules: tuple[Rule, ...],
    found: tuple[Box, int, int, list[_Shape]],
) -> Finding:
    box, before, after, held = found
    side = proof.space.sides[each.name]
    lost = next((s.rule for s in held if s.rule is not None and _loses(s)), None)
    element = f"/triggers/{rules[0].index if lost is None else lost}/when"
    words = f"{said(side.points[before])} to {said(side.points[after])}"
    worse = {**box, each.name: 1 << before}

    def accepts(tried: Tried) -> bool:
        other = _moved(proof, tried, each.name, after)
        return is_fewer(proof.policy, rules, tried, other)

    tried = proof.found(_with_others_quiet(proof, rules, worse), accepts)
    tried = tried or proof.found(worse, accepts)
    if tried is None:
        subject = f"'{each.name}' from {words}"
        return undecided(element, subject, "always asks as many people")
    other = _moved(proof, tried, each.name, after)
    sentence = (
        f"A worse '{each.name}' means fewer approvers: from {words} the rules on it ask"
        " for less."
    )
    names = (*proof.cases.names(box), each.name)
    examples = (
        tried.example(says(rules, tried), names),
        other.example(says(rules, other), names),
    )
    return finding(element, "fewer", sentence, *examples)


def _with_others_quiet(proof: Proof, rules: tuple[Rule, ...], box: Box) -> Box:
    """
    A part of a box in which no other rule asks the same people, if there is one.
    """
    steps = {step for rule in rules for step in rule.trigger.require}
    ladders = {rule.trigger.ladder for rule in rules} - {None}
    others = [
        box
        for rule in proof.rules
        if rule not in rules
        and (steps & {*rule.trigger.require} or rule.trigger.ladder in ladders)
        for box in rule.perhaps
    ]
    try:
        return next(proof.space.wholes.uncovered(box, others, proof.budget()), box)
    except GivenUp:
        return box


def _moved(proof: Proof, tried: Tried, name: str, place: int) -> Tried:
    value = proof.space.sides[name].points[place]
    return proof.cases.judged({**tried.facts, name: value})
