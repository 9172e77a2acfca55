"""
What waits, and the boundary events on it, which end with it.

Timers fire when they are told to, and only then: the clock is not here, the caller
knows what is due. The tokens of waiting timers are children of their host's.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from collections.abc import Mapping

from SpiffWorkflow.bpmn.specs import defaults as stock
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from approval_engine.definitions.model import Clock, Timer
from approval_engine.executor.engine.memory import WORDS
from approval_engine.executor.engine.model import Values
from approval_engine.executor.engine.specs import ProcessSpec, ToldEvent, Unpredicted


class Host(Unpredicted):
    """
    Mixed into what boundary timers can sit on.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.timers: list[BoundaryTimer] = []

    def open(self, my_task: Task) -> None:
        """
        Count the token that opens and arm its timers.
        """
        my_task.internal_data["occurrence"] = my_task.workflow.memory.enter(self.name)
        for timer in self.timers:
            my_task._add_child(timer, TaskState.WAITING)

    def close(self, my_task: Task) -> None:
        """
        Cancel the token and all that ends with it.
        """
        my_task.cancel()
        disarm(my_task)

    def _add_followers(self, my_task: Task) -> None:
        disarm(my_task)
        super()._add_followers(my_task)


def disarm(my_task: Task) -> None:
    """
    Cancel the timers that still wait on an open element.
    """
    for timer in waiting_timers(my_task):
        timer.cancel()


def waiting_timers(my_task: Task) -> list[Task]:
    """
    The timers that wait on an open element; a timer that stands alone is its own.
    """
    if isinstance(my_task.task_spec, Host):
        return [task for task in my_task.children if task.state == TaskState.WAITING]
    return [my_task] if isinstance(my_task.task_spec, CatchTimer) else []


class UserTask(Host, stock.UserTask):
    """
    A wait for people, however many: who has answered is counted outside the engine.

    `outcome` is the name under which its decision comes.
    """

    def __init__(self, process: ProcessSpec, name: str, outcome: str) -> None:
        super().__init__(process, name)
        self.outcome = outcome

    def answer(
        self, my_task: Task, outcomes: Mapping[str, str], fields: Values
    ) -> None:
        """
        Complete the task with what was decided and filled in.
        """
        memory = my_task.workflow.memory
        memory.outcomes[self.name] = outcomes
        memory.keep(self.name, fields)
        memory.decided = WORDS.get(outcomes.get(self.outcome, ""))
        my_task.run()

    def _on_ready_hook(self, my_task: Task) -> None:
        self.open(my_task)
        super()._on_ready_hook(my_task)


class BoundaryTimer(Unpredicted, stock.BoundaryEvent):
    """
    A boundary timer; one that interrupts closes its host, one that repeats waits again.
    """

    def __init__(
        self, process: ProcessSpec, name: str, timer: Timer, *, interrupting: bool
    ) -> None:
        super().__init__(process, name, ToldEvent(name), interrupting)
        self.timer = timer

    def _run_hook(self, my_task: Task) -> bool:
        host = my_task.parent
        fired = my_task.internal_data.get("fired", 0) + 1
        if self.cancel_activity:
            host.task_spec.close(host)
        elif self._repeats_after(fired):
            again = host._add_child(self, TaskState.WAITING)
            again.internal_data["fired"] = fired
        return bool(super()._run_hook(my_task))

    def _repeats_after(self, fired: int) -> bool:
        repeats = self.timer.repeats
        return self.timer.clock is Clock.CYCLE and (repeats is None or fired < repeats)


class CatchTimer(Unpredicted, stock.IntermediateCatchEvent):
    """
    A timer that stands alone: the token waits for it and for nobody.
    """

    def __init__(self, process: ProcessSpec, name: str) -> None:
        super().__init__(process, name, ToldEvent(name))

    def _update_hook(self, my_task: Task) -> bool | None:
        if my_task.state == TaskState.FUTURE:
            occurrence = my_task.workflow.memory.enter(self.name)
            my_task.internal_data["occurrence"] = occurrence
        return super()._update_hook(my_task)


def fire(my_task: Task) -> None:
    """
    Let a waiting timer fire; its outgoing flow is ready to run afterwards.
    """
    timer: TaskSpec = my_task.task_spec
    timer.event_definition.catch(my_task)
    timer._update(my_task)
