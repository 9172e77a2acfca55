"""
A policy, many quotes and a day → which triggers fire and whom their ladders ask.

The meaning is that of `policy.evaluate`, whose answers these are for every row that is
not aside.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from approval_engine.analytics.batch import verdicts
from approval_engine.analytics.batch.columns import Batch, Coded, Column
from approval_engine.analytics.batch.names import Table
from approval_engine.analytics.batch.verdicts import Mask, Verdict
from approval_engine.policy.authority import (
    committee,
    covers,
    has_quorum,
    valid_rungs,
)
from approval_engine.policy.model import (
    Input,
    Policy,
    ProcessRule,
    Row,
    Rung,
    Test,
    Trigger,
)

NOBODY = -1
"""Stands for a rung where no ladder is climbed."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Climbed:
    """
    The rung that each row needs of a ladder, as its place among `rungs`, or NOBODY.

    `below` are the rungs under it that a chain asks too, one column for each rung.
    """

    rungs: tuple[Rung, ...]
    needed: NDArray[np.int32]
    below: NDArray[np.bool_]

    def roles(self, row: int) -> tuple[str, ...]:
        """
        Whom the ladder asks about a row, from the lowest up.
        """
        place = int(self.needed[row])
        if place == NOBODY:
            return ()
        if self.rungs[place].committee:
            return committee(self.rungs, place)
        places = [*np.flatnonzero(self.below[row, :place]).tolist(), place]
        return tuple(dict.fromkeys(self.rungs[each].role for each in places))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Judged:
    """
    What a policy says of many quotes: where each trigger fired and what it climbed.

    Rows `aside` are not answered here: ask `evaluate`, which may also refuse them.
    """

    fired: Mapping[str, Mask]
    climbed: Mapping[str, Climbed]
    processes: Coded
    aside: Mask

    @property
    def climbing(self) -> Mask:
        """
        The rows for which a ladder is climbed.
        """
        found = np.zeros(len(self.aside), bool)
        for each in self.climbed.values():
            found |= each.needed != NOBODY
        return found


def judge(policy: Policy, batch: Batch, on: date) -> Judged:
    """
    Judge every quote of a batch that was made for this policy.
    """
    judging = _Judging(policy, batch, on)
    fired = {each.id: judging.trigger(each) for each in policy.triggers}
    climbed = {
        each.id: judging.climb(each, fired[each.id])
        for each in policy.triggers
        if each.ladder is not None
    }
    processes = judging.process()
    aside = judging.aside | judging.whole.wrong | judging.lines.wrong
    return Judged(fired=fired, climbed=climbed, processes=processes, aside=aside)


class _Judging:
    def __init__(self, policy: Policy, batch: Batch, on: date) -> None:
        self._policy, self._on = policy, on
        self.aside = batch.aside.copy()
        self.whole = Table(batch.size, {})
        for each in policy.inputs:
            self._resolve(each, batch.inputs[each.name])
        # What states no lines stands for its one line.
        self.lines = Table(batch.size, {**batch.beside, **self.whole.columns})

    def _resolve(self, each: Input, stated: Column) -> None:
        self.whole.columns[each.name] = stated
        if each.expr is not None:
            self.whole.add(each.name, each.expr)
            agrees = self.whole.equal(each.name, stated)
            # Else it is a matter of how many digits were stated.
            self.aside |= ~(agrees | _missing(stated))
        if not (each.optional or each.name in self._policy.line_inputs):
            self.aside |= _missing(self.whole.columns[each.name])

    def trigger(self, trigger: Trigger) -> Mask:
        started = trigger.starts_on is None or trigger.starts_on <= self._on
        if not started or (trigger.ends_on is not None and trigger.ends_on < self._on):
            return np.zeros(self.whole.size, bool)
        verdict = verdicts.any_of(self._rows(trigger))
        self.aside |= verdict.unknown
        return verdict.yes

    def _rows(self, trigger: Trigger) -> Iterator[Verdict]:
        table = self._table(trigger)
        for row in trigger.rows:
            yield _meets(table, row)

    def _table(self, trigger: Trigger) -> Table:
        return self.lines if trigger.each_line else self.whole

    def climb(self, trigger: Trigger, fired: Mask) -> Climbed:
        ladder = self._policy.ladders[trigger.ladder or ""]
        rungs, table = valid_rungs(ladder, self._on), self._table(trigger)
        needed = np.full(table.size, NOBODY, np.int32)
        below = np.zeros((table.size, len(rungs)), bool)
        for place, rung in enumerate(rungs):
            within = _covered(table, rung.within)
            below[:, place] = within & (ladder.mode == "chain")
            if has_quorum(rungs, place):
                enough = within & self._may(table, rung) & (needed == NOBODY)
                needed[enough & fired] = place
        self.aside |= fired & (needed == NOBODY)
        return Climbed(rungs=rungs, needed=needed, below=below)

    def _may(self, table: Table, rung: Rung) -> Mask:
        if rung.unlimited or rung.committee:
            return np.ones(table.size, bool)
        return _covered(table, rung.may) & bool(rung.may)

    def process(self) -> Coded:
        rules = self._policy.processes
        names = dict.fromkeys((*(rule.use for rule in rules), "standard"))
        kinds = tuple(names)
        codes = np.full(self.whole.size, kinds.index("standard"), np.int32)
        left = np.ones(self.whole.size, bool)
        for rule in rules:
            verdict = self._rule(rule)
            self.aside |= left & verdict.unknown
            codes[left & verdict.yes] = kinds.index(rule.use)
            left &= ~verdict.yes
        return Coded(codes=codes, kinds=kinds)

    def _rule(self, rule: ProcessRule) -> Verdict:
        return _meets(self.whole, Row(tests=rule.tests))


def _meets(table: Table, row: Row) -> Verdict:
    everything = verdicts.known(np.ones(table.size, bool), verdicts.FALSE)
    tests = (table.test(each.name, each.test) for each in row.tests)
    return verdicts.all_of((everything, *tests))


def _covered(table: Table, tests: Iterable[Test]) -> Mask:
    held = np.ones(table.size, bool)
    for each in tests:
        held &= table.test(each.name, each.test, covers).yes
    return held


def _missing(column: Column) -> Mask:
    if isinstance(column, Coded):
        none = np.array([kind is None for kind in column.kinds], bool)
        return none[column.codes]
    return column.missing
