"""
What a scenario expects beside what happened → a sentence for every difference.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from approval_engine.domain.events import Fact, stamp
from approval_engine.history import views
from approval_engine.history.reading import Case, find, timeline
from approval_engine.scenarios.suite.script import NO_INSTANTS, Count, Expectation
from approval_engine.store.database import Database

NOTHING: Counter[str] = Counter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """
    Where the newest workflow stands; empty where there is none.

    `escalated` and `reminded` count the facts by step.
    """

    status: str | None = None
    open: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    escalated: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    reminded: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    carried: tuple[str, ...] = ()
    due: Mapping[str, datetime] = field(default_factory=lambda: NO_INSTANTS)
    waived: tuple[str, ...] = ()
    result: str | None = None


def look(database: Database, workflow_id: str | None, result: str | None) -> Seen:
    """
    Where a workflow stands now. `result` is that of the last command.
    """
    if workflow_id is None:
        return Seen(result=result)
    case = find(database, workflow_id)
    workflow = case.workflow
    fired = tuple(views.fired(case.evaluation))
    return Seen(
        status=str(workflow.status),
        open=_in_policy_order(case, {task.step for task in workflow.open_tasks}),
        triggers=tuple(each["id"] for each in fired),
        waived=tuple(each["id"] for each in fired if each.get("waived_by")),
        asked=frozenset(task.step for task in workflow.tasks),
        escalated=_facts(database, case, Fact.TASK_ESCALATED),
        reminded=_facts(database, case, Fact.TASK_REMINDED),
        carried=_in_policy_order(case, set(_facts(database, case, Fact.TASK_CARRIED))),
        due={task.step: task.due_at for task in workflow.open_tasks},
        result=result,
    )


def differences(expect: Expectation, seen: Seen) -> Iterator[str]:
    """
    A sentence for each thing that is not as expected.
    """
    for name in ("status", "open", "triggers", "carried", "waived", "result"):
        wanted, found = getattr(expect, name), getattr(seen, name)
        if wanted is not None and wanted != found:
            yield f"Expected {name} {_said(wanted)}, but it is {_said(found)}."
    yield from _wrongly_asked(expect, seen)
    yield from _miscounted("escalated", expect.escalated, seen.escalated)
    yield from _miscounted("reminded", expect.reminded, seen.reminded)
    for step, at in expect.due.items():
        due = seen.due.get(step)
        if due != at:
            words = stamp(due) if due else "not open"
            yield f"Expected '{step}' to be due at {stamp(at)}, but it is {words}."


def _wrongly_asked(expect: Expectation, seen: Seen) -> Iterator[str]:
    for step in expect.asked:
        if step not in seen.asked:
            yield f"Expected '{step}' to be asked, but it was not."
    for step in expect.not_asked:
        if step in seen.asked:
            yield f"Expected '{step}' not to be asked, but it was."


def _miscounted(name: str, wanted: Count, found: Mapping[str, int]) -> Iterator[str]:
    match wanted:
        case None:
            return
        case int():
            right = wanted == sum(found.values())
        case tuple():
            right = set(wanted) == set(found)
        case _:
            right = {step: count for step, count in wanted.items() if count} == found
    if not right:
        yield f"Expected {name} {_said(wanted)}, but it is {_said(dict(found))}."


def _facts(database: Database, case: Case, fact: Fact) -> Counter[str]:
    step_of = {task.id: task.step for task in case.workflow.tasks}
    log = (entry.event for entry in timeline(database, case.workflow.id))
    return Counter(
        step_of[event.task_id or ""] for event in log if event.action == fact
    )


def _in_policy_order(case: Case, steps: set[str]) -> tuple[str, ...]:
    return tuple(step.id for step in case.plan.steps if step.id in steps)


def _said(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case tuple():
            return f"[{', '.join(map(str, value))}]"
        case dict():
            return f"[{', '.join(f'{key}: {count}' for key, count in value.items())}]"
    return str(value)
