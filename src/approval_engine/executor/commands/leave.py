"""
Leave: a person is no longer available, so others are asked for what he left open.

The submitter's new manager comes first, where he was asked as the manager; then his
stand-in, his colleagues, the next authority. Where nobody is left the task stays as it
is: that he left never decides anything.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from approval_engine.domain.delegation import acting_for
from approval_engine.domain.events import Fact
from approval_engine.domain.rights import Right, people_with
from approval_engine.domain.seats import taken
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Refused
from approval_engine.escalations.ladder import climb, rungs
from approval_engine.executor.answer import Caller
from approval_engine.executor.beside import resume_clocks
from approval_engine.executor.commands.beats import lock, open_desk, store
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.stand_ins import move_of
from approval_engine.executor.traced import command
from approval_engine.planner.fitness import MANAGER
from approval_engine.store import events, workload
from approval_engine.store.database import Transaction

NOBODY = "nobody"
"""The way of a task for which nobody else was found."""


_WAYS = {
    Fact.TASK_STOOD_IN: "delegate",
    Fact.TASK_HANDED_BACK: "principal",
    Fact.TASK_ESCALATED: "next_authority",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaced:
    """
    Who is asked for a leaver's task now, and how they were found.

    `way` is manager, delegate, principal, colleague, next_authority, or nobody; `held`
    the sentence that stands against any change.
    """

    task: str
    workflow: str
    way: str
    people: tuple[str, ...] = ()
    held: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Next:
    way: str
    role: str
    people: tuple[str, ...]
    principal: str | None = None

    @property
    def assignee(self) -> str | None:
        return self.people[0] if len(self.people) == 1 else None


def replace_leaver(runtime: Runtime, person: str, caller: Caller) -> Iterator[Replaced]:
    """
    A line per open task that only this person could decide, oldest first.
    """
    with runtime.database.read() as transaction:
        found = workload.open_for_person(transaction, person)
        questions = workload.asked_of(transaction, person)
    for place in questions:
        # What an incident holds waits on; its approver can ask somebody else.
        with suppress(Refused):
            _withdraw(runtime, place, person, caller)
    for workflow_id, task_id in found:
        try:
            replaced = _replace(runtime, (workflow_id, task_id), person, caller)
        except Refused as refusal:
            replaced = Replaced(
                task=task_id, workflow=workflow_id, way=NOBODY, held=str(refusal)
            )
        if replaced:
            yield replaced


@command("withdraw_question")
def _withdraw(
    runtime: Runtime, place: tuple[str, str], person: str, caller: Caller
) -> None:
    """
    Whoever left answers no question, so the clock must not wait for him.
    """
    workflow_id, task_id = place
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = lock(transaction, workflow_id, None)
        desk = open_desk(runtime, transaction, found, runtime.clock())
        task = found.workflow.task(task_id)
        if task is None or not task.is_open or task.info_from != person:
            return
        author = (caller.actor, caller.channel)
        recorder = Recorder(found.workflow, desk.pinned, desk.now, author)
        data = {"asked": person, "because": f"'{person}' left"}
        recorder.note(Fact.INFO_WITHDRAWN, data, task.id)
        resume_clocks(recorder, desk.calendar)
        store(transaction, recorder)


@command("replace_leaver")
def _replace(
    runtime: Runtime, place: tuple[str, str], person: str, caller: Caller
) -> Replaced | None:
    workflow_id, task_id = place
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        found = lock(transaction, workflow_id, None)
        desk = open_desk(runtime, transaction, found, runtime.clock())
        people = desk.people(found.workflow)
        task = found.workflow.task(task_id)
        if task is None or not _needs_somebody(people, task):
            return None
        author = (caller.actor, caller.channel)
        recorder = Recorder(found.workflow, desk.pinned, desk.now, author)
        if task.is_lent:
            way = _from_hand_to_hand(people, recorder, task)
            if way != NOBODY:
                return _stored(transaction, recorder, task.id, way)
            return _vacated(transaction, recorder, (task, person), people)
        after = _next(people, found.workflow, task, person)
        if after is None:
            return _vacated(transaction, recorder, (task, person), people)
        data: dict[str, object] = {
            "assignee": after.assignee,
            "candidates": after.people,
            "role": after.role,
            "principal": after.principal,
            "because": f"'{person}' left: {after.way}",
            "comment": None,
        }
        recorder.note(Fact.TASK_REASSIGNED, data, task.id)
        return _stored(transaction, recorder, task.id, after.way)


def _from_hand_to_hand(people: Eligibility, recorder: Recorder, task: Task) -> str:
    """
    What a stand-in had goes on as if his window were over: to whom it was lent from.
    """
    step = recorder.pinned.step(task.step)
    move = move_of(people, recorder.workflow, step, task)
    if move is None or move[0] not in _WAYS:
        return NOBODY
    fact, data = move
    recorder.note(fact, data, task.id)
    return _WAYS[fact]


def _vacated(
    transaction: Transaction,
    recorder: Recorder,
    left: tuple[Task, str],
    people: Eligibility,
) -> Replaced:
    """
    The task stays as it is, and whoever looks after the step is told, once.
    """
    task, person = left
    asked = _asked(task)
    key = f"vacated:{task.id}:{task.escalation_level}:{','.join(asked)}"
    if not events.keyed(transaction, task.workflow_id, key):
        # An admin may take the seat out, so they are told besides.
        office = people_with(people.directory, Right.OVERRIDE)
        admins = (user.id for user in office)
        told = tuple(dict.fromkeys((*people.overseers(task.step), *admins)))
        data = {"asked": asked, "because": f"'{person}' left", "told": told}
        recorder.note(Fact.SEAT_VACATED, data, task.id, key)
        store(transaction, recorder)
    return Replaced(task=task.id, workflow=task.workflow_id, way=NOBODY)


def _asked(task: Task) -> tuple[str, ...]:
    return (task.assignee,) if task.assignee else task.candidates


def _stored(
    transaction: Transaction, recorder: Recorder, task_id: str, way: str
) -> Replaced:
    workflow = store(transaction, recorder) if recorder.events else recorder.workflow
    task = workflow.task(task_id)
    asked: tuple[str, ...] = ()
    if task and recorder.events:
        asked = _asked(task)
    return Replaced(task=task_id, workflow=workflow.id, way=way, people=asked)


def _needs_somebody(people: Eligibility, task: Task) -> bool:
    """
    Whether the task is open and nobody whom it asks may decide it any more.
    """
    return task.is_open and not any(
        _is_able(people, task, each) for each in _asked(task)
    )


def _is_able(people: Eligibility, task: Task, person: str) -> bool:
    user = people.directory.user(person)
    active = user is not None and user.active
    return (
        active
        and person not in people.case.barred
        and people.lacking(task, person) is None
    )


def _next(
    people: Eligibility, workflow: Workflow, task: Task, person: str
) -> _Next | None:
    seats = workflow.seats(task.step)
    busy = taken((seat for seat in seats if seat.id != task.id), people.directory)
    ways = chain(
        _new_manager(people, task),
        _delegates(people, task, person),
        _others(people, task, busy),
    )
    return next(
        (way for way in ways if way.people and not busy.keys() & set(way.people)),
        None,
    )


def _new_manager(people: Eligibility, task: Task) -> Iterator[_Next]:
    """
    Whom the directory names as the submitter's manager now, where the step asks him.
    """
    asks_him = people.needed[task.step].rule.assign == MANAGER
    submitter = people.directory.user(people.case.quote.submitted_by)
    manager = submitter.manager if submitter else None
    if task.ad_hoc or task.escalation_level or not asks_him or manager is None:
        return
    if _is_able(people, task, manager):
        yield _Next(way="manager", role=task.role, people=(manager,))


def _delegates(people: Eligibility, task: Task, person: str) -> Iterator[_Next]:
    roster = people.case.roster
    direct = [each.delegate for each in roster.delegations if each.principal == person]
    able = (
        each
        for each in acting_for(roster.delegations, person, roster.at, task.role)
        if _is_able(people, task, each)
    )
    for each in sorted(able, key=lambda name: (name not in direct, name)):
        yield _Next(way="delegate", role=task.role, people=(each,), principal=person)


def _others(people: Eligibility, task: Task, busy: dict[str, str]) -> Iterator[_Next]:
    def able(role: str) -> tuple[str, ...]:
        return tuple(each for each in people.able(task, role) if each not in busy)

    # A seat of its own goes to one person; a shared one to all who may take it.
    seats = [seat for seat in people.workflow.seats(task.step) if not seat.ad_hoc]
    alone = task.ad_hoc or len(seats) > 1
    colleagues = able(task.role)
    if colleagues:
        some = colleagues[:1] if alone else colleagues
        yield _Next(way="colleague", role=task.role, people=some)
    rule = people.needed[task.step].rule
    ladder = (level.role for level in rule.escalate_to)
    roles = rungs(ladder, None, rule.fallback_role)
    hop = climb(roles, task.escalation_level + 1, able)
    if hop:
        some = hop.candidates[:1] if alone else hop.candidates
        yield _Next(way="next_authority", role=hop.role, people=some)
