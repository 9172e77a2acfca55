"""
What an answer sets in motion: seats nobody needs any more, the next steps, the end.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from approval_engine.definitions import ids
from approval_engine.documents import load
from approval_engine.domain.completion import Outcome
from approval_engine.domain.events import Fact, NewEvent, instant, stamp
from approval_engine.domain.exceptions import PREFIX
from approval_engine.domain.lifecycle import ANSWERED, TaskMove
from approval_engine.domain.timers import TimerKind
from approval_engine.domain.workflow import Task
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.executor.clocked import set_timers
from approval_engine.executor.notices import send
from approval_engine.executor.openings import Known, Openings, open_seats, timer_row
from approval_engine.executor.projection import ANSWERS, ENDINGS
from approval_engine.executor.recorder import SYSTEM, Recorder

BY_POLICY = "auto_approved_by_policy"
"""What the last event says where no rule asked anybody."""


def advance(recorder: Recorder, openings: Openings) -> None:
    """
    Record everything that follows from the last fact, up to the next wait or the end.
    """
    send(recorder, openings.members)
    close_beside(recorder)
    if recorder.workflow.ended:
        finish(recorder, TaskMove.DISPENSE)
        return
    position = recorder.position
    waiting = {(task.element, task.occurrence) for task in position.tasks}
    settled = [
        task
        for task in recorder.workflow.open_tasks
        if (task.element, task.occurrence) not in waiting
    ]
    close(recorder, settled, TaskMove.DISPENSE, "the step was decided without it")
    before = recorder.workflow.state
    opened = open_seats(recorder, openings)
    set_timers(recorder, openings.calendars)
    for task_id in opened:
        _answer(recorder, task_id, openings.known)
    if recorder.workflow.state != before:
        advance(recorder, openings)


def finish(recorder: Recorder, move: TaskMove) -> None:
    """
    Close what is still open with `move` and record how the workflow ended.

    Raises EngineError if it ended without a verdict: then nothing is decided.
    """
    close_all(recorder, move)
    workflow = recorder.workflow
    facts = {verdict: Fact(fact) for fact, (_, verdict) in ENDINGS.items()}
    if workflow.verdict not in facts:
        sentence = f"The engine ended {workflow.subject} at '{workflow.ended}'."
        raise EngineError(sentence)
    approved = workflow.verdict == "approved"
    if approved:
        _must_be_satisfied(recorder)
    recorder.note(facts[workflow.verdict], _grounds(recorder) if approved else {})


def _must_be_satisfied(recorder: Recorder) -> None:
    """
    Raise EngineError unless every step of the policy was decided, with a yes.

    No drawing can approve what the decisions do not, however it came to its end.
    """
    workflow, pinned = recorder.workflow, recorder.pinned
    said = engine.names(pinned.definition, workflow.state)
    for step in pinned.plan.approvals:
        outcome = said.get(ids.outcome(step.id))
        if step.required and outcome != Outcome.APPROVED:
            word = f"is {outcome}" if outcome else "has no outcome"
            sentence = (
                f"Expected every step of {workflow.subject} to be approved, but the"
                f" process ended at '{workflow.ended}' while step '{step.id}' {word}."
            )
            raise EngineError(sentence)


def approval(recorder: Recorder) -> dict[str, object]:
    """
    What is approved, and how long that is good: the same whoever approves it.
    """
    fingerprint = recorder.workflow.fingerprint
    found = {"fingerprint": fingerprint} if fingerprint else {}
    return {**found, **_validity(recorder)}


def _grounds(recorder: Recorder) -> dict[str, object]:
    """
    What was approved, and by the policy alone if no step was asked.
    """
    workflow, found = recorder.workflow, approval(recorder)
    if recorder.pinned.plan.approvals:
        return found
    policy, version = workflow.policy, workflow.policy_version
    return {**found, "by": BY_POLICY, "policy": policy, "policyVersion": version}


def close_all(recorder: Recorder, move: TaskMove) -> None:
    """
    Close what is still open, because the workflow ended.
    """
    close(recorder, recorder.workflow.open_tasks, move, "the workflow ended")


def close_beside(recorder: Recorder) -> None:
    """
    Close the tasks that shared a seat with one that was answered.

    Who was asked first was overtaken by whoever was asked beside him, or the other way.
    """
    workflow = recorder.workflow
    answered = {_place(task): task for task in workflow.tasks if _has_answer(task)}
    for task in workflow.open_tasks:
        if other := answered.get(_place(task)):
            overtaken = task.escalation_level < other.escalation_level
            move = TaskMove.MOVE_ON if overtaken else TaskMove.DISPENSE
            close(recorder, (task,), move, f"task {other.id} answered for its seat")


def _place(task: Task) -> tuple[str, int, int]:
    return task.element, task.occurrence, task.seat


def _has_answer(task: Task) -> bool:
    return task.status in ANSWERED


def _validity(recorder: Recorder) -> dict[str, object]:
    """
    Until when the approval is good and what will tell, if it is one that ends.
    """
    validity = recorder.pinned.validity
    workflow = recorder.workflow
    # An exception has a last day of its own.
    endless = validity is None or workflow.quote_id.startswith(PREFIX)
    if validity is None or endless:
        return {}
    given = _given_at(recorder)
    ends_at, told_at = validity.ends_at(given), validity.told_at(given)
    timers = [timer_row("expiry:end", TimerKind.EXPIRY, stamp(ends_at))]
    if told_at is not None:
        timers.append(timer_row("expiry:notice", TimerKind.EXPIRING, stamp(told_at)))
    return {"validUntil": stamp(ends_at), "timers": timers}


def _given_at(recorder: Recorder) -> datetime:
    """
    When the last decision was made on which the approval rests.

    Where all of it was approved before, that is the last of those approvals.
    """
    begins = recorder.before.seq == recorder.events[0].seq
    carried = [e for e in recorder.events if e.action == Fact.TASK_CARRIED]
    told: list[Any] = [load(event.data.encode()) for event in carried if begins]
    times = [data["at"] for data in told]
    return instant(max(times)) if times else recorder.at


def close(
    recorder: Recorder, tasks: Iterable[Task], move: TaskMove, because: str
) -> None:
    """
    Close tasks that nobody needs any more, and say why.
    """
    first = recorder.events[0] if recorder.events else None
    decided = first is not None and first.action in ANSWERS
    by = {"decidedBy": first.task_id} if first and decided else {}
    for task in tasks:
        data = {"move": str(move), "because": because, **by}
        recorder.note(Fact.TASK_CLOSED, data, task.id)


def _answer(recorder: Recorder, task_id: str, known: Known) -> None:
    task = recorder.workflow.task(task_id)
    waiting = {(each.element, each.occurrence) for each in recorder.position.tasks}
    # Another seat may have decided the step a moment ago.
    if task is None or (task.element, task.occurrence) not in waiting:
        return
    if (data := known(recorder, task)) is not None:
        recorder.record(
            NewEvent(
                action=Fact.TASK_CARRIED,
                actor=SYSTEM,
                channel=recorder.channel,
                task_id=task_id,
                data=data,
                natural_key=f"decided:{task_id}",
            )
        )
