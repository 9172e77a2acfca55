"""
What must hold between tasks, timers, engine and plan, and of the columns queries use.
"""

from collections import Counter
from collections.abc import Iterator

from approval_engine.domain.completion import Outcome, at_deadline
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WORKFLOW_MOVES, WorkflowStatus
from approval_engine.domain.outcome import outcome_of
from approval_engine.domain.timers import VALIDITY
from approval_engine.executor import engine
from approval_engine.executor.commands.overdue import SILENCE
from approval_engine.executor.projection import ANSWERS
from approval_engine.operations.invariants.model import Subject, data_of
from approval_engine.planner.plan import PlannedStep
from approval_engine.store.audit import Columns
from approval_engine.store.rows import task_row, workflow_row


def decided_once(subject: Subject) -> Iterator[str]:
    """
    One decision per task, and per step one per person, stand-ins counted with both.

    What stands instead of an earlier answer is none more, if it could still be changed.
    """
    yield from _changed_too_late(subject)
    tasks: Counter[str | None] = Counter()
    people: Counter[tuple[str, int, str]] = Counter()
    for event in subject.log:
        if event.action not in {*ANSWERS, Fact.TASK_CARRIED}:
            continue
        if "changes" in data_of(event):
            continue
        tasks[event.task_id] += 1
        task = subject.workflow.task(event.task_id or "")
        if task is not None:
            names = {event.actor, event.on_behalf_of or event.actor}
            if event.action == Fact.TASK_CARRIED:
                data = data_of(event)
                names = {data["person"], data["principal"] or data["person"]}
            people.update((task.step, task.occurrence, name) for name in names)
    yield from (f"task '{t}' is decided {n} times" for t, n in tasks.items() if n > 1)
    for (step, _, person), count in people.items():
        if count > 1:
            yield f"'{person}' decides step '{step}' {count} times"


def _changed_too_late(subject: Subject) -> Iterator[str]:
    waiting = {s.id for s in subject.pinned.plan.steps if s.completion.wait_for_all}
    for event, before in subject.with_before():
        changes = data_of(event).get("changes")
        task = before.task(event.task_id or "")
        if event.action not in ANSWERS or changes is None or task is None:
            continue
        his = (task.closed_seq, task.closed_by) == (changes, event.actor)
        if not (his and task.step in waiting and before.tally(task.step).pending):
            yield f"event {event.seq} changes an answer of task '{task.id}' that stands"


def engine_agrees(subject: Subject) -> Iterator[str]:
    """
    What is open in the rows is what the engine waits for, tasks and timers alike.
    """
    workflow = subject.workflow
    position = engine.position(subject.pinned.definition, workflow.state)
    waits = {(task.element, task.occurrence) for task in position.tasks}
    rows = {(task.element, task.occurrence) for task in workflow.open_tasks}
    if waits != rows:
        yield f"the engine waits at {sorted(waits)}, tasks are open at {sorted(rows)}"
    rings = {(timer.element, timer.occurrence) for timer in position.timers}
    timers = {(t.element, t.occurrence) for t in workflow.timers if t.is_drawn}
    if rings != timers:
        yield f"the engine has timers {sorted(rings)}, the row {sorted(timers)}"
    if position.ended != workflow.ended:
        yield f"the engine ended at '{position.ended}', the row at '{workflow.ended}'"


def state_is_known(subject: Subject) -> Iterator[str]:
    """
    The engine's state is of a version and of the definition that we can read.
    """
    if not engine.canonical(subject.pinned.definition, subject.workflow.state):
        yield "the engine's state has no meaning"


def silence_is_asked_for(subject: Subject) -> Iterator[str]:
    """
    A step that time decided had a policy that says so, and what it says.
    """
    planned = {step.id: step for step in subject.pinned.plan.steps}
    for event, before in subject.with_before():
        task = before.task(event.task_id or "")
        if event.action != Fact.STEP_TIMED_OUT or task is None:
            continue
        step, data = planned[task.step], data_of(event)
        words = {f"onTimeout {step.on_timeout}", f"onExhausted {step.on_exhausted}"}
        word = data["because"].partition(" ")[2]
        if data["because"] not in words or word not in SILENCE:
            yield f"event {event.seq} decides '{step.id}' by '{data['because']}'"
            continue
        tally = before.tally(step.id)
        if data["outcome"] != at_deadline(step.completion, tally, SILENCE[word]):
            yield f"event {event.seq} decides '{step.id}' as '{data['outcome']}'"


def nobody_waits_for_nothing(subject: Subject) -> Iterator[str]:
    """
    A pending workflow has an open task, a timer or an incident.
    """
    workflow = subject.workflow
    moving = workflow.open_tasks or workflow.timers or subject.incident
    if workflow.status == WorkflowStatus.PENDING and not moving:
        yield "it is pending, but nothing can move it"


