"""
Where a person stands in the tables beside his id, and how that is taken out of them.

What is found by his id is deleted; what is found by his names is deleted, changed, or
told of: a chained event cannot be changed.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    delete,
    null,
    or_,
    select,
    update,
)

from approval_engine.errors import StorageError
from approval_engine.store.archived import every_event
from approval_engine.store.database import Database, Transaction
from approval_engine.store.schema import (
    API_TOKEN,
    ARCHIVED_ORIGIN,
    ARCHIVED_TEXT,
    ATTACHMENT,
    CANARY,
    CREDENTIAL,
    DELEGATION,
    DOCUMENT,
    EVENT_ORIGIN,
    EVENT_TEXT,
    IDEMPOTENCY,
    IDENTITY,
    INCIDENT,
    MAIL_LINK,
    METADATA,
    OUTBOX,
    OUTBOX_FAILURE,
    POLICY,
    REPLY,
    SAVED_VIEW,
    SESSION,
    WORKFLOW,
)

Counts = dict[str, int]
"""How many rows were deleted or changed, by table."""

# Rows that are about one person alone, by the column that names him.
_HIS = (
    (CREDENTIAL, "user_id"),
    (SESSION, "user_id"),
    (IDENTITY, "user_id"),
    (SAVED_VIEW, "person"),
    (MAIL_LINK, "person"),
    (IDEMPOTENCY, "actor"),
    (REPLY, "actor"),
)
# Rows that may be lost if they name him: nothing but convenience rests on them.
_PASSING = ((OUTBOX_FAILURE, "detail"), (REPLY, "body"))
# Texts in which his name may be exchanged for his id.
_CHANGEABLE = (
    (INCIDENT, "detail"),
    (INCIDENT, "note"),
    (POLICY, "comment"),
    (CANARY, "comment"),
    (ATTACHMENT, "name"),
)
# What stands beside events, also of those that were put away.
_TEXTS = (EVENT_TEXT, ARCHIVED_TEXT)
_ORIGINS = (EVENT_ORIGIN, ARCHIVED_ORIGIN)
_ERASABLE_KINDS = ("directory", "quote")


def delete_by_id(transaction: Transaction, person: str, at: str) -> Counts:
    """
    Delete what is about him alone: log-ins, links, answers, words, where he came from.
    """
    counts: Counts = {}
    for table, column in _HIS:
        gone = transaction.execute(delete(table).where(table.c[column] == person))
        counts[table.name] = gone.rowcount
    every = every_event()
    mine = select(every.c.id).where(every.c.actor == person)
    for table, archived in (_TEXTS, _ORIGINS):
        counts[table.name] = _delete_beside(transaction, (table, archived), mine)
    his_notes = and_(INCIDENT.c.closed_by == person, INCIDENT.c.note.is_not(None))
    notes = update(INCIDENT).where(his_notes).values(note=null())
    counts[INCIDENT.name] = transaction.execute(notes).rowcount
    tokens = update(API_TOKEN).where(
        API_TOKEN.c.user_id == person,
        API_TOKEN.c.expires_at.is_(None) | (API_TOKEN.c.expires_at > at),
    )
    counts[API_TOKEN.name] = transaction.execute(tokens.values(expires_at=at)).rowcount
    waits = and_(OUTBOX.c.recipient == person, OUTBOX.c.status.in_(("waiting", "dead")))
    unsent = update(OUTBOX).where(waits)
    unsent = unsent.values(status="cancelled", next_attempt_at=null())
    counts[OUTBOX.name] = transaction.execute(unsent).rowcount
    return counts


def change_by_name(
    transaction: Transaction, marks: re.Pattern[str], person: str
) -> Counts:
    """
    Delete or change what names him in texts that nothing is proved by.
    """
    counts: Counter[str] = Counter()
    for table, column in _PASSING:
        for key in _keys(transaction, table, column, marks):
            transaction.execute(delete(table).where(_is(table, key)))
            counts[table.name] += 1
    for table, column in _CHANGEABLE:
        for key, value in _hits(transaction, table, column, marks):
            new = {column: marks.sub(person, value)}
            transaction.execute(update(table).where(_is(table, key)).values(new))
            counts[table.name] += 1
    return counts


def mentions(transaction: Transaction, marks: re.Pattern[str]) -> tuple[str, ...]:
    """
    The events beside which somebody else wrote his name.
    """
    # What is put away meanwhile is found twice, and not missed.
    found: set[str] = set()
    for table in _TEXTS:
        query = select(table.c.event_id, table.c.body)
        rows = transaction.execute(query.execution_options(yield_per=500))
        found.update(row.event_id for row in rows if marks.search(row.body))
    return tuple(sorted(found))


def delete_texts(transaction: Transaction, event_ids: Iterable[str]) -> int:
    """
    Delete what stands beside these events; how many texts there were.
    """
    return _delete_beside(transaction, _TEXTS, tuple(event_ids))


def documents(transaction: Transaction) -> Iterator[tuple[str, str, bytes]]:
    """
    Hash, kind and body of every document that persons may be erased from.
    """
    query = select(DOCUMENT).where(DOCUMENT.c.kind.in_(_ERASABLE_KINDS))
    for row in transaction.execute(query.execution_options(yield_per=500)):
        yield row.sha256, row.kind, bytes(row.body)


def rewrite(transaction: Transaction, bodies: Mapping[str, bytes]) -> None:
    """
    Give documents other bytes under the hash by which they are known.
    """
    for digest, body in bodies.items():
        mine = DOCUMENT.c.sha256 == digest
        transaction.execute(update(DOCUMENT).where(mine).values(body=body))


def busy_with(transaction: Transaction, person: str, at: str) -> tuple[str, ...]:
    """
    Reviews of his quotes that are pending, and windows of his that are not over.
    """
    his = or_(WORKFLOW.c.submitted_by == person, WORKFLOW.c.owner == person)
    reviews = select(WORKFLOW.c.id).where(WORKFLOW.c.status == "pending", his)
    named = or_(DELEGATION.c.principal == person, DELEGATION.c.delegate == person)
    runs = and_(DELEGATION.c.ends_at > at, DELEGATION.c.ended_at.is_(None), named)
    windows = select(DELEGATION.c.id).where(runs)
    return tuple(
        each
        for query in (reviews, windows)
        for each in sorted(transaction.execute(query).scalars())
    )


def remains(transaction: Transaction, marks: re.Pattern[str]) -> Counts:
    """
    In how many values of each column of every table his names still stand.
    """
    counts: Counter[str] = Counter()
    for table in METADATA.sorted_tables:
        rows = transaction.execute(select(table).execution_options(yield_per=500))
        for row in rows.mappings():
            for column, value in row.items():
                if marks.search(_readable(value)):
                    counts[f"{table.name}.{column}"] += 1
    return dict(sorted(counts.items()))


def forget_pages(database: Database) -> None:
    """
    Let SQLite write its file anew, so that nothing stands in pages it does not use.

    PostgreSQL does so with `VACUUM FULL`, which stops everybody meanwhile. Raises
    StorageError if somebody else keeps the file busy.
    """
    if not database.is_sqlite:
        return
    raw = database.engine.raw_connection()
    try:
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            raw.driver_connection.execute(statement).fetchall()  # type: ignore[union-attr] # SQLite's own
    except sqlite3.OperationalError as error:
        sentence = (
            f"It is erased, but the file could not be written anew: {error}."
            " Do the same again once nobody writes."
        )
        raise StorageError(sentence) from error
    finally:
        raw.close()


def _delete_beside(
    transaction: Transaction,
    tables: tuple[Table, Table],
    events: Select[Any] | tuple[str, ...],
) -> int:
    # The table of every day first: what is put away meanwhile is found in the archive.
    return sum(
        transaction.execute(delete(table).where(table.c.event_id.in_(events))).rowcount
        for table in tables
    )


def _readable(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else ""


def _keys(
    transaction: Transaction, table: Table, column: str, marks: re.Pattern[str]
) -> list[dict[str, str]]:
    return [key for key, _ in _hits(transaction, table, column, marks)]


def _hits(
    transaction: Transaction, table: Table, column: str, marks: re.Pattern[str]
) -> list[tuple[dict[str, str], str]]:
    keys = [each.name for each in table.primary_key]
    query = select(*table.primary_key, table.c[column].label("_value"))
    rows = transaction.execute(query.where(table.c[column].is_not(None))).mappings()
    return [
        ({name: row[name] for name in keys}, row["_value"])
        for row in rows
        if marks.search(row["_value"])
    ]


def _is(table: Table, key: Mapping[str, str]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))
