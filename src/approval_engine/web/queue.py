"""
The person who asks → the tasks that wait for him, as rows to show, and how many.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from flask import g

from approval_engine.domain.workflow import Task
from approval_engine.errors import EngineError
from approval_engine.executor.reader import reader_of
from approval_engine.planner.plan import PlannedStep, Reason, RoutingPlan
from approval_engine.policy.model import Policy
from approval_engine.store import notices, worklist
from approval_engine.store.database import Transaction
from approval_engine.store.listing import Listed
from approval_engine.store.notices import Notice
from approval_engine.store.wanted import Place, Wanted
from approval_engine.store.worklist import Line
from approval_engine.web import context, words

CAP = 100
"""How far anything is counted; more is more than a person works through."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """
    The figures of a quote in a list, as words; empty where the policy reads none.
    """

    amount: str = ""
    discount: str = ""
    margin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    A task that waits, with the quote it is about.

    `bulk` says that its step may be decided together with others. `also` are the other
    tasks of the same review that wait for the same person.
    """

    line: Line
    step: PlannedStep
    figures: Figures
    bulk: bool = False
    also: tuple["Row", ...] = ()

    @property
    def task(self) -> Task:
        """
        The task.
        """
        return self.line.task

    @property
    def all(self) -> tuple["Row", ...]:
        """
        The task itself, then the others.
        """
        return self, *self.also


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """
    Rows, and where the next page begins, if there is one.

    `full` says that more tasks wait than were looked through to find these.
    """

    rows: tuple[Row, ...]
    after: Place | None = None
    full: bool = False


def page(wanted: Wanted, limit: int) -> Page:
    """
    What of the tasks of the person who asks is wanted, in its order.
    """
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        reader = reader_of(runtime, transaction, context.asker().user.id)
        found = worklist.page(transaction, reader, wanted, limit + 1)
        lines, more = found[:limit], len(found) > limit
        after, full = lines[-1].place if more else None, False
        if wanted.sifts and (not more or not wanted.by_due):
            end = worklist.horizon(transaction, reader, wanted)
            full = end is not None
            if end and wanted.by_due:
                after = Place(value=end[0], task=end[1])
        rows = _rows(transaction, lines)
    return Page(rows=one_per_review(rows), after=after, full=full)


def one_per_review(rows: Iterable[Row]) -> tuple[Row, ...]:
    """
    One row for each review, which holds the other tasks of it.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.task.workflow_id, []).append(row)
    return tuple(replace(group[0], also=tuple(group[1:])) for group in groups.values())


def counts() -> tuple[int, int]:
    """
    How many reviews ask him and how many his roles, each counted up to `CAP`.
    """
    found: tuple[int, int] | None = g.get("waiting")
    if found is None:
        runtime = context.runtime()
        with runtime.database.read() as transaction:
            reader = reader_of(runtime, transaction, context.asker().user.id)
            found = g.waiting = worklist.counts(transaction, reader, CAP)
    return found


def count() -> str:
    """
    How many tasks wait for the person who asks, as the bar shows it; empty for none.
    """
    number = sum(counts())
    return shown(number) if number else ""


def shown(number: int) -> str:
    """
    A number that was counted up to `CAP`.
    """
    return str(number) if number < CAP else f"{CAP - 1}+"


def beside() -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """
    The questions to the person who asks, and what he was told for information.
    """
    person = context.asker().user.id
    with context.runtime().database.read() as transaction:
        return notices.questions_to(transaction, person), notices.told_to(
            transaction, person
        )


def figures(listed: Listed, currency: str) -> Figures:
    """
    The figures of a list as words.
    """
    amount = words.money(Decimal(listed.amount), currency) if listed.amount else ""
    return Figures(
        amount=amount,
        discount=_percent(listed.discount_pct),
        margin=_percent(listed.margin_pct),
    )


def _percent(text: str | None) -> str:
    return f"{words.number(Decimal(text))} %" if text else ""


def _rows(transaction: Transaction, lines: Iterable[Line]) -> tuple[Row, ...]:
    runtime, lines = context.runtime(), tuple(lines)
    plans = runtime.plans(transaction, (line.plan_sha256 for line in lines))
    # What has lost its plan or its policy is held as soon as anybody acts on it.
    policies: dict[str, Policy] = {}
    for each in dict.fromkeys(line.policy_sha256 for line in lines):
        with suppress(EngineError):
            policies[each] = runtime.policy(transaction, each)
    return tuple(
        _row(line, plan, policies[line.policy_sha256])
        for line in lines
        if (plan := plans[line.plan_sha256]) and line.policy_sha256 in policies
    )


def _row(line: Line, plan: RoutingPlan, policy: Policy) -> Row:
    step = planned_step(plan, line.task.step)
    rule = policy.steps.get(step.id)
    return Row(
        line=line,
        step=step,
        figures=figures(line.listed, policy.currency),
        bulk=rule is not None and rule.bulk,
    )


def planned_step(plan: RoutingPlan, step_id: str) -> PlannedStep:
    """
    The step of a plan.
    """
    return next(step for step in plan.steps if step.id == step_id)


def telling(reason: Reason) -> str:
    """
    A reason in a list: `below floor: margin 21.4 %, asked when below 24 %`.
    """
    said = (
        f"{words.label(fact.name)} {words.value(fact.name, fact.value)},"
        f" asked when {words.threshold(fact.name, fact.test)}"
        for fact in words.telling(reason.facts)
    )
    return "; ".join(said)
