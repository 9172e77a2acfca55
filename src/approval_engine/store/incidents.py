"""
Open and closed incidents: what broke, in which workflow, since when.
"""

from dataclasses import dataclass, fields

from sqlalchemy import select, tuple_, update

from approval_engine.store import numbers
from approval_engine.store.database import Transaction
from approval_engine.store.schema import INCIDENT


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """
    One incident; it holds its workflow until it is closed.
    """

    id: str
    workflow_id: str
    kind: str
    detail: str
    opened_at: str
    closed_at: str | None
    closed_by: str | None
    note: str | None = None


_COLUMNS = [INCIDENT.c[each.name] for each in fields(Incident)]


def listed(transaction: Transaction, *, closed: bool) -> tuple[Incident, ...]:
    """
    The open incidents, with `closed` all of them, oldest first.
    """
    query = select(*_COLUMNS).order_by(INCIDENT.c.opened_at, INCIDENT.c.id)
    if not closed:
        query = query.where(INCIDENT.c.closed_at.is_(None))
    return tuple(Incident(**row) for row in transaction.execute(query).mappings())


def add(
    transaction: Transaction, workflow_id: str, kind: str, detail: str, at: str
) -> str:
    """
    Hold a workflow by a new incident; the incident that holds it already stays the one.
    """
    held = transaction.execute(
        select(INCIDENT.c.id).where(
            INCIDENT.c.workflow_id == workflow_id, INCIDENT.c.closed_at.is_(None)
        )
    ).scalar()
    if held:
        return str(held)
    number = numbers.take(transaction, incident=1)["incident"][0]
    incident_id = f"IN-{number}"
    transaction.execute(
        INCIDENT.insert().values(
            id=incident_id,
            workflow_id=workflow_id,
            kind=kind,
            detail=detail,
            opened_at=at,
        )
    )
    return incident_id


def one(transaction: Transaction, incident_id: str) -> Incident | None:
    """
    The incident of that id, open or closed.
    """
    query = select(*_COLUMNS).where(INCIDENT.c.id == incident_id)
    row = transaction.execute(query).mappings().one_or_none()
    return Incident(**row) if row is not None else None


def latest(
    transaction: Transaction, before: tuple[str, str] | None, limit: int
) -> tuple[Incident, ...]:
    """
    Closed incidents, the newest first; `before` is where the page before ended.
    """
    place = tuple_(INCIDENT.c.opened_at, INCIDENT.c.id)
    query = (
        select(*_COLUMNS)
        .where(INCIDENT.c.closed_at.is_not(None))
        .order_by(INCIDENT.c.opened_at.desc(), INCIDENT.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(place < tuple_(*before))
    return tuple(Incident(**row) for row in transaction.execute(query).mappings())


def close(
    transaction: Transaction,
    incident_id: str,
    by: str,
    at: str,
    note: str | None = None,
) -> bool:
    """
    Let the workflow go on, as a person says; whether the incident was open.
    """
    changed = transaction.execute(
        update(INCIDENT)
        .where(INCIDENT.c.id == incident_id, INCIDENT.c.closed_at.is_(None))
        .values(closed_at=at, closed_by=by, note=note)
    )
    return bool(changed.rowcount)
