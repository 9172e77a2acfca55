"""
A person's open tasks, searched, filtered and sorted, a page per query.

Whatever is asked, no more is looked at than the `WINDOW` tasks that are due first, by
the indexes of open tasks; what lies behind is asked for with the place where it ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    Row,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from approval_engine.domain.workflow import Task
from approval_engine.store import asking
from approval_engine.store.asking import MINE, NOT_HIS, Reader
from approval_engine.store.database import Transaction
from approval_engine.store.listing import COLUMNS, Listed, listed_of
from approval_engine.store.pools import Pools, cut, cuts
from approval_engine.store.rows import readable, task_of
from approval_engine.store.schema import TASK, WORKFLOW
from approval_engine.store.wanted import Place, Sort, Wanted

WINDOW = 3000
"""So many tasks of each group are looked through at once, those due first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """
    An open task with what a list says of its quote.
    """

    task: Task
    quote_id: str
    quote_revision: int
    account: str
    submitted_by: str
    plan_sha256: str
    policy_sha256: str
    listed: Listed
    place: Place


_KEYS: Mapping[Sort, ColumnElement[Any]] = {
    Sort.DUE: TASK.c.due_at,
    Sort.ACCOUNT: func.lower(WORKFLOW.c.account),
    Sort.AMOUNT: func.coalesce(WORKFLOW.c.amount_minor, -1),
    Sort.DISCOUNT: func.coalesce(cast(WORKFLOW.c.discount_pct, Float), -1),
    Sort.MARGIN: func.coalesce(cast(WORKFLOW.c.margin_pct, Float), -1),
    Sort.AGE: TASK.c.opened_at,
}
_SHOWN = (
    WORKFLOW.c.quote_id,
    WORKFLOW.c.quote_revision,
    WORKFLOW.c.account,
    WORKFLOW.c.submitted_by,
    WORKFLOW.c.plan_sha256,
    WORKFLOW.c.policy_sha256,
)
# One text and one comparison for each row; a word that is looked for has no space.
_SEARCHED: ColumnElement[str] = func.lower(
    WORKFLOW.c.account
    + literal_column("' '")
    + WORKFLOW.c.quote_id
    + literal_column("' '")
    + func.coalesce(WORKFLOW.c.reasons, "")
    + literal_column("' '")
    + func.coalesce(WORKFLOW.c.amount, "")
    + literal_column("' '")
    + TASK.c.step
    + literal_column("' '")
    + TASK.c.id
    + literal_column("' '")
    + TASK.c.workflow_id
)


def page(
    transaction: Transaction, reader: Reader, wanted: Wanted, limit: int
) -> tuple[Line, ...]:
    """
    The tasks that the reader can act on and that are wanted. Held ones are left out.
    """
    shape = _Shape.of(transaction, reader, wanted)
    found = transaction.execute(_page(shape), _parameters(reader, wanted, limit))
    return tuple(readable(found, _line))


def horizon(
    transaction: Transaction, reader: Reader, wanted: Wanted
) -> tuple[str, str] | None:
    """
    Where the window ended that a page looked through; None if nothing lies behind.
    """
    shape = _Shape.of(transaction, reader, wanted)
    row = transaction.execute(_horizon(shape), _parameters(reader, wanted, 0)).one()
    if row[0] < WINDOW:
        return None
    due_at, _, task = row[1].partition(" ")
    return due_at, task


def counts(transaction: Transaction, reader: Reader, cap: int) -> tuple[int, int]:
    """
    How many reviews ask the reader himself and how many his roles, each up to `cap`.
    """
    parameters = {**asking.parameters(reader), "limit": cap}
    pools = Pools.of(transaction, reader)
    row = transaction.execute(_counts(pools), parameters).one()
    return row.mine, row.pools


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """
    What makes one statement differ from another; the rest are its parameters.

    Without `pools` it is about what waits for the reader himself.
    """

    pools: Pools | None
    sifts: bool
    words: int
    step: bool
    due: bool
    least: bool
    people: bool
    sort: Sort
    falling: bool
    after: bool

    @classmethod
    def of(cls, transaction: Transaction, reader: Reader, wanted: Wanted) -> "_Shape":
        return cls(
            pools=Pools.of(transaction, reader) if wanted.pools else None,
            sifts=wanted.sifts,
            words=len(wanted.words),
            step=wanted.step is not None,
            due=wanted.due_before is not None,
            least=wanted.least_minor is not None,
            people=wanted.submitted_by is not None,
            sort=wanted.sort,
            falling=wanted.falling,
            after=wanted.after is not None and not wanted.by_due,
        )


