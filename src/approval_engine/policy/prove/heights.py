"""
Ladders: what is above their top or between their rungs, and rungs that nobody reaches.

With the directory also what a rung may sign off, but nobody who holds its role.
"""

from collections.abc import Iterable, Iterator, Mapping

from approval_engine.domain.people import Directory, User
from approval_engine.domain.quote import Value
from approval_engine.policy.authority import personal_limits_hold, suffices
from approval_engine.policy.finding import Finding
from approval_engine.policy.model import Ladder, Rung
from approval_engine.policy.prove.asked import Asked
from approval_engine.policy.prove.boxes import Box, GivenUp, meet
from approval_engine.policy.prove.cases import Tried
from approval_engine.policy.prove.shapes import Rule, Step, limits_of
from approval_engine.policy.prove.tables import Proof
from approval_engine.policy.prove.telling import finding, undecided

_MOST_BOXES = 300


def ends(proof: Proof) -> Iterator[Finding]:
    """
    Quotes that a ladder is asked about and nobody on it may sign off.

    `ends` is above its top, `nobody` is a hole below it; one of each for a ladder.
    """
    told: set[tuple[str, str]] = set()
    for rule, ladder in _asking(proof):
        covers = boxes_of(proof.ladders[ladder.name])
        try:
            for box in uncovered(proof, rule, covers):
                code = "ends" if _is_above(proof, ladder, box) else "nobody"
                if (ladder.name, code) in told:
                    continue
                told.add((ladder.name, code))
                yield _open(proof, rule, ladder, (code, box))
        except GivenUp:
            yield undecided(
                f"/ladders/{ladder.name}", f"ladder '{ladder.name}'", "ever ends"
            )


def never_asked(proof: Proof) -> Iterator[Finding]:
    """
    Rungs that are never the first that suffices.
    """
    asking: dict[str, list[Rule]] = {}
    for rule, ladder in _asking(proof):
        asking.setdefault(ladder.name, []).append(rule)
    for name, rules in asking.items():
        ladder = proof.policy.ladders[name]
        for each in proof.ladders[name]:
            if ladder.mode == "chain" and each.index < len(ladder.rungs) - 1:
                continue
            if each.index and each.rung.committee is None:
                yield from _never_asked(proof, rules, ladder, each)


def limited(proof: Proof) -> Iterator[Finding]:
    """
    What a rung may sign off, but none of the people who could be asked.
    """
    directory = proof.directory
    if directory is None:
        return
    limits = limits_of(directory)
    told: set[tuple[str, int]] = set()
    for rule, ladder in _asking(proof):
        for each in proof.ladders[ladder.name]:
            members = directory.members(each.rung.role)
            key = (ladder.name, each.index)
            if each.rung.committee or not members or key in told or each.box is None:
                continue
            if not any(user.limits for user in members):
                continue
            found = _limited(proof, rule, ladder, (each, limits))
            if found is not None:
                told.add(key)
                yield found


def boxes_of(steps: Iterable[Step]) -> list[Box]:
    """
    The cases that each of these rungs covers, without those that cover none.
    """
    return [each.box for each in steps if each.box is not None]


def _asking(proof: Proof) -> Iterator[tuple[Rule, Ladder]]:
    for rule in proof.rules:
        if rule.trigger.ladder is not None:
            yield rule, proof.policy.ladders[rule.trigger.ladder]


def uncovered(proof: Proof, rule: Rule, covers: list[Box]) -> Iterator[Box]:
    """
    Cases of a rule that none of these covers, so many of each row; may give up.
    """
    budget = proof.budget()
    for row in rule.boxes:
        found = proof.space.wholes.uncovered(row, covers, budget)
        for count, box in enumerate(found):
            if count < _MOST_BOXES:
                yield box


def _measured(ladder: Ladder) -> tuple[str, ...]:
    tests = (test for rung in ladder.rungs for test in (*rung.may, *rung.within))
    return tuple(dict.fromkeys(test.name for test in tests))


def _is_above(proof: Proof, ladder: Ladder, box: Box) -> bool:
    """
    Whether some measure in the box is worse than all that any rung covers.
    """
    worse = {each.name: each.worse for each in proof.policy.inputs}
    for name in dict.fromkeys(t.name for rung in ladder.rungs for t in rung.may):
        side = proof.space.sides[name]
        last = 0 if worse.get(name) == "lower" else len(side.points) - 1
        bits = box.get(name, -1)
        covers = boxes_of(proof.ladders[ladder.name])
        asked = [cover.get(name, -1) for cover in covers]
        if bits >> last & 1 and not any(each >> last & 1 for each in asked):
            return True
    # A ladder without anybody at its top ends as well.
    return not any(rung.unlimited or rung.committee for rung in ladder.rungs) and (
        not ladder.rungs[-1].may
    )


