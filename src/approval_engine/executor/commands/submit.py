"""
Submit: a quote revision → a workflow that asks everybody the policy names, or nobody.
"""

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Attempt, Workflow
from approval_engine.errors import Forbidden, InvalidState, NotFound
from approval_engine.executor import waivers
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.commands.beats import must_be_active
from approval_engine.executor.commands.starting import (
    Predecessor,
    Start,
    begin,
    predecessor,
)
from approval_engine.executor.fallback import route_submitted
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.routed import Routed
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.store import sight, workflows
from approval_engine.store.catalog import Current, QuoteRow
from approval_engine.store.database import Transaction

if TYPE_CHECKING:
    from approval_engine.executor.shadow import Beside

AGAIN = frozenset({WorkflowStatus.RECALLED, WorkflowStatus.EXPIRED})
"""After these the same revision may be submitted once more."""

FINAL_NO = frozenset({WorkflowStatus.REJECTED, WorkflowStatus.RETURNED})
"""After these a new revision is needed."""


@command("submit")
def submit(
    runtime: Runtime,
    quote_id: str,
    caller: Caller,
    revision: int | None = None,
    within: Transaction | None = None,
) -> Answer:
    """
    Start the workflow of a quote revision, the newest if none is named.

    Submitting it again answers with the workflow that is there; a newer revision takes
    the place of an older one. Raises a Refused, or a DefinitionError if the quote, the
    policy and the directory allow no plan.

    `within` is the transaction of a command that submits as a part of what it does.
    """
    now = runtime.clock()
    key = key_of(caller, "submit", {"quote": quote_id, "revision": revision})
    with (
        # What is within another command is rolled back there, and nothing held before.
        nullcontext() if within else held_on_failure(runtime),
        nullcontext(within) if within else runtime.database.begin() as transaction,
    ):
        locked, rows = sight.of_quote(transaction, quote_id, revision, key)
        row, document = _found(locked, quote_id, revision)
        seen = sight.seen(rows, key)
        if answer := again(seen.answer):
            return answer
        quote = runtime.quote_of(row.sha256, document)
        _must_be_theirs(quote, caller.actor)
        deed = f"submit quote '{row.id}'"
        must_be_active(runtime, transaction, seen.current, caller.actor, deed)
        attempts = workflows.attempts_of(seen)
        if answer := _standing(row, attempts):
            return keep(transaction, key, answer, now)
        _must_be_asked_once(quote, attempts)
        before = _predecessor(runtime, transaction, attempts, now)
        # A clock that was set back must not put what is carried into the future.
        now = max(now, before.workflow.updated_at) if before else now
        current = waivers.looked_up(transaction, row, seen)
        current = replace(current, attempts=attempts)
        routed = route_submitted(runtime, transaction, row, current, now)
        beside = _beside(runtime, transaction, (row, quote), current, routed)
        start = Start(caller=caller, attempt=_number(row, attempts), before=before)
        workflow = begin(runtime, transaction, current, routed, start)
        _note(transaction, beside, workflow)
        answer = Answer.of(workflow, steps=workflow.steps)
        return keep(transaction, key, answer, now)


def _beside(
    runtime: Runtime,
    transaction: Transaction,
    asked: tuple[QuoteRow, Quote],
    current: Current,
    routed: Routed,
) -> "Beside | None":
    if routed.canary is None:
        return None
    # Where no canary runs nobody needs any of this.
    from approval_engine.executor.shadow import beside

    return beside(runtime, transaction, asked, current, routed)


def _note(transaction: Transaction, found: "Beside | None", workflow: Workflow) -> None:
    if found is not None:
        from approval_engine.executor.shadow import note

        note(transaction, found, workflow)


def _found(
    locked: tuple[QuoteRow, bytes] | None, quote_id: str, revision: int | None
) -> tuple[QuoteRow, bytes]:
    if locked is None:
        which = f" revision {revision}" if revision else ""
        sentence = f"There is no quote '{quote_id}'{which}."
        raise NotFound(sentence)
    return locked


def _standing(row: QuoteRow, attempts: tuple[Attempt, ...]) -> Answer | None:
    what = f"Expected to submit quote '{row.id}' revision {row.revision}, but workflow"
    mine = [attempt for attempt in attempts if attempt.revision == row.revision]
    if not mine or mine[-1].status in AGAIN:
        _must_be_newest(row, attempts, what)
        return None
    last = mine[-1]
    if last.status in FINAL_NO:
        sentence = f"{what} '{last.id}' was {last.status}; make a new revision."
        raise InvalidState(sentence)
    return Answer(
        workflow=last.id, status=last.status, result="duplicate", steps=last.steps
    )


def _must_be_newest(row: QuoteRow, attempts: tuple[Attempt, ...], what: str) -> None:
    newer = [each for each in attempts if each.revision > row.revision]
    if newer and newer[-1].status not in AGAIN:
        last = newer[-1]
        sentence = f"{what} '{last.id}' of revision {last.revision} is {last.status}."
        raise InvalidState(sentence)


def _must_be_theirs(quote: Quote, actor: str) -> None:
    if actor not in {quote.submitted_by, quote.owner}:
        sentence = (
            f"Expected to submit quote '{quote.id}', but it belongs to"
            f" '{quote.submitted_by}', not to '{actor}'."
        )
        raise Forbidden(sentence)


def _predecessor(
    runtime: Runtime,
    transaction: Transaction,
    attempts: tuple[Attempt, ...],
    now: datetime,
) -> Predecessor | None:
    """
    The last workflow of the quote, unless it was withdrawn or its time is over.
    """
    if not attempts or attempts[-1].status in AGAIN:
        return None
    found = predecessor(runtime, transaction, attempts[-1].id, now)
    # Somebody may have withdrawn it while its lock was waited for.
    return None if found.workflow.status in AGAIN else found


def _number(row: QuoteRow, attempts: tuple[Attempt, ...]) -> int:
    return sum(attempt.revision == row.revision for attempt in attempts) + 1


def _must_be_asked_once(quote: Quote, attempts: tuple[Attempt, ...]) -> None:
    if quote.waives is not None and attempts:
        sentence = (
            f"Expected to submit '{quote.id}', but an exception is asked for once;"
            " run 'cpq exception grant' again."
        )
        raise InvalidState(sentence)