def the_end_is_the_end(subject: Subject) -> Iterator[str]:
    """
    A workflow that ended has nothing open but the time of an approval.
    """
    workflow = subject.workflow
    if workflow.status != WorkflowStatus.PENDING:
        yield from (f"task '{task.id}' is still open" for task in workflow.open_tasks)
        for timer in workflow.timers:
            in_force = workflow.status == WorkflowStatus.APPROVED
            if not (in_force and timer.kind in VALIDITY):
                yield f"timer '{timer.element}' still waits"
    closed = {task.id for task in workflow.tasks if not task.is_open}
    for row in subject.outbox:
        if row["status"] == "waiting" and row["task_id"] in closed:
            yield f"message '{row['id']}' still waits for a closed task"


def verdict_follows(subject: Subject) -> Iterator[str]:
    """
    The status is what plan and decisions alone say, without the engine.
    """
    workflow, steps = subject.workflow, subject.pinned.plan.steps
    steps = tuple(step for step in steps if step.required)
    outcomes = [_outcome(subject, step) for step in steps]
    refused = {_REFUSALS[each] for each in outcomes if each in _REFUSALS}
    approved = all(outcome is Outcome.APPROVED for outcome in outcomes)
    expected = refused or (_APPROVED if approved else _UNDECIDED)
    if any(step.around for step in subject.pinned.plan.steps):
        # What a process asks itself can end it with a no, but never with a yes.
        expected = expected | set(_REFUSALS.values()) | _UNDECIDED
    for event in subject.log:
        if event.action == Fact.OVERRIDDEN:
            # The one way to a verdict that no step gave.
            expected = _OVERRIDES[data_of(event)["decision"]]
    if workflow.status not in expected and not subject.incident:
        said = [f"{s.id}={o or 'open'}" for s, o in zip(steps, outcomes, strict=True)]
        yield f"it is {workflow.status}, but its steps say {', '.join(said) or 'none'}"


def plan_is_followed(subject: Subject) -> Iterator[str]:
    """
    Tasks belong to planned steps, have all their seats, and come stage by stage.
    """
    workflow, plan = subject.workflow, subject.pinned.plan
    steps = plan.steps
    planned = {step.id: step for step in steps}
    if workflow.steps != len(plan.approvals):
        yield f"the row counts {workflow.steps} steps, the plan {len(plan.approvals)}"
    seats: dict[tuple[str, int], list[int]] = {}
    for task in workflow.tasks:
        mine = seats.setdefault((task.step, task.occurrence), [])
        # Seats of people who were added come behind those of the plan.
        mine += [] if task.ad_hoc else [task.seat]
    for (name, occurrence), numbers in seats.items():
        step = planned.get(name)
        if step is None:
            yield f"step '{name}' is not in the plan"
        elif sorted(set(numbers)) != list(range(1, step.staffing.seats + 1)):
            yield f"step '{name}' has seats {sorted(numbers)} in round {occurrence}"
        else:
            yield from _came_too_soon(subject, steps, step)


def columns_agree(subject: Subject) -> Iterator[str]:
    """
    The columns that queries use say what the values say.
    """
    yield from _differing("the row", workflow_row(subject.workflow), subject.row)
    rows = {row["id"]: row for row in subject.task_rows}
    for task in subject.workflow.tasks:
        yield from _differing(f"task '{task.id}'", task_row(task), rows[task.id])


_REFUSALS = {
    Outcome.REJECTED: WorkflowStatus.REJECTED,
    Outcome.RETURNED: WorkflowStatus.RETURNED,
}
_APPROVED = {
    WorkflowStatus.APPROVED,
    *WORKFLOW_MOVES[WorkflowStatus.APPROVED].values(),
}
_OVERRIDES = {"approve": _APPROVED, "reject": {WorkflowStatus.REJECTED}}
_UNDECIDED = {
    WorkflowStatus.PENDING,
    WorkflowStatus.RECALLED,
    WorkflowStatus.SUPERSEDED,
}


def _outcome(subject: Subject, step: PlannedStep) -> Outcome | None:
    workflow = subject.workflow
    if not workflow.seats(step.id):
        return None
    for event in subject.log:
        task = workflow.task(event.task_id or "")
        if event.action == Fact.STEP_TIMED_OUT and task and task.step == step.id:
            return Outcome(data_of(event)["outcome"])
    return outcome_of(workflow, step.id, step.completion)


def _came_too_soon(
    subject: Subject, steps: tuple[PlannedStep, ...], step: PlannedStep
) -> Iterator[str]:
    for earlier in steps:
        before = (
            earlier.required
            and earlier.chain == step.chain
            and earlier.stage < step.stage
        )
        if before and _outcome(subject, earlier) is not Outcome.APPROVED:
            yield f"step '{step.id}' opened before '{earlier.id}' was approved"


def _differing(
    subject: str, expected: dict[str, object], row: Columns
) -> Iterator[str]:
    for name, value in expected.items():
        if row[name] != value:
            yield f"{subject} says {row[name]!r} in column '{name}', not {value!r}"
