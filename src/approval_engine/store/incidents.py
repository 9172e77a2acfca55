"""
Open and closed incidents: what broke, in which workflow, since when.
"""

from dataclasses import dataclass, fields

from sqlalchemy import select, update

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


def listed(transaction: Transaction, *, closed: bool) -> tuple[Incident, ...]:
    """
    The open incidents, with `closed` all of them, oldest first.
    """
    columns = [INCIDENT.c[each.name] for each in fields(Incident)]
    query = select(*columns).order_by(INCIDENT.c.opened_at, INCIDENT.c.id)
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


def close(transaction: Transaction, incident_id: str, by: str, at: str) -> bool:
    """
    Let the workflow go on, as a person says; whether the incident was open.
    """
    changed = transaction.execute(
        update(INCIDENT)
        .where(INCIDENT.c.id == incident_id, INCIDENT.c.closed_at.is_(None))
        .values(closed_at=at, closed_by=by)
    )
    return bool(changed.rowcount)
