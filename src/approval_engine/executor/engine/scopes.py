"""
Subprocesses, and the end events that leave them.

A subprocess is a token that stays while others are inside; all of them lie side by side
in one process, since soundness sees to it that each subprocess runs once at a time.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from collections.abc import Iterator

from SpiffWorkflow.bpmn.specs import defaults as stock
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from approval_engine.definitions.model import Node, Signal
from approval_engine.definitions.verdicts import verdict_of
from approval_engine.errors import EngineError
from approval_engine.executor.engine.hosts import Host, disarm
from approval_engine.executor.engine.specs import (
    ProcessSpec,
    StartEvent,
    ToldEvent,
    Unpredicted,
)


class Scope(Host, BpmnSpecMixin):
    """
    A subprocess: `start` is where it begins, `inside` are the ids of all within it.
    """

    def __init__(self, process: ProcessSpec, name: str, inside: frozenset[str]) -> None:
        super().__init__(process, name)
        self.inside = inside
        self.start: StartEvent
        process.scopes.append(self)

    def begin_with(self, start: StartEvent) -> None:
        """
        Let the subprocess begin at this event.
        """
        self.start = start
        start._connect_notify(self)

    def tokens(self, workflow: BpmnWorkflow) -> Iterator[Task]:
        """
        The live tokens inside.
        """
        live = workflow.live()
        return (token for token in live if token.task_spec.name in self.inside)

    def token(self, my_task: Task) -> Task:
        """
        The token of this subprocess, seen from one inside it.
        """
        running = my_task.workflow.live(TaskState.STARTED)
        return next(token for token in running if token.task_spec is self)

    def close(self, my_task: Task) -> None:
        """
        Cancel the subprocess with everything inside.
        """
        self.clear(my_task)
        super().close(my_task)

    def clear(self, my_task: Task) -> None:
        """
        Cancel everything inside.
        """
        for token in self.tokens(my_task.workflow):
            token.cancel()

    def leave(self, my_task: Task) -> None:
        """
        Go on behind the subprocess.
        """
        disarm(my_task)
        for spec in self.outputs:
            my_task._add_child(spec, TaskState.FUTURE)
        my_task.complete()

    def leave_if_empty(self, my_task: Task) -> None:
        """
        Go on behind the subprocess if no token is left inside.
        """
        if next(self.tokens(my_task.workflow), None) is None:
            self.leave(my_task)

    def _add_followers(self, my_task: Task) -> None:
        """
        None before it is left.
        """

    def _run_hook(self, my_task: Task) -> None:
        """
        Begin anew; None says to SpiffWorkflow that it goes on running.
        """
        others = my_task.workflow.live(TaskState.STARTED)
        if any(token.task_spec is self for token in others):
            raise EngineError(
                f"Expected subprocess {self.name!r} to run once at a time, "
                "but a second token reached it."
            )
        # What was said inside in an earlier round is void, wherever this one leads.
        my_task.workflow.memory.forget(self.inside)
        self.open(my_task)
        self.start._update(my_task._add_child(self.start, TaskState.FUTURE))


class ThrownEvent(Unpredicted, stock.BoundaryEvent):
    """
    A boundary event that catches what an end event inside its subprocess throws.
    """

    def __init__(
        self, process: ProcessSpec, name: str, host: Scope, *, interrupting: bool
    ) -> None:
        super().__init__(process, name, ToldEvent(name), interrupting)
        self.host = host
        self._connect_notify(host)

    def catch(self, thrower: Task) -> None:
        """
        Go on here, beside the subprocess or instead of it.
        """
        host = self.host.token(thrower)
        if self.cancel_activity:
            self.host.close(host)
        thrower.workflow.put(self)

    def _update_hook(self, my_task: Task) -> bool:
        self.event_definition.catch(my_task)
        return bool(super()._update_hook(my_task))


class EndEvent(Unpredicted, stock.EndEvent):
    """
    An end. One that terminates ends its subprocess; an error goes to who catches it.

    Stock lets an error that nobody catches end its own branch only; here it stops all.
    """

    def __init__(
        self, process: ProcessSpec, end: Node, signal: Signal, scope: Scope | None
    ) -> None:
        super().__init__(process, end.id, NoneEventDefinition())
        self.verdict = None if scope else verdict_of(end)
        self.signal = signal
        self.scope = scope
        self.caught_by: ThrownEvent | None = None

    def _on_complete_hook(self, my_task: Task) -> None:
        super()._on_complete_hook(my_task)
        workflow = my_task.workflow
        if self.caught_by is not None:
            self.caught_by.catch(my_task)
            if self.caught_by.cancel_activity:
                return
        elif self.signal is Signal.ERROR:
            workflow.reach(self.name, self.verdict)
            workflow.stop()
            return
        self._end_scope(my_task)

    def _end_scope(self, my_task: Task) -> None:
        if self.scope is None:
            my_task.workflow.reach(self.name, self.verdict)
            if self.signal is Signal.TERMINATE:
                my_task.workflow.stop()
            return
        host = self.scope.token(my_task)
        if self.signal is Signal.TERMINATE:
            self.scope.clear(host)
        self.scope.leave_if_empty(host)
