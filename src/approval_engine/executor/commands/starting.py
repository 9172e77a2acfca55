"""
A routed quote → the workflow that reviews it, in the place of an earlier one, if any.

Submit and replan both begin here; what people decided before is carried over as far as
it stands, and the earlier workflow ends in the same transaction.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from approval_engine.definitions.render import render
from approval_engine.domain.events import Fact, NewEvent
from approval_engine.domain.lifecycle import TaskMove, WorkflowStatus
from approval_engine.domain.workflow import Evidence, Task, Workflow
from approval_engine.executor import engine, evidence, waivers
from approval_engine.executor.added import Added, added_in
from approval_engine.executor.answer import Caller
from approval_engine.executor.beside import run_on
from approval_engine.executor.carrying import Carrier, asked_again
from approval_engine.executor.commands.beats import Desk, lock, open_desk, store
from approval_engine.executor.commands.weighing import REVISION, weighed
from approval_engine.executor.decisions import Decided, decisions
from approval_engine.executor.follow_up import advance, close_all
from approval_engine.executor.incident import naming
from approval_engine.executor.judging import fingerprint_of, judged_as, remember
from approval_engine.executor.listed import listed
from approval_engine.executor.openings import Openings, TakeTaskIds, seats_to_open
from approval_engine.executor.projection import Pinned
from approval_engine.executor.recorder import Clock, Recorder
from approval_engine.executor.repeats import Repeats
from approval_engine.executor.routed import Routed, day_of, validity_of
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.stand_ins import pass_on_added
from approval_engine.policy.changes import Judged
from approval_engine.store import catalog, events, exceptions, numbers
from approval_engine.store.catalog import Current
from approval_engine.store.database import Transaction

if TYPE_CHECKING:
    from approval_engine.executor.deployed import Drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class Predecessor:
    """
    The workflow whose place is taken, under its lock, and what was decided in it.

    `added` are those whom its approvers wanted asked besides.
    """

    desk: Desk
    workflow: Workflow
    decided: tuple[Decided, ...]
    added: Added


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """
    Who starts a workflow and which attempt it is; in whose place, and why.
    """

    caller: Caller
    attempt: int
    before: Predecessor | None = None
    because: str = REVISION


def predecessor(
    runtime: Runtime, transaction: Transaction, workflow_id: str, now: datetime
) -> Predecessor:
    """
    The earlier workflow of a quote whose lock is held already.

    Raises Quarantined while an incident holds it, Unreadable if it is broken.
    """
    with naming(workflow_id):
        return _predecessor(runtime, transaction, workflow_id, now)


def _predecessor(
    runtime: Runtime, transaction: Transaction, workflow_id: str, now: datetime
) -> Predecessor:
    # Always the quote first, then one workflow: nobody who holds a workflow ever asks
    # for a quote, so an approval and an edit wait for each other but never in a circle.
    found = lock(transaction, workflow_id, None)
    desk = open_desk(runtime, transaction, found, now)
    workflow = found.workflow
    on = day_of(desk.policy, workflow.created_at).isoformat()
    log = events.of(transaction, workflow_id)
    return Predecessor(
        desk=desk,
        workflow=workflow,
        decided=decisions(workflow, desk.pinned.plan, on, log),
        added=added_in(workflow, log),
    )


def begin(
    runtime: Runtime,
    transaction: Transaction,
    current: Current,
    routed: Routed,
    start: Start,
) -> Workflow:
    """
    Start the workflow and end the one before it; both are stored.
    """
    xml = drawn_as(routed)
    added = evidence.documents(routed, xml)
    hashes = evidence.evidence_of(routed, added)
    # Whoever decides first in this process need not read them back.
    runtime.keep(hashes.plan, routed.plan)
    runtime.keep(hashes.evaluation, routed.evaluation.terms)
    judged = Judged(
        policy=routed.policy, quote=routed.quote, evaluation=routed.evaluation
    )
    on = day_of(routed.policy, routed.at)
    remember(runtime, judged_as(hashes), on, judged)
    desk = Desk(
        runtime=runtime,
        transaction=transaction,
        now=routed.at,
        current=current,
        policy=routed.policy,
        pinned=_pinned(routed, runtime.drawn(transaction, xml, hashes.definition)),
    )
    first = _submitted(judged, fingerprint_of(runtime, judged), hashes, start)
    if routed.canary is not None and routed.canary.canary.routes:
        said = routed.canary.recorded()
        first = replace(first, data={**first.data, "canary": said})
    recorder = _begun(desk, routed, first, start)
    catalog.put(transaction, added)
    if start.before:
        _end(start.before, recorder.workflow.id, start)
    workflow = store(transaction, recorder, listed=listed(routed.evaluation))
    exceptions.use(transaction, routed.evaluation.waivers)
    return workflow


def drawn_as(routed: Routed) -> bytes:
    """
    The definition that the workflow of a routed quote runs on.
    """
    return routed.drawn.xml if routed.drawn else render(routed.plan)


def _pinned(routed: Routed, definition: engine.Definition) -> Pinned:
    validity = validity_of(routed.policy)
    inputs = routed.evaluation.inputs
    facts = inputs if definition.reads else engine.NO_VALUES
    return Pinned(
        definition=definition, plan=routed.plan, validity=validity, facts=facts
    )


def _submitted(
    judged: Judged, fingerprint: str, hashes: Evidence, start: Start
) -> NewEvent:
    quote, policy = judged.quote, judged.policy
    data: dict[str, object] = {
        "quoteId": quote.id,
        "quoteRevision": quote.revision,
        "attempt": start.attempt,
        "account": quote.account,
        "submittedBy": quote.submitted_by,
        "owner": quote.owner,
        "policy": policy.name,
        "policyVersion": policy.version,
        "evidence": {name: getattr(hashes, name) for name in Evidence.__slots__},
        "fingerprint": fingerprint,
        **waivers.recorded(judged.evaluation),
    }
    if start.before:
        data["supersedes"] = start.before.workflow.id
        data["because"] = start.because
    return NewEvent(
        action=Fact.SUBMITTED,
        actor=start.caller.actor,
        channel=start.caller.channel,
        data=data,
    )


def _begun(desk: Desk, routed: Routed, first: NewEvent, start: Start) -> Recorder:
    count = seats_to_open(desk.pinned)
    taken = numbers.take(desk.transaction, workflow=1, task=count)
    task_ids = tuple(f"T-{number}" for number in taken["task"])
    workflow_id = f"WF-{taken['workflow'][0]}"
    recorder = Recorder.begin(workflow_id, first, desk.pinned, desk.now)
    plan = routed.plan
    steps = [step.id for step in plan.approvals]
    planned: dict[str, object] = {"process": plan.process, "steps": steps}
    if drawn := routed.drawn:
        planned |= _deployed(drawn)
    if start.before is None:
        recorder.note(Fact.PLANNED, planned)
        _inform(recorder, routed)
        ways = Openings(
            calendars=desk.calendar, take=_taking(desk, task_ids), members=desk.members
        )
        advance(recorder, ways)
        return recorder
    found = weighed(desk, recorder.workflow, start.before.decided, start.because)
    if again := asked_again(found):
        planned["askedAgain"] = again
    if added := start.before.added:
        planned["added"] = added
    recorder.note(Fact.PLANNED, planned)
    _inform(recorder, routed)
    recorder.clocks = _clocks(start.before, recorder.workflow)
    people = desk.people(recorder.workflow)
    carrier = Carrier(found, people)
    repeats = Repeats(policy=desk.policy, plan=plan, people=people.of, log=tuple)

    def known(recorder: Recorder, task: Task) -> dict[str, object] | None:
        answer = carrier.answer(recorder, task) or repeats.answer(recorder, task)
        return dict(answer) if answer else None

    take = _taking(desk, task_ids)
    ways = Openings(
        calendars=desk.calendar,
        take=take,
        known=known,
        added=lambda: added,
        members=desk.members,
    )
    advance(recorder, ways)
    pass_on_added(people.of(recorder.workflow), recorder)
    return recorder


def _deployed(drawn: "Drawn") -> dict[str, object]:
    """
    Which version the workflow runs on, and which newer one does not serve its plan.
    """
    found: dict[str, object] = {}
    if drawn.version:
        found["processVersion"] = drawn.version.version
    if drawn.passed_over:
        found["processFallback"] = drawn.passed_over.version
    return found


def _inform(recorder: Recorder, routed: Routed) -> None:
    for each in routed.informed:
        data = {"role": each.role, "people": each.people, "because": each.because}
        recorder.note(Fact.INFORMED, data)


def _clocks(before: Predecessor, after: Workflow) -> dict[str, Clock]:
    """
    The clocks of open steps, which a revision of which nothing can matter keeps.

    A question ends with the revision it was asked of, so its clock runs on from now.
    """
    workflow = before.workflow
    same = workflow.fingerprint == after.fingerprint
    if not same or workflow.evidence.policy != after.evidence.policy:
        return {}
    steps = dict.fromkeys(task.step for task in workflow.open_tasks)
    return {step: _clock(before.desk, workflow, step) for step in steps}


def _clock(desk: Desk, workflow: Workflow, step: str) -> Clock:
    calendar = desk.calendar(desk.pinned.step(step).calendar)
    timers, tasks = run_on(workflow, step, calendar, desk.now)
    # Who was asked first waits longest; whoever was added came later.
    return Clock(due_at=min(tasks.values()), timers=timers)


def _taking(desk: Desk, first: tuple[str, ...]) -> TakeTaskIds:
    """
    The numbers that were taken with that of the workflow, then fresh ones.
    """
    left = [first]

    def take(count: int) -> tuple[str, ...]:
        return left.pop() if left else desk.take_task_ids(count)

    return take


def _end(before: Predecessor, successor: str, start: Start) -> None:
    if before.workflow.status not in {WorkflowStatus.PENDING, WorkflowStatus.APPROVED}:
        # A no stands as it was said; only the new workflow knows whom it follows.
        return
    author = (start.caller.actor, start.caller.channel)
    desk = before.desk
    recorder = Recorder(before.workflow, desk.pinned, desk.now, author)
    close_all(recorder, TaskMove.CANCEL)
    recorder.note(Fact.SUPERSEDED, {"by": successor, "because": start.because})
    store(desk.transaction, recorder)
