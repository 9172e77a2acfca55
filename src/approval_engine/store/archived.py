"""
Logs that were put away, read where they lie.

Whoever reads a log asks the tables of every day first, and comes here for what is not
there. Rows move one way only, so nothing is overlooked by whoever asks in that order.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, Table, and_, bindparam, select, union_all
from sqlalchemy.sql.selectable import Subquery

from approval_engine.errors import StorageError
from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
    ARCHIVED,
    ARCHIVED_EVENT,
    ARCHIVED_ORIGIN,
    ARCHIVED_TEXT,
    EVENT,
    WORKFLOW,
)

_MONTHS = (
    select(WORKFLOW.c.archived_month)
    .where(
        WORKFLOW.c.id.in_(bindparam("ids", expanding=True)),
        WORKFLOW.c.archived_month.is_not(None),
    )
    .distinct()
)


def _of(table: Table) -> Select[Any]:
    # Named months are all that PostgreSQL opens of a table with years in it.
    return (
        select(table)
        .where(
            table.c.workflow_id.in_(bindparam("ids", expanding=True)),
            table.c.month.in_(bindparam("months", expanding=True)),
        )
        .order_by(table.c.workflow_id, table.c.seq)
    )


_EVENTS, _TEXTS, _ORIGINS = map(_of, (ARCHIVED_EVENT, ARCHIVED_TEXT, ARCHIVED_ORIGIN))


def events(transaction: Transaction, workflow_ids: Iterable[str]) -> Sequence[Row[Any]]:
    """
    The archived events of these workflows; of each in order.

    Raises StorageError if a month is away in which there must be some.
    """
    ids, months = _places(transaction, workflow_ids)
    rows = _rows(transaction, _EVENTS, ids, months)
    if away := sorted({*months} - {row.month for row in rows}):
        sentence = (
            f"The logs that were archived under {away[0]} are not there;"
            " attach that month to the archive again."
        )
        raise StorageError(sentence)
    return rows


def texts(transaction: Transaction, workflow_ids: Iterable[str]) -> Sequence[Row[Any]]:
    """
    What people wrote beside the archived events of these workflows; of each in order.
    """
    return _rows(transaction, _TEXTS, *_places(transaction, workflow_ids))


def origins(
    transaction: Transaction, workflow_ids: Iterable[str]
) -> Sequence[Row[Any]]:
    """
    From where the archived events of these workflows came; of each in order.
    """
    return _rows(transaction, _ORIGINS, *_places(transaction, workflow_ids))


def misplaced(transaction: Transaction) -> Iterator[tuple[str, str]]:
    """
    Table and event of each row that lies where its workflow does not say it does.
    """
    for table in ARCHIVED:
        home = and_(
            WORKFLOW.c.id == table.c.workflow_id,
            WORKFLOW.c.archived_month == table.c.month,
            WORKFLOW.c.archived_seq >= table.c.seq,
        )
        event = table.c.id if table is ARCHIVED_EVENT else table.c.event_id
        lost = select(event).outerjoin(WORKFLOW, home).where(WORKFLOW.c.id.is_(None))
        yield from ((table.name, each) for each in transaction.execute(lost).scalars())
    twice = (
        select(EVENT.c.id)
        .join(WORKFLOW, WORKFLOW.c.id == EVENT.c.workflow_id)
        .where(WORKFLOW.c.archived_seq >= EVENT.c.seq)
    )
    yield from ((EVENT.name, each) for each in transaction.execute(twice).scalars())


def every_event(*where: Any) -> Subquery:  # noqa: ANN401 conditions by their columns' names
    """
    The events of all logs, wherever they lie, with the columns of a log.

    For questions about all of them; about one workflow, `events` reads less.
    """
    names = [column.name for column in EVENT.columns]
    parts = (
        select(*(table.c[name] for name in names)).where(*where)
        for table in (EVENT, ARCHIVED_EVENT)
    )
    return union_all(*parts).subquery("every_event")


def _rows(
    transaction: Transaction, query: Select[Any], ids: list[str], months: list[str]
) -> Sequence[Row[Any]]:
    if not months:
        return ()
    return transaction.execute(query, {"ids": ids, "months": months}).all()


def _places(
    transaction: Transaction, workflow_ids: Iterable[str]
) -> tuple[list[str], list[str]]:
    """
    Those ids, and the months that their logs were put away under.
    """
    ids = list(workflow_ids)
    months = transaction.execute(_MONTHS, {"ids": ids}).scalars() if ids else ()
    return ids, list(months)
