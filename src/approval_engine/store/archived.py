"""
Logs that were put away, read where they lie.

Whoever reads a log asks the tables of every day first, and comes here for what is not
there. Rows move one way only, so nothing is overlooked by whoever asks in that order.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, select, union_all
from sqlalchemy.sql.selectable import Subquery

from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
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
    """
    return _rows(transaction, _EVENTS, workflow_ids)


def texts(transaction: Transaction, workflow_ids: Iterable[str]) -> Sequence[Row[Any]]:
    """
    What people wrote beside the archived events of these workflows; of each in order.
    """
    return _rows(transaction, _TEXTS, workflow_ids)


def origins(
    transaction: Transaction, workflow_ids: Iterable[str]
) -> Sequence[Row[Any]]:
    """
    From where the archived events of these workflows came; of each in order.
    """
    return _rows(transaction, _ORIGINS, workflow_ids)


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
    transaction: Transaction, query: Select[Any], workflow_ids: Iterable[str]
) -> Sequence[Row[Any]]:
    ids = list(workflow_ids)
    months = transaction.execute(_MONTHS, {"ids": ids}).scalars().all() if ids else ()
    if not months:
        return ()
    return transaction.execute(query, {"ids": ids, "months": list(months)}).all()
