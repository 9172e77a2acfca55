"""
The append-only log of every workflow, and the erasable texts beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select, union

from approval_engine.domain.events import Event
from approval_engine.store import archived, prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import ARCHIVED_EVENT, EVENT, EVENT_TEXT

_COLUMNS = tuple(Event.__slots__)
_OF = select(EVENT).where(EVENT.c.workflow_id == bindparam("id")).order_by(EVENT.c.seq)
_ONE = select(EVENT).where(EVENT.c.id == bindparam("id"))
_KEYED = select(EVENT).where(
    EVENT.c.workflow_id == bindparam("id"),
    EVENT.c.natural_key == bindparam("natural_key"),
)
_APPEND = prepared.insert(EVENT)
_ADD_TEXT = prepared.insert(EVENT_TEXT)
_TEXTS = (
    select(EVENT.c.seq, EVENT_TEXT.c.salt, EVENT_TEXT.c.body)
    .join(EVENT_TEXT, EVENT_TEXT.c.event_id == EVENT.c.id)
    .where(EVENT.c.workflow_id == bindparam("id"))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventText:
    """
    What somebody wrote, with the salt of its hash in the event.
    """

    event_id: str
    salt: str
    body: str


def append(
    transaction: Transaction, events: Iterable[Event], texts: Iterable[EventText] = ()
) -> None:
    """
    Add events at the end of their logs, and what people wrote.
    """
    rows = [{name: getattr(event, name) for name in _COLUMNS} for event in events]
    _APPEND.later(transaction, rows)
    words = [{name: getattr(t, name) for name in EventText.__slots__} for t in texts]
    _ADD_TEXT.later(transaction, words)


def of(transaction: Transaction, workflow_id: str) -> tuple[Event, ...]:
    """
    The log of one workflow in order; empty if there is no such workflow.
    """
    rows: Sequence[Row[Any]] = transaction.execute(_OF, {"id": workflow_id}).all()
    if not rows or rows[0].seq != 1:
        rows = (*archived.events(transaction, (workflow_id,)), *rows)
    return tuple(map(_event, rows))


def one(transaction: Transaction, event_id: str) -> Event | None:
    """
    The event of that id.
    """
    row = transaction.execute(_ONE, {"id": event_id}).one_or_none()
    if row is not None:
        return _event(row)
    # The id of an event begins with that of its workflow.
    log = archived.events(transaction, (event_id.rpartition(":")[0],))
    return next((_event(each) for each in log if each.id == event_id), None)


def keyed(transaction: Transaction, workflow_id: str, natural_key: str) -> Event | None:
    """
    The fact that was recorded in the workflow under that natural key; None if none was.

    It is asked of reviews that go on, of which nothing is archived.
    """
    known = {"id": workflow_id, "natural_key": natural_key}
    row = transaction.execute(_KEYED, known).one_or_none()
    return _event(row) if row is not None else None


def texts(transaction: Transaction, workflow_id: str) -> dict[int, EventText]:
    """
    What people wrote in one workflow, by event number; erased texts are missing.
    """
    rows = transaction.execute(_TEXTS, {"id": workflow_id}).all()
    return {
        row.seq: EventText(
            event_id=f"{workflow_id}:{row.seq}", salt=row.salt, body=row.body
        )
        for row in (*archived.texts(transaction, (workflow_id,)), *rows)
    }


def author_of_text(transaction: Transaction, workflow_id: str, seq: int) -> str | None:
    """
    Who wrote what stands beside that event; None if nothing does.
    """
    query = (
        select(EVENT.c.actor)
        .join(EVENT_TEXT, EVENT_TEXT.c.event_id == EVENT.c.id)
        .where(EVENT.c.workflow_id == workflow_id, EVENT.c.seq == seq)
    )
    found = transaction.execute(query).scalar_one_or_none()
    if found is not None or seq not in texts(transaction, workflow_id):
        return found
    event = one(transaction, f"{workflow_id}:{seq}")
    return event.actor if event is not None else None


def workflow_ids(transaction: Transaction) -> Iterator[str]:
    """
    Every workflow that has an event, in no order.
    """
    every = (select(table.c.workflow_id) for table in (EVENT, ARCHIVED_EVENT))
    yield from transaction.execute(union(*every)).scalars()


def _event(row: Row[Any]) -> Event:
    return Event(**{name: getattr(row, name) for name in _COLUMNS})
