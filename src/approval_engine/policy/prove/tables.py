"""
The tables of a policy (triggers, ladders, processes, times) as boxes of its space.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice

from approval_engine.domain.people import Directory
from approval_engine.policy.authority import has_quorum
from approval_engine.policy.finding import Finding
from approval_engine.policy.model import Ladder, Policy, Test, Trigger
from approval_engine.policy.prove.asked import Asked, asked_of
from approval_engine.policy.prove.boxes import Box, Budget, GivenUp, meet
from approval_engine.policy.prove.cases import Accepts, Cases, Tried
from approval_engine.policy.prove.shapes import Row, Rule, Step, limits_of
from approval_engine.policy.prove.space import DAY, Cell, Space

_BOXES = 60_000
_MOST_PARTS = 20
_MOST_RESTS = 200


@dataclass(kw_only=True)
class Proof:
    """
    A policy, its space, and what is known of it so far; one for each run.
    """

    policy: Policy
    first_day: date
    directory: Directory | None = None
    told: dict[tuple[str, str], Finding] = field(default_factory=dict)

    @cached_property
    def space(self) -> Space:
        """
        The space of everything that its rules ask.
        """
        return Space(self.policy, _asked(self.policy, self.directory), self.first_day)

    @cached_property
    def cases(self) -> Cases:
        """
        The quotes of that space.
        """
        return Cases(space=self.space)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """
        The triggers in the order of the policy.
        """
        return tuple(
            self._rule(index, trigger)
            for index, trigger in enumerate(self.policy.triggers)
        )

    @cached_property
    def ladders(self) -> dict[str, tuple[Step, ...]]:
        """
        The rungs of each ladder, from the lowest up.
        """
        return {
            name: tuple(self._steps(ladder))
            for name, ladder in self.policy.ladders.items()
        }

    @cached_property
    def processes(self) -> tuple[Row, ...]:
        """
        The rules by which a process is chosen.
        """
        return tuple(
            self.row(f"/processes/{index}", rule.tests)
            for index, rule in enumerate(self.policy.processes)
        )

    def times(self, step: str) -> tuple[Row, ...]:
        """
        The rules for the hours of a step.
        """
        return tuple(
            self.row(f"/steps/{step}/slaHours/{index}", rule.tests)
            for index, rule in enumerate(self.policy.steps[step].sla)
        )

    def budget(self) -> Budget:
        """
        How much one question may look at.
        """
        return Budget(_BOXES)

    def found(
        self, box: Box, accepts: Accepts, *, lacking: bool = False
    ) -> Tried | None:
        """
        A quote in a box that is accepted, looked for first where any can be judged.

        With `lacking` one is wanted that some rule cannot answer.
        """
        avoided = (*self.stuck, *(() if lacking else self.lacking))
        try:
            parts = self.space.wholes.uncovered(box, avoided, self.budget())
            for part in islice(parts, _MOST_PARTS):
                tried = self.cases.found(part, accepts)
                if tried is not None:
                    return tried
        except GivenUp:
            return self.cases.found(box, accepts)
        return None

    def is_judged(self, box: Box, *, lacking: bool = False) -> bool:
        """
        Whether the evaluator has an answer anywhere in a box.
        """
        avoided = (*self.stuck, *(() if lacking else self.lacking))
        try:
            parts = self.space.wholes.uncovered(box, avoided, self.budget())
            return next(parts, None) is not None
        except GivenUp:
            return True

    @cached_property
    def stuck(self) -> tuple[Box, ...]:
        """
        The cases in which a ladder is asked on which nobody suffices.
        """
        found: list[Box] = []
        for rule in self.rules:
            if rule.trigger.ladder is not None:
                steps = self.ladders[rule.trigger.ladder]
                covers = [e.box for e in steps if e.box is not None]
                found += self._rest(rule.boxes, covers)
        return tuple(found)

    @cached_property
    def lacking(self) -> tuple[Box, ...]:
        """
        The cases in which a rule cannot answer, as something is not stated.
        """
        found: list[Box] = []
        for rule in self.rules:
            unknown = [
                both
                for row in rule.rows
                for cell in row.cells
                if cell.unknown and row.maybe is not None
                if (both := meet(row.maybe, {cell.side: cell.unknown})) is not None
            ]
            found += self._rest(unknown, rule.boxes)
        return tuple(found)

    def _rest(self, boxes: Iterable[Box], covers: Sequence[Box]) -> list[Box]:
        found: list[Box] = []
        try:
            for box in boxes:
                rest = self.space.wholes.uncovered(box, covers, self.budget())
                found += islice(rest, _MOST_RESTS)
        except GivenUp:
            return found
        return found

    def row(
        self,
        element: str,
        tests: tuple[Test, ...],
        *,
        covering: bool = False,
        days: int | None = None,
    ) -> Row:
        """
        A row of tests as boxes.
        """
        cells = [self.space.cell(a) for a in asked_of(tests, covering=covering)]
        if days is not None and days != self.space.wholes.bits[DAY]:
            cells.append(Cell(side=DAY, true=days))
        return Row(
            element=element,
            tests=tests,
            cells=tuple(cells),
            true=_all((cell.side, cell.true) for cell in cells),
            maybe=_all((cell.side, cell.true | cell.unknown) for cell in cells),
        )

    def _rule(self, index: int, trigger: Trigger) -> Rule:
        days = self.space.days(trigger.starts_on, trigger.ends_on)
        several = len(trigger.rows) > 1
        rows = (
            self.row(
                f"/triggers/{index}/when" + (f"/{number}" if several else ""),
                row.tests,
                days=days,
            )
            for number, row in enumerate(trigger.rows)
        )
        return Rule(index=index, trigger=trigger, rows=tuple(rows), days=days)

    def _steps(self, ladder: Ladder) -> Iterator[Step]:
        for index, rung in enumerate(ladder.rungs):
            days = self.space.days(rung.starts_on, rung.ends_on)
            can = has_quorum(ladder.rungs, index)
            free = rung.unlimited or rung.committee is not None
            row = self.row(
                f"/ladders/{ladder.name}/{index}",
                (*rung.within, *(() if free else rung.may)),
                covering=True,
                days=days if can and (free or rung.may) else 0,
            )
            yield Step(index=index, rung=rung, row=row)


def _all(parts: Iterable[tuple[str, int]]) -> Box | None:
    box: Box | None = {}
    for side, bits in parts:
        if box is None or not bits:
            return None
        box = meet(box, {side: bits})
    return box


def _asked(policy: Policy, directory: Directory | None) -> Iterator[Asked]:
    rows = [row.tests for trigger in policy.triggers for row in trigger.rows]
    rows += [rule.tests for rule in policy.processes]
    rows += [sla.tests for step in policy.steps.values() for sla in step.sla]
    yield from (asked for tests in rows for asked in asked_of(tests))
    for ladder in policy.ladders.values():
        for rung in ladder.rungs:
            yield from asked_of((*rung.within, *rung.may), covering=True)
    known = {each.name for each in policy.inputs}
    limits = limits_of(directory) if directory is not None else {}
    yield from (a for tests in limits.values() for a in tests if a.name in known)
