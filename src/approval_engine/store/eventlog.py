"""
The events of many reviews, a batch at a time, wherever they lie; without their data.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from approval_engine.store import archived
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EVENT

BATCH = 200
"""Of so many reviews the events are read at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """
    One event as far as an event log tells of it.
    """

    workflow: str
    seq: int
    task: str | None
    action: str
    actor: str
    on_behalf_of: str | None
    channel: str
    timestamp: str


_OF: Select[Any] = (
    select(
        *(EVENT.c.workflow_id, EVENT.c.seq, EVENT.c.task_id, EVENT.c.action),
        *(EVENT.c.actor, EVENT.c.on_behalf_of, EVENT.c.channel, EVENT.c.timestamp),
    )
    .where(EVENT.c.workflow_id.in_(bindparam("ids", expanding=True)))
    .order_by(EVENT.c.workflow_id, EVENT.c.seq)
)


def logs(
    transaction: Transaction, ids: Sequence[str]
) -> Iterator[tuple[str, tuple[Happened, ...]]]:
    """
    Each of these reviews with its events in order, in the order of the ids.

    Raises StorageError if a month of the archive is away in which there must be some.
    """
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        found: dict[str, list[Happened]] = {each: [] for each in some}
        for row in archived.events(transaction, some):
            found[row.workflow_id].append(_happened(row))
        for row in transaction.execute(_OF, {"ids": some}):
            found[row.workflow_id].append(_happened(row))
        yield from ((each, tuple(mine)) for each, mine in found.items())


def _happened(row: Row[Any]) -> Happened:
    return Happened(
        workflow=row.workflow_id,
        seq=row.seq,
        task=row.task_id,
        action=row.action,
        actor=row.actor,
        on_behalf_of=row.on_behalf_of,
        channel=row.channel,
        timestamp=row.timestamp,
    )