def _parameters(reader: Reader, wanted: Wanted, limit: int) -> dict[str, object]:
    begins = wanted.after if wanted.by_due else None
    found = {
        **asking.parameters(reader),
        "limit": limit,
        "window": WINDOW if wanted.sifts else limit,
        "from_due": begins.value if begins else "",
        "from_task": begins.task if begins else "",
    }
    asked: dict[str, object] = {
        "step": wanted.step,
        "due_before": wanted.due_before,
        "least": wanted.least_minor,
        "submitters": wanted.submitted_by,
    }
    if wanted.after and not begins:
        asked |= {"after": wanted.after.value, "after_task": wanted.after.task}
    for number, word in enumerate(wanted.words):
        asked |= {f"word_{number}": _pattern(word.text), f"by_{number}": word.people}
    return found | {name: value for name, value in asked.items() if value is not None}


def _pattern(text: str) -> str:
    plain = text.lower().replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{plain}%"


@cache
def _page(shape: _Shape) -> Select[Any]:
    window, key = _window(shape), _KEYS[shape.sort]
    query = (
        select(TASK, *_SHOWN, *COLUMNS, key.label("key"))
        .join(window, window.c.id == TASK.c.id)
        .join(WORKFLOW, WORKFLOW.c.id == TASK.c.workflow_id)
    )
    if shape.sifts:
        query = query.where(NOT_HIS, *_conditions(shape))
    if shape.after:
        here, there = tuple_(key, TASK.c.id), tuple_(*_place(shape))
        query = query.where(here < there if shape.falling else here > there)
    order = (each.desc() if shape.falling else each for each in (key, TASK.c.id))
    return query.order_by(*order).limit(bindparam("limit"))


def _place(shape: _Shape) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return bindparam("after", type_=_KEYS[shape.sort].type), bindparam(
        "after_task", type_=Text
    )


@cache
def _horizon(shape: _Shape) -> Select[int, Any]:
    window = _window(shape)
    last = func.max(window.c.due_at + " " + window.c.id)
    return select(func.count(), last).select_from(window)


@cache
def _counts(pools: Pools) -> Select[Any]:
    def number(tasks: Select[Any]) -> ColumnElement[int]:
        found = tasks.limit(bindparam("limit")).subquery()
        # Two tasks of one review are one row of the list.
        count = func.count(found.c.workflow_id.distinct())
        return select(count).scalar_subquery()

    # Only so many are counted, whichever: the first role may have enough of them.
    mine, theirs = cut(MINE, (NOT_HIS,), "limit"), cuts(pools, (NOT_HIS,), "limit")
    columns: list[ColumnElement[Any]] = [
        number(mine).label("mine"),
        number(theirs).label("pools"),
    ]
    return select(*columns)


def _window(shape: _Shape) -> Subquery:
    place = tuple_(bindparam("from_due", type_=Text), bindparam("from_task"))
    within = [tuple_(TASK.c.due_at, TASK.c.id) > place]
    # What is shown as it comes is cut by what may be shown, the rest is sifted later.
    if not shape.sifts:
        within.append(NOT_HIS)
    if shape.due:
        within.append(TASK.c.due_at < bindparam("due_before"))
    if shape.pools is None:
        return cut(MINE, tuple(within), "window").subquery()
    parts = cuts(shape.pools, tuple(within), "window").subquery()
    first = select(parts).order_by(parts.c.due_at, parts.c.id)
    return first.limit(bindparam("window")).subquery()


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    found = [_word(number) for number in range(shape.words)]
    if shape.step:
        found.append(bindparam("step", type_=Text).in_((TASK.c.step, TASK.c.role)))
    if shape.least:
        found.append(WORKFLOW.c.amount_minor >= bindparam("least"))
    if shape.people:
        people: BindParameter[Any] = bindparam("submitters", expanding=True)
        found.append(WORKFLOW.c.submitted_by.in_(people))
    return found


def _word(number: int) -> ColumnElement[bool]:
    pattern = bindparam(f"word_{number}", type_=Text)
    people: BindParameter[Any] = bindparam(f"by_{number}", expanding=True)
    found = _SEARCHED.like(pattern, escape="/")
    return or_(found, WORKFLOW.c.submitted_by.in_(people))


def _line(row: Row[Any]) -> Line:
    shown = {column.name: getattr(row, column.name) for column in _SHOWN}
    place = Place(value=row.key, task=row.id)
    return Line(task=task_of(row), listed=listed_of(row), place=place, **shown)
