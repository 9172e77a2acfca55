"""
Boundary timers that fire when they are told to, and only then.

The clock is not here: the caller knows what is due, from the calendar and the database.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.task import Task

from approval_engine.executor.engine.specs import Unpredicted, UserTask


class ToldTimer(EventDefinition):
    """
    An event that no clock and no other event of the process can set off.
    """


class TimerEvent(Unpredicted, BoundaryEvent):
    """
    A boundary timer; an interrupting one cancels its task.
    """

    def _run_hook(self, my_task: Task) -> bool:
        if self.cancel_activity:
            for sibling in my_task.parent.children:
                if isinstance(sibling.task_spec, UserTask):
                    sibling.cancel()
        return bool(super()._run_hook(my_task))


def fire(my_task: Task) -> None:
    """
    Let a waiting timer fire; its outgoing flow is ready to run afterwards.
    """
    timer: TimerEvent = my_task.task_spec
    timer.event_definition.catch(my_task)
    timer._update(my_task)
