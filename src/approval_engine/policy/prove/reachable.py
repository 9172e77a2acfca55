"""
Rows that can never hold, rows that others always hide, and what a rule cannot say.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from approval_engine.policy.finding import Example, Finding
from approval_engine.policy.model import Test
from approval_engine.policy.prove.boxes import Box, GivenUp, meet
from approval_engine.policy.prove.cases import Tried
from approval_engine.policy.prove.shapes import Row, Rule
from approval_engine.policy.prove.space import DAY
from approval_engine.policy.prove.tables import Proof
from approval_engine.policy.prove.telling import (
    finding,
    long_ago,
    undecided,
    written,
)

_MOST_BOXES = 60


def unreachable(proof: Proof) -> Iterator[Finding]:
    """
    Rows and triggers that no quote reaches, or that change nothing where one does.
    """
    for rule in proof.rules:
        live = [row for row in rule.rows if row.true is not None]
        for row in rule.rows:
            if row.true is None:
                yield _never(proof, rule, row)
        yield from _repeated(proof, rule, live)
        yield from _unseen(proof, rule)
        yield from _refused_anyway(proof, rule)
    yield from _of_first(proof, proof.processes, "process")
    for step in proof.policy.steps:
        yield from _of_first(proof, proof.times(step), f"time of step '{step}'")


def unanswered(proof: Proof) -> Iterator[Finding]:
    """
    Optional inputs whose absence leaves a rule without an answer.
    """
    for rule in proof.rules:
        yield from _gaps_of(
            proof, f"{rule.element}/when", f"Trigger '{rule.trigger.id}'", rule.rows
        )
    before: list[Row] = []
    for row in proof.processes:
        name = "The choice of the process"
        yield from _gaps_of(proof, row.element, name, (row,), tuple(before))
        before.append(row)


def always(proof: Proof) -> Iterator[Finding]:
    """
    Triggers that fire for every quote.
    """
    for rule in proof.rules:
        try:
            boxes = proof.space.wholes.uncovered(
                {DAY: rule.days}, rule.boxes, proof.budget()
            )
            open_one = rule.days == 0 or next(boxes, None) is not None
        except GivenUp:
            yield undecided(f"{rule.element}/when", _subject(rule), "fires always")
            continue
        if not open_one:
            sentence = f"Trigger '{rule.trigger.id}' fires for every quote."
            example = _firing(proof, rule, {DAY: rule.days}, "it fires", ())
            yield finding(f"{rule.element}/when", "always", sentence, *example)


def _subject(rule: Rule) -> str:
    return f"trigger '{rule.trigger.id}'"


def _fires(tried: Tried, rule: Rule) -> bool:
    found = tried.evaluation
    return found is not None and found.triggers[rule.index].fired


def _firing(
    proof: Proof, rule: Rule, box: Box, says: str, names: Iterable[str]
) -> tuple[Example, ...]:
    """
    A quote in a box on which the rule fires, if one is found.
    """
    tried = proof.found(box, lambda t: _fires(t, rule))
    return (tried.example(says, names),) if tried else ()


def _never(proof: Proof, rule: Rule, row: Row) -> Finding:
    """
    A row without any case: the quote that fails it and nothing else shows why.
    """
    dead = [cell.side for cell in row.cells if not cell.true]
    others = [(cell.side, cell.true) for cell in row.cells if cell.true]
    box: Box | None = {}
    for side, bits in others:
        box = meet(box, {side: bits}) if box is not None else None
    if dead == [DAY]:
        sentence = f"Trigger '{rule.trigger.id}' {long_ago(proof, rule.trigger)}."
    else:
        tests = [t for t, c in zip(row.tests, row.cells, strict=False) if not c.true]
        told = " and ".join(f"'{t.name}' lies in {t.text}" for t in tests)
        sentence = (
            f"No value of {told}: trigger '{rule.trigger.id}' never fires by row"
            f" {rule.rows.index(row) + 1}."
        )
    tried = proof.found(box or {}, lambda t: t.evaluation is not None)
    examples: tuple[Example, ...] = ()
    if tried is not None:
        names = [t.name for t in row.tests]
        verdict = tried.evaluation and tried.evaluation.triggers[rule.index].fired
        says = "it fires by another row" if verdict else "it does not fire"
        examples = (tried.example(says, names),)
    return finding(row.element, "never", sentence, *examples)


def _repeated(proof: Proof, rule: Rule, live: Sequence[Row]) -> Iterator[Finding]:
    """
    Rows whose every case another row of the same trigger has as well.
    """
    kept = list(live)
    for row in reversed(live):
        rest_of = (each.true for each in kept if each is not row)
        others = [box for box in rest_of if box is not None]
        try:
            rest = proof.space.wholes.uncovered(row.true or {}, others, proof.budget())
            if next(rest, None) is not None:
                continue
        except GivenUp:
            yield undecided(row.element, _subject(rule), "needs this row")
            continue
        kept.remove(row)
        sentence = (
            f"Trigger '{rule.trigger.id}' has row {rule.rows.index(row) + 1} in vain:"
            f" whatever meets {written(row.tests)} meets another row of it as well."
        )
        names = [test.name for test in row.tests]
        says = "two rows say the same of it"
        example = _firing(proof, rule, row.true or {}, says, names)
        yield finding(row.element, "hidden", sentence, *example)


def _unseen(proof: Proof, rule: Rule) -> Iterator[Finding]:
    """
    Rows of calculated facts of which no quote was found that meets them.
    """
    for row in rule.rows:
        cut = proof.space.wholes.trimmed(row.true or {})
        calculated = any(proof.space.sides[s].calculated is not None for s in cut)
        if calculated and not _firing(proof, rule, cut, "", ()):
            yield undecided(row.element, _subject(rule), "can fire by this row")


def _refused_anyway(proof: Proof, rule: Rule) -> Iterator[Finding]:
    """
    A trigger that fires only where another one refuses the quote.
    """
    if rule.trigger.effect is not None or not rule.boxes:
        return
    refusing = [e for e in proof.rules if e.trigger.effect and e is not rule]
    boxes = [box for each in refusing for box in each.boxes]
    try:
        for box in rule.boxes:
            rest = proof.space.wholes.uncovered(box, boxes, proof.budget())
            if next(rest, None) is not None:
                return
    except GivenUp:
        yield undecided(rule.element, _subject(rule), "asks anybody")
        return
    sentence = (
        f"Trigger '{rule.trigger.id}' asks nobody: every quote on which it fires is"
        " refused by another one."
    )
    names = [test.name for test in rule.rows[0].tests]
    example = _firing(proof, rule, rule.boxes[0], "it is refused", names)
    yield finding(rule.element, "hidden", sentence, *example)


def _of_first(proof: Proof, rows: Sequence[Row], what: str) -> Iterator[Finding]:
    """
    Rules of a list in which the first one counts that are never the first.
    """
    before: list[Box] = []
    for number, row in enumerate(rows, start=1):
        if row.true is None:
            tests = [t for t, c in zip(row.tests, row.cells, strict=True) if not c.true]
            told = " and ".join(f"'{t.name}' lies in {t.text}" for t in tests)
            sentence = f"No value of {told}: rule {number} for the {what} never counts."
            tried = proof.found({}, lambda t: t.evaluation is not None)
            says = "that rule does not count"
            examples = (tried.example(says, [t.name for t in tests]),) if tried else ()
            yield finding(row.element, "never", sentence, *examples)
            continue
        try:
            rest = proof.space.wholes.uncovered(row.true, before, proof.budget())
            reached = next(rest, None) is not None
        except GivenUp:
            yield undecided(row.element, f"the {what}", "needs this rule")
            reached = True
        if not reached and row.tests:
            sentence = (
                f"Rule {number} for the {what} never counts: those before take all of"
                f" {written(row.tests)}."
            )
            tried = proof.found(row.true, lambda t: t.evaluation is not None)
            names = [test.name for test in row.tests]
            says = "a rule before it counts"
            examples = (tried.example(says, names),) if tried else ()
            yield finding(row.element, "hidden", sentence, *examples)
        before.append(row.true)


def _gaps_of(
    proof: Proof,
    element: str,
    subject: str,
    rows: Sequence[Row],
    before: Sequence[Row] = (),
) -> Iterator[Finding]:
    answers = [row.true for row in (*rows, *before) if row.true is not None]
    told: set[str] = set()
    for row in rows:
        for test, cell in zip(row.tests, row.cells, strict=False):
            if not cell.unknown or row.maybe is None or test.name in told:
                continue
            box = meet(row.maybe, {cell.side: cell.unknown})
            if box is None:
                continue
            found = _lacking(proof, element, subject, (test, box, answers))
            if found is not None:
                told.add(test.name)
                yield found


def _lacking(
    proof: Proof, element: str, subject: str, asked: tuple[Test, Box, list[Box]]
) -> Finding | None:
    test, box, answers = asked
    claim = f"knows what to do without '{test.name}'"
    unclear = False
    try:
        open_ones = proof.space.wholes.uncovered(box, answers, proof.budget())
        for open_box in islice(open_ones, _MOST_BOXES):
            tried = proof.found(open_box, _is_missing, lacking=True)
            if tried is not None:
                return _told(proof, element, subject, (tried, open_box))
            unclear = unclear or proof.is_judged(open_box, lacking=True)
    except GivenUp:
        unclear = True
    return undecided(element, subject, claim) if unclear else None


def _told(
    proof: Proof, element: str, subject: str, shown: tuple[Tried, Box]
) -> Finding:
    tried, box = shown
    name = _missed(tried)
    sentence = (
        f"{subject} reads '{name}', which is optional, but no test says what null"
        " means: a quote without it is refused."
    )
    names = (*proof.cases.names(box), *((name,) if name else ()))
    says = f"it is refused, as nobody knows {name}"
    return finding(element, "null", sentence, tried.example(says, names))


def _is_missing(tried: Tried) -> bool:
    return _missed(tried) is not None


def _missed(tried: Tried) -> str | None:
    for code, element in tried.problems:
        if code == "missing":
            return element.removeprefix("/")
    return None
