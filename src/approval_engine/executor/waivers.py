"""
Exceptions around the commands: looked up for a submit, and settled by their workflow.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact
from approval_engine.domain.exceptions import PREFIX
from approval_engine.domain.lifecycle import (
    ExceptionMove,
    TaskStatus,
    move_exception,
)
from approval_engine.domain.workflow import Workflow
from approval_engine.policy.evaluation import Evaluation
from approval_engine.store import exceptions
from approval_engine.store.catalog import Current, QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.exceptions import ExceptionRow
from approval_engine.store.sight import Sight

SETTLES: Mapping[str, ExceptionMove] = {
    Fact.WORKFLOW_APPROVED: ExceptionMove.GRANT,
    Fact.WORKFLOW_REJECTED: ExceptionMove.REFUSE,
    Fact.WORKFLOW_RETURNED: ExceptionMove.REFUSE,
    Fact.RECALLED: ExceptionMove.REFUSE,
}
"""What the end of its workflow makes of an exception, where it says so by its name."""

OVERRIDES = {"approve": ExceptionMove.GRANT, "reject": ExceptionMove.REFUSE}
"""What an admin's decision makes of it."""


def settled_by(event: Event) -> ExceptionMove | None:
    """
    What an event of its workflow makes of an exception, if it ends that.
    """
    if event.action == Fact.OVERRIDDEN:
        return OVERRIDES[_data(event)["decision"]]
    return SETTLES.get(event.action)


def looked_up(transaction: Transaction, row: QuoteRow, seen: Sight) -> Current:
    """
    What a submit is decided under, with the exceptions of the account under lock.

    Most accounts have none, and then nothing is asked.
    """
    if not seen.has_exceptions:
        return seen.current
    return under_lock(transaction, seen.current, row.account)


def under_lock(transaction: Transaction, current: Current, account: str) -> Current:
    """
    What is current, with the exceptions of an account that nobody else can use now.
    """
    return _with(current, exceptions.lock_counting(transaction, account))


def beside(transaction: Transaction, current: Current, account: str) -> Current:
    """
    What is current, with the exceptions of an account as they stand.
    """
    return _with(current, exceptions.counting(transaction, account))


def _with(current: Current, found: Iterable[ExceptionRow]) -> Current:
    return replace(current, exceptions=tuple(each.grant() for each in found))


def recorded(evaluation: Evaluation) -> Mapping[str, object]:
    """
    What the first event says of exceptions: those that it uses, if any.
    """
    return {"exceptions": evaluation.waivers} if evaluation.waivers else {}


def settle(
    transaction: Transaction, events: Iterable[Event], workflow: Workflow
) -> None:
    """
    Grant or refuse the exception whose own workflow ended with these events.
    """
    if not workflow.quote_id.startswith(PREFIX):
        return
    ends = [each for each in events if settled_by(each)]
    move = settled_by(ends[-1]) if ends else None
    row = exceptions.lock_of_workflow(transaction, workflow.id) if move else None
    if move and row is not None:
        status = move_exception(row.status, move, row.subject)
        granters = _granters(workflow, ends[-1])
        exceptions.change(transaction, row.id, status, granters)


def _data(event: Event) -> dict[str, Any]:
    data: Any = load(event.data.encode())
    return dict(data)


def _granters(workflow: Workflow, end: Event) -> tuple[str, ...]:
    """
    Everybody by whose word it was granted, stand-ins and their principals alike.
    """
    if end.action == Fact.OVERRIDDEN:
        both = (end.actor, _data(end)["requestedBy"])
        return tuple(person for person in both if person)
    people = (
        person
        for task in workflow.tasks
        if task.status == TaskStatus.APPROVED
        for person in (task.closed_by, task.principal)
        if person
    )
    return tuple(dict.fromkeys(people))
