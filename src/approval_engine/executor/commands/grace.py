"""
Extra hours for a task that changed hands, once per step and where the policy has them.

The clock belongs to the step: the seat is due later, and so is whatever the step's
timers still have to say.
"""

from approval_engine.domain.calendar import add_hours
from approval_engine.domain.events import Fact, stamp
from approval_engine.executor.commands.beats import Desk
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.recorder import Recorder
from approval_engine.store import events


def grant(desk: Desk, recorder: Recorder, people: Eligibility, task_id: str) -> None:
    """
    Record the grace of the task's step, unless it has none or had it before.
    """
    task = recorder.workflow.task(task_id)
    hours = people.needed[task.step].rule.delegate_grace_hours if task else None
    if task is None or not hours or not task.is_open:
        return
    key = f"grace:{task.step}:{task.occurrence}"
    if events.keyed(desk.transaction, task.workflow_id, key):
        return
    if any(event.natural_key == key for event in recorder.events):
        return
    calendar = desk.calendar(desk.pinned.step(task.step).calendar)
    timers = [
        {
            "element": timer.element,
            "occurrence": timer.occurrence,
            "dueAt": stamp(add_hours(calendar, timer.due_at, hours)),
        }
        for timer in recorder.workflow.timers
        if timer.step == task.step
    ]
    due_at = stamp(add_hours(calendar, task.due_at, hours))
    data = {"dueAt": due_at, "timers": timers}
    recorder.note(Fact.TASK_GRACED, data, task.id, key)
