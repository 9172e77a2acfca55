"""
Rows of exceptions: what was asked for, whether it counts, and how often it was used.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update

from approval_engine.documents import canonical, load
from approval_engine.domain.exceptions import Grant, Waives
from approval_engine.domain.lifecycle import ExceptionStatus
from approval_engine.store import prepared
from approval_engine.store.archived import every_event
from approval_engine.store.database import Transaction
from approval_engine.store.schema import EXCEPTION


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionRow:
    """
    One exception and the workflow that was to grant it.
    """

    id: str
    account: str
    waives: Waives
    used: int
    status: ExceptionStatus
    requested_by: str
    granted_by: tuple[str, ...]
    workflow_id: str
    created_at: str
    told_at: str | None = None

    @property
    def subject(self) -> str:
        """
        How a sentence names it.
        """
        return f"exception '{self.id}'"

    def grant(self) -> Grant:
        """
        What a quote is judged by.
        """
        return Grant(
            id=self.id,
            account=self.account,
            waives=self.waives,
            used=self.used,
            granted_by=self.granted_by,
        )


_ALL = select(EXCEPTION).order_by(EXCEPTION.c.number)
_ONE = _ALL.where(EXCEPTION.c.id == bindparam("the_id"))
_OF_WORKFLOW = _ALL.where(EXCEPTION.c.workflow_id == bindparam("the_workflow"))
_COUNTING = _ALL.where(
    EXCEPTION.c.account == bindparam("the_account"), EXCEPTION.c.status == "active"
)
# Two submits must not both spend the last use, and no submit one that is being ended.
_LOCK_COUNTING = _COUNTING.with_for_update()
# What an end and a last decision make of it must not cross.
_LOCK_OF_WORKFLOW = _OF_WORKFLOW.with_for_update()
_UNTOLD = _ALL.where(
    EXCEPTION.c.status == "active",
    EXCEPTION.c.told_at.is_(None),
    EXCEPTION.c.ends_on <= bindparam("the_day"),
)
_USE = prepared.change(
    update(EXCEPTION)
    .where(EXCEPTION.c.id == bindparam("the_id"))
    .values(used=EXCEPTION.c.used + 1)
)
_CHANGE = (
    update(EXCEPTION)
    .where(EXCEPTION.c.id == bindparam("the_id"))
    .values(status=bindparam("the_status"), granted_by=bindparam("the_people"))
)
_TELL = (
    update(EXCEPTION)
    .where(EXCEPTION.c.id == bindparam("the_id"))
    .values(told_at=bindparam("the_time"))
)


def add(transaction: Transaction, row: ExceptionRow) -> None:
    """
    Record an exception; its id must be new.
    """
    waives = row.waives
    transaction.execute(
        EXCEPTION.insert().values(
            id=row.id,
            number=int(row.id.rpartition("-")[2]),
            account=row.account,
            trigger_id=waives.trigger,
            within=waives.within,
            ends_on=waives.ends_on.isoformat() if waives.ends_on else None,
            uses=waives.uses,
            used=row.used,
            status=str(row.status),
            requested_by=row.requested_by,
            granted_by=canonical(row.granted_by).decode(),
            workflow_id=row.workflow_id,
            created_at=row.created_at,
        )
    )


def read(transaction: Transaction, exception_id: str) -> ExceptionRow | None:
    """
    The exception of that id.
    """
    return next(_rows(transaction, _ONE, the_id=exception_id), None)


def lock_of_workflow(transaction: Transaction, workflow_id: str) -> ExceptionRow | None:
    """
    The exception of a workflow, while nobody else may change it; None if it has none.
    """
    found = _rows(transaction, _LOCK_OF_WORKFLOW, the_workflow=workflow_id)
    return next(found, None)


def counting(transaction: Transaction, account: str) -> tuple[ExceptionRow, ...]:
    """
    The active exceptions of an account, oldest first.
    """
    return tuple(_rows(transaction, _COUNTING, the_account=account))


def accounts(transaction: Transaction) -> frozenset[str]:
    """
    The accounts that have active exceptions.
    """
    query = select(EXCEPTION.c.account).where(EXCEPTION.c.status == "active")
    return frozenset(row.account for row in transaction.execute(query.distinct()))


def lock_counting(transaction: Transaction, account: str) -> tuple[ExceptionRow, ...]:
    """
    Like `counting`, while nobody else may use or end them.
    """
    return tuple(_rows(transaction, _LOCK_COUNTING, the_account=account))


def listed(
    transaction: Transaction, account: str | None = None
) -> tuple[ExceptionRow, ...]:
    """
    Every exception, or every one of an account, oldest first.
    """
    query = _ALL if account is None else _ALL.where(EXCEPTION.c.account == account)
    return tuple(_rows(transaction, query))


def rows(transaction: Transaction, query: Select[Any]) -> tuple[ExceptionRow, ...]:
    """
    The exceptions that a query of their table finds, in its order.
    """
    return tuple(_rows(transaction, query))


def untold(transaction: Transaction, ending_by: date) -> tuple[ExceptionRow, ...]:
    """
    The active exceptions that end by that day and whose owner does not know it yet.
    """
    return tuple(_rows(transaction, _UNTOLD, the_day=ending_by.isoformat()))


def use(transaction: Transaction, exception_ids: Iterable[str]) -> None:
    """
    Count a use of each, which this transaction has locked.
    """
    _USE.later(transaction, [{"the_id": each} for each in exception_ids])


def change(
    transaction: Transaction,
    exception_id: str,
    status: ExceptionStatus,
    granted_by: tuple[str, ...],
) -> None:
    """
    Give an exception its new status, and the people who granted it.
    """
    people = canonical(granted_by).decode()
    values = {"the_status": str(status), "the_people": people}
    transaction.execute(_CHANGE, {"the_id": exception_id, **values})


def tell(transaction: Transaction, exception_id: str, at: str) -> None:
    """
    Note that its owner was told.
    """
    transaction.execute(_TELL, {"the_id": exception_id, "the_time": at})


def submits(transaction: Transaction) -> Iterator[str]:
    """
    The data of every first event that names exceptions, for whoever counts again.
    """
    every = every_event()
    named = every.c.data.contains('"exceptions":', autoescape=True)
    query = select(every.c.data).where(every.c.seq == 1, named)
    yield from transaction.execute(query).scalars()


def _rows(
    transaction: Transaction, query: Select[Any], **values: str
) -> Iterator[ExceptionRow]:
    return map(_row, transaction.execute(query, values).all())


def _row(row: Row[Any]) -> ExceptionRow:
    people: Any = load(row.granted_by.encode())
    return ExceptionRow(
        id=row.id,
        account=row.account,
        waives=Waives(
            trigger=row.trigger_id,
            within=row.within,
            ends_on=date.fromisoformat(row.ends_on) if row.ends_on else None,
            uses=row.uses,
        ),
        used=row.used,
        status=ExceptionStatus(row.status),
        requested_by=row.requested_by,
        granted_by=tuple(people),
        workflow_id=row.workflow_id,
        created_at=row.created_at,
        told_at=row.told_at,
    )
