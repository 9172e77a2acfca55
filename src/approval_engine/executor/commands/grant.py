"""
Grant: a request for an exception → its document and the workflow that may grant it.

The request is submitted like a quote, so whoever asks for it can never decide it.
"""

from dataclasses import dataclass
from datetime import datetime

from approval_engine.documents import canonical, sha256
from approval_engine.domain.events import stamp
from approval_engine.domain.exceptions import PREFIX, Waives
from approval_engine.domain.lifecycle import ExceptionStatus, WorkflowStatus
from approval_engine.errors import InvalidInput, InvalidState
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.commands.beats import must_be_active
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.comments import comment_of
from approval_engine.executor.routed import day_of, policy_in_force
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.policy.granting import amounts, requested
from approval_engine.policy.model import Policy
from approval_engine.store import answers, catalog, exceptions, numbers
from approval_engine.store.catalog import Document
from approval_engine.store.database import Transaction
from approval_engine.store.exceptions import ExceptionRow
from approval_engine.store.quotes import row_of

_LONGEST_ACCOUNT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Plea:
    """
    What somebody wants for an account, and why.
    """

    account: str
    waives: Waives
    reason: str


@command("grant")
def grant(runtime: Runtime, plea: Plea, caller: Caller) -> tuple[str, Answer]:
    """
    Ask for an exception; its id, and the answer of the workflow that may grant it.

    Raises a Refused if the trigger cannot be waived or its bounds are open, and
    PlanError if nobody could approve all that they allow.
    """
    now = runtime.clock()
    _check(plea)
    key = key_of(caller, "grant", _told(plea))
    with runtime.database.begin() as transaction:
        if given := again(answers.find(transaction, key) if key else None):
            return _asked_in(transaction, given), given
        current = catalog.current(transaction)
        deed = f"ask for an exception for account '{plea.account}'"
        must_be_active(runtime, transaction, current, caller.actor, deed)
        policy = policy_in_force(runtime, transaction, current, now)
        body = _document(policy, plea, caller.actor, now)
        exception_id = _place(runtime, transaction, body, now)
        author = Caller(actor=caller.actor, channel=caller.channel)
        answer = submit(runtime, exception_id, author, within=transaction)
        if answer.status != WorkflowStatus.PENDING:
            sentence = (
                f"Expected somebody to grant '{exception_id}', but trigger"
                f" '{plea.waives.trigger}' asks nobody who could refuse it."
            )
            raise InvalidState(sentence)
        row = ExceptionRow(
            id=exception_id,
            account=plea.account,
            waives=plea.waives,
            used=0,
            status=ExceptionStatus.PENDING,
            requested_by=caller.actor,
            granted_by=(),
            workflow_id=answer.workflow,
            created_at=stamp(now),
        )
        exceptions.add(transaction, row)
        return exception_id, keep(transaction, key, answer, now)


def _told(plea: Plea) -> dict[str, object]:
    waives = plea.waives
    return {
        "account": plea.account,
        "trigger": waives.trigger,
        "within": waives.within,
        "until": waives.ends_on,
        "uses": waives.uses,
        "reason": plea.reason,
    }


def _asked_in(transaction: Transaction, answer: Answer) -> str:
    """
    The id of the exception that the workflow of an earlier answer was begun for.
    """
    row = exceptions.lock_of_workflow(transaction, answer.workflow)
    return row.id if row else ""


def _check(plea: Plea) -> None:
    if comment_of(plea.reason) is None:
        sentence = "Expected a reason for the exception, but it is missing."
        raise InvalidInput(sentence)
    check_account(plea.account)
    if (plea.waives.uses or 1) < 1:
        sentence = f"Expected at least one use, but got {plea.waives.uses}."
        raise InvalidInput(sentence)


def check_account(account: str) -> None:
    """
    Raises InvalidInput if no account can have this name.
    """
    fits = account.strip() and account.isprintable()
    if not fits or len(account) > _LONGEST_ACCOUNT:
        sentence = (
            "Expected the account of the exception as a text of one line, of at most"
            f" {_LONGEST_ACCOUNT} characters."
        )
        raise InvalidInput(sentence)


def _document(
    policy: Policy, plea: Plea, actor: str, now: datetime
) -> dict[str, object]:
    today, waives = day_of(policy, now), plea.waives
    if waives.ends_on is not None and waives.ends_on < today:
        sentence = f"Expected a last day from {today} on, but got {waives.ends_on}."
        raise InvalidInput(sentence)
    evaluation = requested(policy, waives, today)
    return {
        **amounts(evaluation.inputs),
        "revision": 1,
        "submittedBy": actor,
        "account": plea.account,
        "currency": policy.currency,
        "justification": comment_of(plea.reason),
        "lines": [],
        "exception": {
            "trigger": waives.trigger,
            "within": waives.within,
            "until": waives.ends_on,
            "uses": waives.uses,
        },
    }


def _place(
    runtime: Runtime, transaction: Transaction, value: dict[str, object], now: datetime
) -> str:
    """
    Store the request where quotes lie, under an id that no quote has.
    """
    exception_id = _free_id(transaction)
    body = canonical({**value, "id": exception_id})
    document = Document(sha256=sha256(body), kind="quote", body=body)
    catalog.put(transaction, [document])
    row = row_of(runtime.quote_of(document.sha256, body), document.sha256)
    catalog.add_quotes(transaction, [row], stamp(now))
    return exception_id


def _free_id(transaction: Transaction) -> str:
    while True:
        (number,) = numbers.take(transaction, exception=1)["exception"]
        exception_id = f"{PREFIX}{number}"
        # A quote may have been imported under such an id before there were exceptions.
        if catalog.quote(transaction, exception_id) is None:
            return exception_id
