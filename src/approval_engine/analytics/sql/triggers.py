"""
A policy and a table of quotes → queries: which triggers fire, and where two differ.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
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

ASIDE = "aside"
"""The column that says that a row is for the plain evaluator."""


def judged(policy: Policy, columns: Columns, on: date) -> Select[Any]:
    """
    For each quote its `id` and `revision`, `aside`, and a truth value for each trigger.

    Triggers are columns `t0`, `t1` and so on, in the order of the policy. Raises
    Unsayable.
    """
    return select(columns["id"], columns["revision"], *_verdicts(policy, columns, on))


def counted(policy: Policy, columns: Columns, on: date) -> Select[Any]:
    """
    One row: how many `quotes`, how many `aside`, and for how many each trigger fires.
    """
    found = select(*_verdicts(policy, columns, on)).subquery()
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
    first = _named(_verdicts(before, columns, days[0]), "before")
    second = _named(_verdicts(after, columns, days[1]), "after")
    found = select(columns["id"], columns["revision"], *first, *second).subquery()
    old, new = found.c.before_aside, found.c.after_aside
    names = [each.id for each in before.triggers], [each.id for each in after.triggers]
    fired = [
        {name: found.c[f"{side}_t{n}"] for n, name in enumerate(those)}
        for side, those in zip(("before", "after"), names, strict=True)
    ]
    other = [
        fired[0].get(each, NO).is_distinct_from(fired[1].get(each, NO))
        for each in dict.fromkeys((*names[0], *names[1]))
    ]
    return select(
        found.c.id,
        found.c.revision,
        _unless(old, or_(NO, *fired[0].values())).label("before"),
        _unless(new, or_(NO, *fired[1].values())).label("after"),
    ).where(or_(old, new, *other))


def _unless(aside: Where, value: Where) -> ColumnElement[Any]:
    return case((~aside, value))


def _named(
    columns: Iterable[ColumnElement[Any]], side: str
) -> Iterator[ColumnElement[Any]]:
    for each in columns:
        yield each.label(f"{side}_{each.key}")


def _sum(truth: Where) -> ColumnElement[int]:
    return func.count().filter(truth)


def _verdicts(
    policy: Policy, columns: Columns, on: date
) -> Iterator[ColumnElement[Any]]:
    facts, wrong = facts_of(policy, columns), list[Where]()
    verdicts = [_fires(each, facts, wrong, on) for each in policy.triggers]
    unknown = [verdict.is_(None) for verdict in verdicts if verdict is not NO]
    aside = (func.coalesce(each, NO, type_=Boolean) for each in (*facts.aside, *wrong))
    yield or_(NO, *aside, *unknown).label(ASIDE)
    for number, verdict in enumerate(verdicts):
        yield func.coalesce(verdict, NO, type_=Boolean).label(f"t{number}")


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
