"""
Exceptions around the commands: looked up for a submit, and settled by their workflow.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event, Fact
from approval_engine.domain.exceptions import PREFIX, Grant
from approval_engine.domain.lifecycle import (
    ExceptionMove,
    TaskStatus,
    move_exception,
)
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Workflow
from approval_engine.planner.roster import Roster
from approval_engine.planner.separation import excluded
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
"""What the end of its workflow makes of an exception."""

_OVERRIDES: Mapping[str, ExceptionMove] = {
    "approve": ExceptionMove.GRANT,
    "reject": ExceptionMove.REFUSE,
}
"""What an admin makes of it who ends the workflow in spite of its steps."""


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


def at_arms_length(
    exceptions: tuple[Grant, ...],
    quote: Quote,
    roster: Roster,
    authors: tuple[tuple[str, str], ...],
) -> tuple[Grant, ...]:
    """
    Whoever must not decide a quote cannot have granted what waives a trigger of it.
    """
    if not exceptions:
        return ()
    barred = dict(
        excluded(quote, roster.directory, roster.delegations, roster.at, authors)
    )
    reasons = {
        grant.id: f"'{person}' granted it: {barred[person]}"
        for grant in exceptions
        for person in grant.granted_by
        if person in barred
    }
    return tuple(replace(each, unfit=reasons.get(each.id)) for each in exceptions)


def recorded(evaluation: Evaluation) -> Mapping[str, object]:
    """
    What the first event says of exceptions: those that it uses, if any.
    """
    return {"exceptions": evaluation.waivers} if evaluation.waivers else {}


def move_by(event: Event) -> ExceptionMove | None:
    """
    What an event of its workflow makes of an exception; None if nothing.
    """
    if event.action != Fact.OVERRIDDEN:
        return SETTLES.get(event.action)
    data: Any = load(event.data.encode())
    return _OVERRIDES[data["decision"]]


def settle(
    transaction: Transaction, events: Iterable[Event], workflow: Workflow
) -> None:
    """
    Grant or refuse the exception whose own workflow ended with these events.
    """
    if not workflow.quote_id.startswith(PREFIX):
        return
    ends = [(move, event) for event in events if (move := move_by(event))]
    row = exceptions.lock_of_workflow(transaction, workflow.id) if ends else None
    if row is not None:
        move, end = ends[-1]
        status = move_exception(row.status, move, row.subject)
        exceptions.change(transaction, row.id, status, _granters(workflow, end))


def _granters(workflow: Workflow, end: Event) -> tuple[str, ...]:
    """
    Everybody by whose word it was granted, stand-ins and their principals alike.

    Above the steps that is the admin who overrode them, and who asked him to.
    """
    people = (
        person
        for task in workflow.tasks
        if task.status == TaskStatus.APPROVED
        for person in (task.closed_by, task.principal)
        if person
    )
    admins: tuple[str, ...] = ()
    if end.action == Fact.OVERRIDDEN:
        data: Any = load(end.data.encode())
        asked_by = data["requestedBy"]
        admins = (end.actor, asked_by) if asked_by else (end.actor,)
    return tuple(dict.fromkeys((*people, *admins)))
