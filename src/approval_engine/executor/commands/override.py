"""
Override: an admin ends a review in spite of its steps, above a limit only with another.

He decides in his own name, so no task counts as answered by it. The other one may also
refuse: the review goes on then.
"""

import secrets
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from approval_engine.documents import load, sha256
from approval_engine.domain.actions import (
    OverrideRequest,
    Surroundings,
    refuse_override,
)
from approval_engine.domain.actions import override as judged
from approval_engine.domain.events import Event, Fact, NewEvent
from approval_engine.domain.lifecycle import TaskMove
from approval_engine.errors import NotFound, Quarantined
from approval_engine.executor.answer import Answer, Caller, again, keep, key_of
from approval_engine.executor.commands.beats import Desk, lock, open_desk, store
from approval_engine.executor.comments import comment_of, salted
from approval_engine.executor.eligibility import Eligibility, eligibility
from approval_engine.executor.follow_up import approval, close
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.presence import (
    must_be_fresh_to_override,
    record_origin,
    worth,
)
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.store import catalog, events, workflows
from approval_engine.store.database import Transaction
from approval_engine.store.events import EventText

SAYS = {
    Fact.OVERRIDE_REQUESTED: "request-override",
    Fact.OVERRIDE_REFUSED: "refuse-override",
    Fact.OVERRIDDEN: "override",
}
"""The action of the answer, by the fact that was recorded."""


APPROVES = "approve"
"""The decision after which a quote may be booked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """
    What an admin decides, approve or reject, and why.

    `limit` is what a quote may be worth for one admin alone; None is nothing.
    """

    workflow: str
    decision: str
    comment: str
    limit: Decimal | None = None


@command("override")
def override(runtime: Runtime, wish: Override, caller: Caller) -> Answer:
    """
    End the review, or record that it is asked for until another admin says the same.

    Saying the same again is a duplicate. Raises a Refused.
    """
    now = runtime.clock()
    comment = comment_of(wish.comment)
    body = {name: getattr(wish, name) for name in ("workflow", "decision", "comment")}
    key = key_of(caller, "override", body)
    with (
        held_on_failure(runtime, wish.workflow),
        runtime.database.begin() as transaction,
    ):
        found = lock(transaction, wish.workflow, key)
        if answer := again(found.answer):
            return answer
        said = _said(events.of(transaction, wish.workflow), wish)
        if said and said.actor == caller.actor:
            action = SAYS[Fact(said.action)]
            answer = Answer.of(found.workflow, result="duplicate", action=action)
            return keep(transaction, key, answer, now)
        desk = open_desk(runtime, transaction, found, now)
        people = desk.people(found.workflow)
        must_be_fresh_to_override(runtime.step_up, people, caller, now)
        salt = secrets.token_hex(16)
        written = salted(salt, comment) if comment else None
        request = _request(wish, caller, people, said, written)
        fact = judged(found.workflow, request, _around(people))
        recorder = _record(desk, people, fact)
        text = EventText(event_id=recorder.events[-1].id, salt=salt, body=comment or "")
        after = store(transaction, recorder, [text])
        record_origin(transaction, recorder.events[-1], caller)
        answer = Answer.of(after, action=SAYS[fact.action])
        return keep(transaction, key, answer, now)


def rehearse(
    runtime: Runtime, transaction: Transaction, wish: Override, actor: str
) -> NewEvent:
    """
    The fact that `override` would record now; nothing is. Raises the same Refused.
    """
    found = workflows.read(transaction, wish.workflow)
    if found is None:
        raise NotFound(f"There is no workflow '{wish.workflow}'.")
    workflow, incident = found
    if incident:
        raise Quarantined(f"The {workflow.subject} is held by incident '{incident}'.")
    current, now = catalog.current(transaction), runtime.clock()
    people = eligibility(runtime, transaction, workflow, current, now)
    said = _said(events.of(transaction, wish.workflow), wish)
    caller = Caller(actor=actor, channel="web", key=None)
    request = _request(wish, caller, people, said, sha256(b""))
    return judged(workflow, request, _around(people))


@command("refuse_override")
def refuse(
    runtime: Runtime, workflow_id: str, reason: str | None, caller: Caller
) -> Answer:
    """
    Say no to the override that was asked for last; saying it again is a duplicate.

    Raises a Refused.
    """
    now = runtime.clock()
    comment = comment_of(reason)
    body = {"workflow": workflow_id, "comment": reason}
    key = key_of(caller, SAYS[Fact.OVERRIDE_REFUSED], body)
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = lock(transaction, workflow_id, key)
        if answer := again(found.answer):
            return answer
        last = _last(events.of(transaction, workflow_id))
        action = SAYS[Fact.OVERRIDE_REFUSED]
        if last and last.action == Fact.OVERRIDE_REFUSED and last.actor == caller.actor:
            answer = Answer.of(found.workflow, result="duplicate", action=action)
            return keep(transaction, key, answer, now)
        desk = open_desk(runtime, transaction, found, now)
        people = desk.people(found.workflow)
        asked = last if last and last.action == Fact.OVERRIDE_REQUESTED else None
        salt = secrets.token_hex(16)
        request = OverrideRequest(
            decision=_decision(asked) if asked else APPROVES,
            actor=caller.actor,
            channel=caller.channel,
            comment_sha256=salted(salt, comment) if comment else None,
            asked_by=asked.actor if asked else None,
        )
        fact = refuse_override(found.workflow, request, _around(people))
        recorder = _record(desk, people, fact)
        text = EventText(event_id=recorder.events[-1].id, salt=salt, body=comment or "")
        after = store(transaction, recorder, [text])
        return keep(transaction, key, Answer.of(after, action=action), now)


def _request(
    wish: Override,
    caller: Caller,
    people: Eligibility,
    said: Event | None,
    written: str | None,
) -> OverrideRequest:
    return OverrideRequest(
        decision=wish.decision,
        actor=caller.actor,
        channel=caller.channel,
        comment_sha256=written,
        asked_by=said.actor if said else None,
        alone=_is_small(people, wish.limit),
    )


def _said(log: tuple[Event, ...], wish: Override) -> Event | None:
    """
    The last override that was asked for or applied, if it was the same decision.

    One that was refused counts as never asked for.
    """
    last = _last(log)
    if last is None or last.action == Fact.OVERRIDE_REFUSED:
        return None
    return last if _decision(last) == wish.decision else None


def _last(log: tuple[Event, ...]) -> Event | None:
    found = [event for event in log if event.action in SAYS]
    return found[-1] if found else None


def _decision(event: Event) -> str:
    data: Any = load(event.data.encode())
    return str(data["decision"])


def _is_small(people: Eligibility, limit: Decimal | None) -> bool:
    amount = worth(people)
    # What nobody knows the worth of is not small.
    return limit is not None and amount is not None and amount <= limit


def _around(people: Eligibility) -> Surroundings:
    return Surroundings(directory=people.directory, excluded=people.case.barred)


def _record(desk: Desk, people: Eligibility, fact: NewEvent) -> Recorder:
    workflow = people.workflow
    recorder = Recorder(workflow, desk.pinned, desk.now, (fact.actor, fact.channel))
    if fact.action == Fact.OVERRIDDEN:
        because = "an admin overrode the review"
        close(recorder, workflow.open_tasks, TaskMove.CANCEL, because)
        if fact.data["decision"] == APPROVES:
            fact = replace(fact, data={**fact.data, **approval(recorder)})
    recorder.record(fact)
    return recorder
