"""
A policy and a table of quotes → queries: which triggers fire, and where two differ.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
)

from approval_engine.analytics.sql.facts import Columns, Facts, facts_of
from approval_engine.analytics.sql.reader import Reader
from approval_engine.analytics.sql.terms import NO, Nothing, Where
from approval_engine.policy.model import Policy, Trigger

Days: TypeAlias = tuple[date, date]
"""The day of each of two policies, whose calendars may be in two zones."""

_BEFORE, _AFTER = "before_", "after_"

ASIDE = "aside"
"""The column that says that a row is for the plain evaluator."""


def judged(policy: Policy, columns: Columns, on: date) -> Select[Any]:
    """
    For each quote its `id` and `revision`, `aside`, and a truth value for each trigger.

    Triggers are columns `t0`, `t1` and so on, in the order of the policy. Raises
    Unsayable.
    """
    key = (columns["id"], columns["revision"])
    found = _fenced(select(*key, *_raw(policy, columns, on)))
    return select(found.c.id, found.c.revision, *_said(policy, found))


def counted(policy: Policy, columns: Columns, on: date) -> Select[Any]:
    """
    One row: how many `quotes`, how many `aside`, and for how many each trigger fires.
    """
    raw = _fenced(select(*_raw(policy, columns, on)))
    found = _fenced(select(*_said(policy, raw)))
    aside, *fired = found.c
    sums: list[ColumnElement[Any]] = [
        func.count().label("quotes"),
        _sum(aside).label(ASIDE),
        *(_sum(and_(each, ~aside)).label(each.name) for each in fired),
    ]
    return select(*sums).select_from(found)


def differing(
    before: Policy, after: Policy, columns: Columns, days: Days
) -> Select[Any]:
    """
    The quotes for which other triggers fire, or that one of both puts aside.

    Each with whether any fires `before` and `after`, null where it is aside.
    """
    key = (columns["id"], columns["revision"])
    raw = [
        *_raw(before, columns, days[0], _BEFORE),
        *_raw(after, columns, days[1], _AFTER),
    ]
    inner = _fenced(select(*key, *raw))
    first, second = _said(before, inner, _BEFORE), _said(after, inner, _AFTER)
    found = _fenced(select(inner.c.id, inner.c.revision, *first, *second))
    old, new = found.c[f"{_BEFORE}{ASIDE}"], found.c[f"{_AFTER}{ASIDE}"]
    fired = [
        {each.id: found.c[f"{side}t{n}"] for n, each in enumerate(policy.triggers)}
        for side, policy in ((_BEFORE, before), (_AFTER, after))
    ]
    other = [
        fired[0].get(each, NO).is_distinct_from(fired[1].get(each, NO))
        for each in dict.fromkeys((*fired[0], *fired[1]))
    ]
    return select(
        found.c.id,
        found.c.revision,
        case((~old, or_(NO, *fired[0].values()))).label("before"),
        case((~new, or_(NO, *fired[1].values()))).label("after"),
    ).where(or_(old, new, *other))


def _fenced(inner: Select[Any]) -> Subquery:
    # PostgreSQL would write what stands in it once more wherever it is named.
    return inner.suffix_with("OFFSET 0", dialect="postgresql").subquery()


def _sum(truth: Where) -> ColumnElement[int]:
    # Not every warehouse knows FILTER.
    return func.count(case((truth, 1)))


def _raw(
    policy: Policy, columns: Columns, on: date, side: str = ""
) -> Iterator[ColumnElement[Any]]:
    """
    Whether a row cannot be judged, and the verdict of each trigger, which may be null.
    """
    facts, wrong = facts_of(policy, columns), list[Where]()
    verdicts = [_fires(each, facts, wrong, on) for each in policy.triggers]
    beyond = (func.coalesce(each, NO, type_=Boolean) for each in (*facts.aside, *wrong))
    yield or_(NO, *beyond).label(f"{side}beyond")
    for number, verdict in enumerate(verdicts):
        yield verdict.label(f"{side}v{number}")


def _said(
    policy: Policy, raw: Subquery, side: str = ""
) -> Iterator[ColumnElement[Any]]:
    """
    `aside`, also where a verdict is unknown, and whether each trigger fires.
    """
    verdicts = [raw.c[f"{side}v{number}"] for number, _ in enumerate(policy.triggers)]
    unknown = (verdict.is_(None) for verdict in verdicts)
    yield or_(raw.c[f"{side}beyond"], *unknown).label(f"{side}{ASIDE}")
    for number, verdict in enumerate(verdicts):
        fires = func.coalesce(verdict, NO, type_=Boolean)
        yield fires.label(f"{side}t{number}")


def _fires(trigger: Trigger, facts: Facts, wrong: list[Where], on: date) -> Where:
    started = trigger.starts_on is None or trigger.starts_on <= on
    if not started or (trigger.ends_on is not None and trigger.ends_on < on):
        return NO
    terms = facts.lines if trigger.each_line else facts.whole
    reader = Reader(terms, wrong)
    rows = (
        and_(*(reader.test(e.test, terms.get(e.name, Nothing())) for e in row.tests))
        for row in trigger.rows
    )
    return or_(*rows)
