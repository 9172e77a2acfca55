"""
The kinds of element that run: stock SpiffWorkflow without prediction and shared data.

Stock keeps a tree of everything that may happen and copies data along it; the first
grows exponentially with the drawing, the second loses data where branches meet. Here
a task gets its children when it runs, and outcomes belong to the process.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from SpiffWorkflow.bpmn.specs import defaults as stock
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
)
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


class Unpredicted(TaskSpec):
    """
    Mixed into a spec, it adds what follows when the task runs, not before.
    """

    def _predict(self, *_: object, **__: object) -> None:
        pass

    def _run(self, my_task: Task) -> bool | None:
        self._add_followers(my_task)
        return super()._run(my_task)

    def _add_followers(self, my_task: Task) -> None:
        my_task._sync_children(self.outputs, TaskState.FUTURE)


class StartEvent(Unpredicted, stock.StartEvent):
    """
    The start of a process, without trigger.
    """


class WatchedTask(Unpredicted, BoundaryEventSplit):
    """
    What stands before a user task with timers and becomes the parent of them all.

    Stock ends the watch by one more join; here it ends with the task, since a marking
    knows timers only as part of the wait that they belong to.
    """


class UserTask(Unpredicted, stock.UserTask):
    """
    A wait for people, however many: who has answered is counted outside the engine.
    """

    def _on_ready_hook(self, my_task: Task) -> None:
        my_task.workflow.enter(my_task)
        super()._on_ready_hook(my_task)


class ExclusiveGateway(Unpredicted, stock.ExclusiveGateway):
    """
    The first flow in document order whose condition is true, else the default.
    """

    def _add_followers(self, my_task: Task) -> None:
        """
        None: stock adds the one that is chosen.
        """


class EndEvent(Unpredicted, stock.EndEvent):
    """
    An end; a terminate or error end stops everything else.

    Stock lets an error that nobody catches end its own branch only.
    """

    def _on_complete_hook(self, my_task: Task) -> None:
        super()._on_complete_hook(my_task)
        my_task.workflow.reached_end = self.bpmn_id
        if isinstance(self.event_definition, ErrorEventDefinition):
            my_task.workflow.stop()
