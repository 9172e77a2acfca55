"""
The logs of reviews that have ended → the archive, a portion in each transaction.

The workflow and its tasks stay where they are: they are small, and they are what lists,
searches, locks and later revisions read. Their log is what grows.
"""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from approval_engine.errors import StorageError
from approval_engine.store.catalog import set_setting, setting
from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
    ARCHIVED,
    ARCHIVED_EVENT,
    ARCHIVED_ORIGIN,
    ARCHIVED_TEXT,
    EVENT,
    EVENT_ORIGIN,
    EVENT_TEXT,
    INCIDENT,
    OUTBOX,
    WORKFLOW,
)
from approval_engine.store.schema.workflows import NOT_PUT_AWAY
from approval_engine.store.upgrade import shut_out_older_programs

PORTION = 100
"""How many logs one transaction moves at most."""

SINCE = "0020"
"""The oldest schema whose programs look for a log in the archive."""

# Not among the days of what is deleted: programs of before would not know that kind.
_DAYS = "archive_days"
_ONE_AT_A_TIME = 20261126
_A_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_MONTH = func.coalesce(
    WORKFLOW.c.archived_month, func.substr(WORKFLOW.c.updated_at, 1, 7)
)
_HELD = exists().where(
    INCIDENT.c.workflow_id == WORKFLOW.c.id, INCIDENT.c.closed_at.is_(None)
)
_TOLD = exists().where(
    EVENT.c.workflow_id == WORKFLOW.c.id, OUTBOX.c.event_id == EVENT.c.id
)
# In the very words of the index, or no database uses it.
_ENDED = (
    text(NOT_PUT_AWAY),
    WORKFLOW.c.updated_at < bindparam("before"),
    # An approval that time will end has not ended.
    WORKFLOW.c.next_due_at.is_(None),
    ~_HELD,
)
_READY: Select[Any] = (
    select(WORKFLOW.c.id, _MONTH.label("month"))
    .where(*_ENDED, ~_TOLD)
    .order_by(WORKFLOW.c.updated_at, WORKFLOW.c.id)
    .limit(bindparam("limit"))
    # Whoever is busy with one keeps it; another archiver takes the next ones.
    .with_for_update(of=WORKFLOW, skip_locked=True)
)
_MARK = (
    update(WORKFLOW)
    .where(WORKFLOW.c.id.in_(bindparam("ids", expanding=True)))
    .values(archived_month=_MONTH, archived_seq=WORKFLOW.c.seq)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """
    How many logs went into the archive, and how many rows of each kind.
    """

    workflows: int = 0
    events: int = 0
    texts: int = 0
    origins: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        names = Moved.__slots__
        return Moved(**{n: getattr(self, n) + getattr(other, n) for n in names})


def move(transaction: Transaction, before: str) -> Moved:
    """
    Put away the next portion of what ended before that instant, if anything is left.
    """
    found = transaction.execute(_READY, {"before": before, "limit": PORTION}).all()
    if not found:
        return Moved()
    # From the first archived log on no program runs here that would not find it.
    shut_out_older_programs(transaction, SINCE)
    if transaction.dialect.name == "postgresql":
        _make_months(transaction, sorted({row.month for row in found}))
    ids = [row.id for row in found]
    transaction.execute(_MARK, {"ids": ids})
    mine = select(EVENT.c.id).where(EVENT.c.workflow_id.in_(ids))
    texts, origins = (
        _carry(transaction, *each, mine)
        for each in ((EVENT_TEXT, ARCHIVED_TEXT), (EVENT_ORIGIN, ARCHIVED_ORIGIN))
    )
    _copy(transaction, EVENT, ARCHIVED_EVENT, EVENT.c.workflow_id.in_(ids))
    gone = transaction.execute(delete(EVENT).where(EVENT.c.workflow_id.in_(ids)))
    return Moved(workflows=len(ids), events=gone.rowcount, texts=texts, origins=origins)


def waiting(transaction: Transaction, before: str) -> int:
    """
    How many reviews ended before that instant whose log is not put away.
    """
    query = select(func.count()).select_from(WORKFLOW).where(*_ENDED)
    return int(transaction.execute(query, {"before": before}).scalar_one())


def days(transaction: Transaction) -> int | None:
    """
    How many days after its end a review is put away; None is never.
    """
    kept = setting(transaction, _DAYS)
    return int(kept) if kept else None


def put_away_after(transaction: Transaction, number: int | None) -> None:
    """
    Put reviews away so many days after their end from now on.
    """
    set_setting(transaction, _DAYS, str(number or ""))


def _carry(
    transaction: Transaction, table: Table, archived: Table, events: Select[Any]
) -> int:
    """
    Move what stands beside these events; how many rows.
    """
    mine = table.c.event_id.in_(events)
    # Whoever erases one meanwhile must not find it gone here and not yet there.
    transaction.execute(select(table.c.event_id).where(mine).with_for_update())
    _copy(transaction, table, archived, mine)
    return transaction.execute(delete(table).where(mine)).rowcount


def _copy(
    transaction: Transaction, table: Table, archived: Table, mine: ColumnElement[bool]
) -> None:
    source = EVENT.join(WORKFLOW, WORKFLOW.c.id == EVENT.c.workflow_id)
    if table is not EVENT:
        source = source.join(table, table.c.event_id == EVENT.c.id)
    names = [each.name for each in archived.columns if each.name != "month"]
    columns = (table.c[n] if n in table.c else EVENT.c[n] for n in names)
    rows = select(WORKFLOW.c.archived_month, *columns).select_from(source).where(mine)
    transaction.execute(insert(archived).from_select(["month", *names], rows))


def _make_months(transaction: Transaction, months: list[str]) -> None:
    # Two archivers must not both make a month; neither keeps a reader waiting.
    lock = text("SELECT pg_advisory_xact_lock(:number)")
    transaction.execute(lock, {"number": _ONE_AT_A_TIME})
    for month in months:
        for table in ARCHIVED:
            _make_month(transaction, table.name, month)


def _make_month(transaction: Transaction, table: str, month: str) -> None:
    if not _A_MONTH.fullmatch(month):
        sentence = f"Expected a review to have ended in a month, but got '{month}'."
        raise StorageError(sentence)
    part = f"{table}_{month.replace('-', '_')}"
    there = select(func.to_regclass(part).is_not(None))
    if transaction.execute(there).scalar_one():
        return
    transaction.execute(text(f"CREATE TABLE {part} (LIKE {table} INCLUDING ALL)"))
    transaction.execute(
        text(f"ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES IN ('{month}')")
    )
    transaction.execute(
        text(
            f"CREATE TRIGGER {part}_no_truncate BEFORE TRUNCATE ON {part}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    )
