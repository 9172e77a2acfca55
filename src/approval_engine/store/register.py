"""
The register of exceptions: pages of them by where they stand, and what used one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    literal,
    not_,
    select,
    text,
    true,
    union_all,
)

from approval_engine.documents import canonical
from approval_engine.store import exceptions
from approval_engine.store.database import Transaction
from approval_engine.store.exceptions import ExceptionRow
from approval_engine.store.quotes import matches
from approval_engine.store.schema import ARCHIVED_EVENT, EVENT, EXCEPTION, WORKFLOW

SOON_DAYS = 14
"""So long before its last day an exception is said to expire soon."""


class Standing(StrEnum):
    """
    Where exceptions stand, as the register sorts them.
    """

    ACTIVE = "active"
    SOON = "soon"  # active, and ends within two weeks
    PENDING = "pending"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterFilter:
    """
    Which exceptions, on which day; `before` is the number the page before ended with.
    """

    today: date
    requested_by: str | None = None
    standing: Standing | None = None
    search: str = ""
    before: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """
    A workflow that used an exception.
    """

    workflow: str
    quote_id: str
    quote_revision: int
    status: str
    created_at: str


def page(
    transaction: Transaction, wanted: RegisterFilter, limit: int
) -> tuple[ExceptionRow, ...]:
    """
    The exceptions that fit, the newest first.
    """
    query = select(EXCEPTION).order_by(EXCEPTION.c.number.desc()).limit(limit)
    if wanted.search.strip():
        columns = (EXCEPTION.c.id, EXCEPTION.c.account, EXCEPTION.c.trigger_id)
        query = query.where(matches(wanted.search, *columns))
    if wanted.requested_by is not None:
        query = query.where(EXCEPTION.c.requested_by == wanted.requested_by)
    if wanted.standing is not None:
        query = query.where(_stands(wanted.standing, wanted.today))
    if wanted.before is not None:
        query = query.where(EXCEPTION.c.number < wanted.before)
    return exceptions.rows(transaction, query)


def uses(transaction: Transaction, row: ExceptionRow, limit: int) -> tuple[Use, ...]:
    """
    The workflows that used an exception, the newest first.
    """
    month = ARCHIVED_EVENT.c.month == WORKFLOW.c.archived_month
    found = union_all(_users(row, EVENT, true()), _users(row, ARCHIVED_EVENT, month))
    query = found.order_by(text("number DESC")).limit(limit)
    return tuple(map(_use, transaction.execute(query)))


def _users(row: ExceptionRow, log: Table, where: ColumnElement[bool]) -> Select[Any]:
    # The name stands in quotes in the list of those that the first event used.
    named = log.c.data.contains(canonical(row.id).decode(), autoescape=True)
    listed = log.c.data.contains('"exceptions":', autoescape=True)
    first = and_(log.c.workflow_id == WORKFLOW.c.id, log.c.seq == 1, where)
    return (
        select(WORKFLOW)
        .join(log, first)
        .where(WORKFLOW.c.account == row.account, listed, named)
    )


def _use(row: Row[Any]) -> Use:
    return Use(
        workflow=row.id,
        quote_id=row.quote_id,
        quote_revision=row.quote_revision,
        status=row.status,
        created_at=row.created_at,
    )


def _stands(standing: Standing, today: date) -> ColumnElement[bool]:
    """
    The same as `domain.exceptions.standing`, as the database can say it.
    """
    columns = EXCEPTION.c
    day = literal(today.isoformat())
    soon = literal((today + timedelta(days=SOON_DAYS)).isoformat())
    granted = columns.status == "active"
    over = and_(columns.ends_on.is_not(None), columns.ends_on < day)
    spent = and_(columns.uses.is_not(None), columns.used >= columns.uses)
    counts = and_(granted, not_(over), not_(spent))
    words: dict[Standing, ColumnElement[bool]] = {
        Standing.ACTIVE: counts,
        Standing.SOON: and_(counts, columns.ends_on <= soon),
        Standing.USED_UP: and_(granted, not_(over), spent),
        Standing.EXPIRED: and_(granted, over),
    }
    return words.get(standing, columns.status == str(standing))
