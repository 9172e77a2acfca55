"""
Boundary timers that fire when they are told to, and only then.

The clock is not here: the caller knows what is due, from the calendar and the database.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.task import Task

from approval_engine.executor.engine.specs import Unpredicted, stop_beside


class ToldTimer(EventDefinition):
    """
    An event that no other event of the process can set off.
    """

    def catches(self, *_: object) -> bool:
        """
        Never: stock would compare by class, and every thrown timer would match.
        """
        return False


class TimerEvent(Unpredicted, BoundaryEvent):
    """
    A boundary timer; an interrupting one takes its task and the other timers with it.
    """

    def _run_hook(self, my_task: Task) -> bool:
        if self.cancel_activity:
            stop_beside(my_task)
        return bool(super()._run_hook(my_task))


def fire(my_task: Task) -> None:
    """
    Let a waiting timer fire; its outgoing flow is ready to run afterwards.
    """
    timer: TimerEvent = my_task.task_spec
    timer.event_definition.catch(my_task)
    timer._update(my_task)
