"""
A decision table → rules that overlap, cases that none covers, rules that never count.

Each with a case that shows it; what was not judged in full is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from approval_engine.definitions.dmn.model import (
    Decision,
    Formula,
    HitPolicy,
    Rule,
    Table,
)
from approval_engine.definitions.dmn.space import Box, Space, meet, space
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions.tree import Literal

_MOST_FINDINGS = 100
_MOST_GAPS = 20
_LISTS = frozenset({HitPolicy.COLLECT, HitPolicy.RULE_ORDER})
_BUDGET = 300_000
"""How many boxes are laid beside another before the search gives up."""


class Finding(StrEnum):
    """
    What was found.
    """

    UNREACHABLE = "unreachable"  # a rule that never counts
    OVERLAP = "overlap"  # a case in which two rules match
    GAP = "gap"  # a case in which no rule matches
    UNDECLARED = "undeclared"  # a result that is none of the declared values


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """
    One finding on some rules, by number. `allowed` if the hit policy is made for it.

    `example` is a case by the texts of the inputs; inputs without effect are left out.
    """

    finding: Finding
    rules: tuple[int, ...]
    allowed: bool
    sentence: str
    example: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """
    All findings on one decision, and in sentences what was not checked in full.
    """

    decision: str
    findings: tuple[Found, ...]
    unchecked: tuple[str, ...]


def report(decision: Decision) -> Report:
    """
    What is to be said of a decision; of one without a table that is nothing.
    """
    table = decision.logic
    if isinstance(table, Formula):
        return Report(decision=decision.id, findings=(), unchecked=())
    search = _Search(table, space(table))
    findings = (
        *search.unreachable(),
        *search.overlaps(),
        *search.gaps(),
        *_undeclared(table),
    )
    unchecked = (*search.space.unchecked, *search.given_up)
    return Report(decision=decision.id, findings=findings, unchecked=unchecked)


class _Search:
    """
    One search through the space of a table with a limit to its work.
    """

    def __init__(self, table: Table, found: Space) -> None:
        self.table = table
        self.space = found
        self.rules = {rule.number: rule for rule in table.rules}
        self.budget = _BUDGET
        self.given_up: dict[str, None] = {}

    def unreachable(self) -> Iterator[Found]:
        """
        Rules that no case meets, or that only meet cases of rules before them.
        """
        for number, box in self.space.boxes.items():
            if not all(box):
                yield self._never(number, "no value of its inputs meets it")
            elif self.table.hit_policy is HitPolicy.FIRST:
                before = [b for n, b in self.space.boxes.items() if n < number]
                if next(self._uncovered(box, before), None) is None and self.budget > 0:
                    yield self._never(number, "the rules before it take all its cases")

    def overlaps(self) -> Iterator[Found]:
        """
        Pairs of rules that share a case.
        """
        count = 0
        for (one, box), (other, beside) in combinations(self.space.boxes.items(), 2):
            if not self._may_go_on("overlaps"):
                return
            both = meet(box, beside)
            if both is None:
                continue
            count += 1
            if count > _MOST_FINDINGS:
                self._give_up("overlaps")
                return
            yield Found(
                finding=Finding.OVERLAP,
                rules=(one, other),
                allowed=self._may_overlap(self.rules[one], self.rules[other]),
                sentence=f"The rules {one} and {other} both match.",
                example=self.space.example(both),
            )

    def gaps(self) -> Iterator[Found]:
        """
        Cases that no rule matches.
        """
        boxes = self.space.boxes
        if self.rules and not boxes:
            return
        every = len(boxes) == len(self.rules)
        found = self._uncovered(self.space.whole, list(boxes.values()))
        for count, box in enumerate(found):
            if count == _MOST_GAPS:
                self._give_up("gaps")
                return
            yield Found(
                finding=Finding.GAP,
                rules=(),
                # One of the rules that were left out may match.
                allowed=self.table.hit_policy in _LISTS or not every,
                sentence="No rule matches." if every else "No checked rule matches.",
                example=self.space.example(box),
            )

    def _never(self, number: int, reason: str) -> Found:
        return Found(
            finding=Finding.UNREACHABLE,
            rules=(number,),
            allowed=False,
            sentence=f"Rule {number} never counts: {reason}.",
        )

    def _may_overlap(self, one: Rule, other: Rule) -> bool:
        if self.table.hit_policy is HitPolicy.ANY:
            said = [[each.expression for each in r.entries] for r in (one, other)]
            return said[0] == said[1]
        return self.table.hit_policy is not HitPolicy.UNIQUE

    def _uncovered(self, box: Box, boxes: Sequence[Box]) -> Iterator[Box]:
        """
        Boxes of cases in a box that none of the others covers; they do not meet.
        """
        waiting = [(box, boxes)]
        while waiting:
            here, others = waiting.pop()
            self.budget -= len(others)
            if not self._may_go_on("gaps"):
                return
            near = [each for each in others if meet(here, each) is not None]
            if not near:
                yield here
                continue
            first, *rest = near
            waiting += ((outside, rest) for outside in _outside(here, first))

    def _may_go_on(self, what: str) -> bool:
        self.budget -= 1
        if self.budget <= 0:
            self._give_up(what)
        return self.budget > 0

    def _give_up(self, what: str) -> None:
        self.given_up[f"There may be more {what} than these."] = None


def _outside(box: Box, cut: Box) -> Iterable[Box]:
    """
    What of a box is left outside another, as boxes that do not meet.
    """
    for side, bits in enumerate(cut):
        if outside := box[side] & ~bits:
            yield (*box[:side], outside, *box[side + 1 :])
        box = (*box[:side], box[side] & bits, *box[side + 1 :])


def _undeclared(table: Table) -> Iterator[Found]:
    for rule in table.rules:
        for output, entry in zip(table.outputs, rule.entries, strict=True):
            if not (output.values and isinstance(entry.expression, Literal)):
                continue
            value = entry.expression.value
            if value is not None and value not in output.values:
                yield Found(
                    finding=Finding.UNDECLARED,
                    rules=(rule.number,),
                    # Camunda takes the declared values of an output as suggestions.
                    allowed=True,
                    sentence=f"Rule {rule.number} gives '{value}', which output"
                    f" '{output.name}' does not declare.",
                )