def _open(proof: Proof, rule: Rule, ladder: Ladder, found: tuple[str, Box]) -> Finding:
    code, box = found
    element, subject = f"/ladders/{ladder.name}", f"ladder '{ladder.name}'"
    tried = proof.cases.found(box, _is_above_the_top)
    if tried is None:
        return undecided(element, subject, f"covers all of trigger '{rule.trigger.id}'")
    sentence = (
        f"Ladder '{ladder.name}' ends: what is above its top is refused, for nobody on"
        " it may sign it off."
        if code == "ends"
        else f"Ladder '{ladder.name}' has a hole: nobody on it may sign off some of"
        " what it is asked, although somebody may more."
    )
    names = (*_measured(ladder), *proof.cases.names(box))
    return finding(
        element, code, sentence, tried.example("nobody may sign it off", names)
    )


def _is_above_the_top(tried: Tried) -> bool:
    return any(code == "above_the_top" for code, _ in tried.problems)


def _never_asked(
    proof: Proof, rules: list[Rule], ladder: Ladder, step: Step
) -> Iterator[Finding]:
    subject = f"the rung of '{step.rung.role}' on ladder '{ladder.name}'"
    below = boxes_of(proof.ladders[ladder.name][: step.index])
    own = [box for rule in rules for box in rule.boxes]
    try:
        for box in own:
            here = meet(box, step.box) if step.box is not None else None
            if here is None:
                continue
            rest = proof.space.wholes.uncovered(here, below, proof.budget())
            if next(rest, None) is not None:
                return
    except GivenUp:
        yield undecided(step.row.element, subject, "is ever asked")
        return
    tests = (*step.rung.within, *step.rung.may)
    sentence = (
        f"T{subject[1:]} is never asked: whatever comes to it, somebody below may sign"
        " off, or nobody asks."
        if step.box is not None
        else f"T{subject[1:]} is never asked: nothing lies within its limits."
    )
    meets = (meet(box, step.box or {}) for box in own)
    meeting = [both for both in meets if both is not None]
    box = (meeting or own or [{}])[0]
    tried = proof.found(box, lambda t: t.evaluation is not None)
    names = [test.name for test in tests] or _measured(ladder)
    examples = (tried.example("others are asked", names),) if tried else ()
    yield finding(step.row.element, "hidden", sentence, *examples)


def _limited(
    proof: Proof,
    rule: Rule,
    ladder: Ladder,
    asked: tuple[Step, dict[str, tuple[Asked, ...]]],
) -> Finding | None:
    step, limits = asked
    subject = f"what '{step.rung.role}' on ladder '{ladder.name}' may sign off"
    covers = boxes_of(proof.ladders[ladder.name][: step.index])
    covers += _covered_by_people(proof, ladder, step, limits)
    budget = proof.budget()
    try:
        for row in rule.boxes:
            here = meet(row, step.box or {})
            if here is None:
                continue
            for box in proof.space.wholes.uncovered(here, covers, budget):
                tried = proof.found(box, lambda t: _is_nobodys(t, proof, rule, step))
                if tried is None:
                    return undecided(
                        step.row.element, subject, "lies in anybody's own limits"
                    )
                sentence = (
                    f"Nobody may sign off all that '{step.rung.role}' on ladder"
                    f" '{ladder.name}' may: it is beyond the own limits of everybody"
                    " who could be asked."
                )
                names = (*_measured(ladder), *proof.cases.names(box))
                says = "nobody may sign it off, so it is refused"
                return finding(
                    step.row.element, "nobody", sentence, tried.example(says, names)
                )
    except GivenUp:
        return undecided(step.row.element, subject, "lies in anybody's own limits")
    return None


def _covered_by_people(
    proof: Proof, ladder: Ladder, step: Step, limits: dict[str, tuple[Asked, ...]]
) -> Iterator[Box]:
    directory = proof.directory
    if directory is None:
        return
    for each in proof.ladders[ladder.name][step.index :]:
        if each.rung.committee or each.box is None:
            continue
        for user in directory.members(each.rung.role):
            box: Box | None = each.box
            for asked in limits.get(user.id, ()):
                if box is None or asked.name not in proof.space.declared:
                    box = None
                    break
                cell = proof.space.cell(asked)
                box = meet(box, {cell.side: cell.true})
            if box is not None and len(user.limits) == len(limits.get(user.id, ())):
                yield box


def _is_nobodys(tried: Tried, proof: Proof, rule: Rule, step: Step) -> bool:
    found, directory = tried.evaluation, proof.directory
    if found is None or directory is None or not found.triggers[rule.index].rungs:
        return False
    (needed,) = found.triggers[rule.index].rungs
    names = {**found.inputs, **needed.measures}
    ladder = proof.policy.ladders[needed.ladder]
    if needed.quorum is not None or needed.roles[-1] != step.rung.role:
        return False
    above = ladder.rungs[step.index + 1 :]
    able = [step.rung, *(r for r in above if _could(r, names, tried))]
    return not any(
        personal_limits_hold(user, names)
        for rung in able
        for user in _members(directory, rung)
    )


def _could(rung: Rung, names: Mapping[str, Value], tried: Tried) -> bool:
    on = tried.on
    valid = (rung.starts_on or on) <= on <= (rung.ends_on or on)
    return not rung.committee and valid and suffices(rung, names)


def _members(directory: Directory, rung: Rung) -> tuple[User, ...]:
    return directory.members(rung.role)
