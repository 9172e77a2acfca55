"""
Submit: a quote revision → a workflow that asks everybody the policy names, or nobody.
"""

from approval_engine.definitions.render import render
from approval_engine.documents import sha256
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.quote import Quote
from approval_engine.domain.workflow import Evidence
from approval_engine.errors import Forbidden, InvalidState, NotFound
from approval_engine.executor import engine, evidence
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.commands.beats import Desk, must_be_active, store
from approval_engine.executor.follow_up import advance, seats_to_open
from approval_engine.executor.projection import Pinned
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.routed import Routed, route_quote
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.advice import Informed
from approval_engine.store import catalog, sight, workflows
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.workflows import Attempt

AGAIN = frozenset({WorkflowStatus.RECALLED, WorkflowStatus.EXPIRED})
"""After these the same revision may be submitted once more."""

FINAL_NO = frozenset({WorkflowStatus.REJECTED, WorkflowStatus.RETURNED})
"""After these a new revision is needed."""


def submit(
    runtime: Runtime, quote_id: str, caller: Caller, revision: int | None = None
) -> Answer:
    """
    Start the workflow of a quote revision, the newest if none is named.

    Submitting it again answers with the workflow that is there. Raises a Refused, or a
    DefinitionError if the quote, the policy and the directory allow no plan.
    """
    now = runtime.clock()
    key = key_of(caller, "submit", {"quote": quote_id, "revision": revision})
    with runtime.database.begin() as transaction:
        row = _lock(transaction, quote_id, revision)
        seen = sight.of_quote(transaction, row.id, key)
        if answer := again(seen.answer):
            return answer
        _must_be_theirs(runtime.quote(transaction, row.sha256), caller.actor)
        deed = f"submit quote '{row.id}'"
        must_be_active(runtime, transaction, seen.current, caller.actor, deed)
        attempts = workflows.attempts_of(seen)
        if answer := _standing(row, attempts):
            return keep(transaction, key, answer, now)
        routed = route_quote(runtime, transaction, row, seen.current, now)
        xml = render(routed.plan)
        added = evidence.documents(routed, xml)
        catalog.put(transaction, added)
        hashes = evidence.evidence_of(routed, added)
        # Whoever decides first in this process need not read the plan back.
        runtime.keep(hashes.plan, routed.plan)
        desk = Desk(
            runtime=runtime,
            transaction=transaction,
            now=now,
            current=seen.current,
            policy=routed.policy,
            pinned=_pinned(routed, xml),
        )
        first = _submitted(routed, hashes, caller, attempts)
        recorder = _begin(desk, first, routed.informed)
        workflow = store(transaction, recorder)
        answer = Answer.of(workflow, steps=workflow.steps)
        return keep(transaction, key, answer, now)


def _lock(transaction: Transaction, quote_id: str, revision: int | None) -> QuoteRow:
    row = catalog.lock_quote(transaction, quote_id, revision)
    if row is None:
        which = f" revision {revision}" if revision else ""
        sentence = f"There is no quote '{quote_id}'{which}."
        raise NotFound(sentence)
    return row


def _standing(row: QuoteRow, attempts: tuple[Attempt, ...]) -> Answer | None:
    what = f"Expected to submit quote '{row.id}' revision {row.revision}, but workflow"
    for attempt in attempts:
        pending = attempt.status == WorkflowStatus.PENDING
        if pending and attempt.revision != row.revision:
            revision = f"revision {attempt.revision}"
            sentence = (
                f"{what} '{attempt.id}' of {revision} is pending; recall it first."
            )
            raise InvalidState(sentence)
    mine = [attempt for attempt in attempts if attempt.revision == row.revision]
    if not mine or mine[-1].status in AGAIN:
        return None
    last = mine[-1]
    if last.status in FINAL_NO:
        sentence = f"{what} '{last.id}' was {last.status}; make a new revision."
        raise InvalidState(sentence)
    return Answer(
        workflow=last.id, status=last.status, result="duplicate", steps=last.steps
    )


def _must_be_theirs(quote: Quote, actor: str) -> None:
    if actor not in {quote.submitted_by, quote.owner}:
        sentence = (
            f"Expected to submit quote '{quote.id}', but it belongs to"
            f" '{quote.submitted_by}', not to '{actor}'."
        )
        raise Forbidden(sentence)


def _pinned(routed: Routed, xml: bytes) -> Pinned:
    definition = engine.definition(sha256(xml), lambda _: xml)
    return Pinned(definition=definition, plan=routed.plan)


def _submitted(
    routed: Routed, hashes: Evidence, caller: Caller, attempts: tuple[Attempt, ...]
) -> NewEvent:
    quote = routed.quote
    before = [each for each in attempts if each.revision == quote.revision]
    return NewEvent(
        action=Fact.SUBMITTED,
        actor=caller.actor,
        channel=caller.channel,
        data={
            "quoteId": quote.id,
            "quoteRevision": quote.revision,
            "attempt": len(before) + 1,
            "account": quote.account,
            "submittedBy": quote.submitted_by,
            "owner": quote.owner,
            "policy": routed.policy.name,
            "policyVersion": routed.policy.version,
            "evidence": {name: getattr(hashes, name) for name in Evidence.__slots__},
        },
    )


def _begin(desk: Desk, first: NewEvent, informed: tuple[Informed, ...]) -> Recorder:
    count = seats_to_open(desk.pinned)
    numbers = catalog.take_numbers(desk.transaction, workflow=1, task=count)
    task_ids = tuple(f"T-{number}" for number in numbers["task"])
    workflow_id = f"WF-{numbers['workflow'][0]}"
    recorder = Recorder.begin(workflow_id, first, desk.pinned, desk.now)
    plan = desk.pinned.plan
    steps = [step.id for step in plan.steps]
    recorder.note(Fact.PLANNED, {"process": plan.process, "steps": steps})
    for each in informed:
        data = {"role": each.role, "people": each.people, "because": each.because}
        recorder.note(Fact.INFORMED, data)
    advance(recorder, desk.calendar, lambda _: task_ids)
    return recorder
