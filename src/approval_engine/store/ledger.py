"""
The logs of many workflows, read in order and a few hundred at a time.

Whoever checks a hundred thousand workflows holds no more of them than one batch.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import bindparam, select, union

from approval_engine.domain.events import Event
from approval_engine.store import archived
from approval_engine.store.database import Transaction
from approval_engine.store.schema import ARCHIVED_EVENT, EVENT, EVENT_TEXT, WORKFLOW

AT_ONCE = 500
"""How many workflows one question is about."""

_COLUMNS = tuple(Event.__slots__)
_HEADS = select(WORKFLOW.c.id, WORKFLOW.c.seq, WORKFLOW.c.head).order_by(
    WORKFLOW.c.number, WORKFLOW.c.id
)
_LOGS = (
    select(*(EVENT.c[name] for name in _COLUMNS))
    .where(EVENT.c.workflow_id.in_(bindparam("ids", expanding=True)))
    .order_by(EVENT.c.workflow_id, EVENT.c.seq)
)
_TEXTS = (
    select(EVENT.c.workflow_id, EVENT.c.seq, EVENT_TEXT.c.salt, EVENT_TEXT.c.body)
    .join(EVENT_TEXT, EVENT_TEXT.c.event_id == EVENT.c.id)
    .where(EVENT.c.workflow_id.in_(bindparam("ids", expanding=True)))
)
# Ids are not asked for: whoever changed one would hide the event behind it.
_HASHES = select(EVENT.c.workflow_id, EVENT.c.seq, EVENT.c.hash).where(
    EVENT.c.workflow_id.in_(bindparam("ids", expanding=True)),
    EVENT.c.seq.in_(bindparam("numbers", expanding=True)),
)
_THERE = select(WORKFLOW.c.id).where(
    WORKFLOW.c.id.in_(bindparam("ids", expanding=True))
)
_STRAYS = union(
    *(
        select(table.c.workflow_id).where(
            table.c.workflow_id.not_in(select(WORKFLOW.c.id))
        )
        for table in (EVENT, ARCHIVED_EVENT)
    )
).order_by("workflow_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """
    The end of a log: the number and the hash of its last event.
    """

    workflow: str
    seq: int
    hash: str


def heads(transaction: Transaction) -> Iterator[tuple[Head, ...]]:
    """
    What the rows of workflows say of the end of their logs, oldest first, in batches.
    """
    query = _HEADS.execution_options(yield_per=AT_ONCE)
    for rows in transaction.execute(query).partitions():
        yield tuple(Head(workflow=r.id, seq=r.seq, hash=r.head) for r in rows)


def every_head(transaction: Transaction) -> tuple[Head, ...]:
    """
    The heads of all workflows at once.
    """
    return tuple(chain.from_iterable(heads(transaction)))


def logs(
    transaction: Transaction, workflow_ids: Iterable[str]
) -> Mapping[str, list[Event]]:
    """
    The events of each of these workflows, in order; an empty list where there is none.
    """
    found: dict[str, list[Event]] = {each: [] for each in workflow_ids}
    for row in transaction.execute(_LOGS, {"ids": list(found)}):
        # Half of the time that a mapping of the row takes, for a million of them.
        event = Event(**dict(zip(_COLUMNS, row, strict=True)))
        found[event.workflow_id].append(event)
    begun = (each for each, log in found.items() if not log or log[0].seq != 1)
    for row in reversed(archived.events(transaction, begun)):
        event = Event(**{name: getattr(row, name) for name in _COLUMNS})
        found[event.workflow_id].insert(0, event)
    return found


def texts(
    transaction: Transaction, workflow_ids: Iterable[str]
) -> Mapping[str, dict[int, tuple[str, str]]]:
    """
    Salt and body of what people wrote in each of these workflows, by event number.
    """
    found: dict[str, dict[int, tuple[str, str]]] = {each: {} for each in workflow_ids}
    rows = transaction.execute(_TEXTS, {"ids": list(found)}).all()
    for row in (*archived.texts(transaction, found), *rows):
        found[row.workflow_id][row.seq] = (row.salt, row.body)
    return found


def hashes(
    transaction: Transaction, places: Iterable[Head]
) -> Mapping[tuple[str, int], str]:
    """
    The hash at each of these places, and at some others; what is not there lacks.
    """
    places = tuple(places)
    wanted = {
        "ids": [each.workflow for each in places],
        "numbers": sorted({each.seq for each in places}),
    }
    rows = transaction.execute(_HASHES, wanted)
    found = {(row.workflow_id, row.seq): row.hash for row in rows}
    gone = {each.workflow for each in places if (each.workflow, each.seq) not in found}
    put_away = archived.events(transaction, gone)
    return {(row.workflow_id, row.seq): row.hash for row in put_away} | found


def there(transaction: Transaction, workflow_ids: Iterable[str]) -> frozenset[str]:
    """
    Those of these ids that have a row.
    """
    return frozenset(transaction.execute(_THERE, {"ids": list(workflow_ids)}).scalars())


def strays(transaction: Transaction) -> tuple[str, ...]:
    """
    The workflows that have events but no row.
    """
    return tuple(transaction.execute(_STRAYS).scalars())
