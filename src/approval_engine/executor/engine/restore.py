"""
Marking ↔ process in memory: the tree is rebuilt flat, whatever way led to the marking.

What decides how a process goes on are its waiting tokens; the completed tasks above
them are history. So each wait comes back right below the root, with the one completed
parent that stock code asks for, and no state grows with the rounds that were run.
"""

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from approval_engine.errors import EngineError
from approval_engine.executor.engine.codec import Arrival, Marking, Wait
from approval_engine.executor.engine.join import SafeJoin
from approval_engine.executor.engine.specs import UserTask, WatchedTask
from approval_engine.executor.engine.timers import TimerEvent
from approval_engine.executor.engine.workflow import FastWorkflow, Token


def restore(process: BpmnProcessSpec, marking: Marking) -> FastWorkflow:
    """
    A process that stands where the marking says.

    Raises EngineError if the marking names what the process has not.
    """
    workflow = FastWorkflow(process)
    workflow.entered = dict(marking.entered)
    workflow.outcomes = dict(marking.outcomes)
    for wait in marking.waits:
        _open(workflow, wait)
    for arrival in marking.arrivals:
        _arrive(workflow, arrival)
    return workflow


def _open(workflow: FastWorkflow, wait: Wait) -> None:
    spec = _spec(workflow, wait.element, UserTask)
    parent = workflow.task_tree
    before = spec.inputs
    if isinstance(before[0], WatchedTask):
        parent = Token(workflow, before[0], parent, TaskState.COMPLETED)
    task = Token(workflow, spec, parent, TaskState.READY)
    task.internal_data["occurrence"] = wait.occurrence
    for name in wait.timers:
        timer = _spec(workflow, name, TimerEvent)
        if timer.inputs != before:
            raise _unknown(name)
        Token(workflow, timer, parent, TaskState.WAITING)


def _arrive(workflow: FastWorkflow, arrival: Arrival) -> None:
    join = _spec(workflow, arrival.join, SafeJoin)
    source = _spec(workflow, arrival.source, TaskSpec)
    if source not in join.inputs:
        raise _unknown(arrival.source)
    parent = Token(workflow, source, workflow.task_tree, TaskState.COMPLETED)
    Token(workflow, join, parent, TaskState.WAITING)


def _spec(workflow: FastWorkflow, name: str, kind: type) -> TaskSpec:
    spec = workflow.spec.task_specs.get(name)
    if not isinstance(spec, kind):
        raise _unknown(name)
    return spec


def _unknown(name: str) -> EngineError:
    return EngineError(
        f"Expected a state of this definition, but it has no such wait as {name!r}."
    )


def capture(workflow: FastWorkflow, definition: str) -> Marking:
    """
    Where a process stands that has run until everything waits.

    Raises EngineError if it has not ended, but nobody can act on what is left of it.
    """
    live = list(workflow.live())
    waits = [_wait(token) for token in live if isinstance(token.task_spec, UserTask)]
    arrivals = [_arrival(t) for t in live if isinstance(t.task_spec, SafeJoin)]
    if not waits and (arrivals or workflow.reached_end is None):
        stuck = arrivals[0].join if arrivals else workflow.spec.name
        raise EngineError(
            f"Expected a task or an end, but {stuck!r} waits for what nothing reaches."
        )
    return Marking(
        definition=definition,
        waits=tuple(sorted(waits, key=lambda w: (w.element, w.occurrence))),
        arrivals=tuple(sorted(arrivals, key=lambda a: (a.join, a.source))),
        entered=workflow.entered,
        outcomes=workflow.outcomes,
        ended=None if waits else workflow.reached_end,
    )


def _wait(token: Token) -> Wait:
    return Wait(
        element=token.task_spec.name,
        occurrence=token.internal_data["occurrence"],
        timers=tuple(sorted(t.task_spec.name for t in waiting_timers(token))),
    )


def waiting_timers(token: Token) -> tuple[Token, ...]:
    """
    The timers that wait on an open user task.
    """
    parent = token.parent
    if not isinstance(parent.task_spec, WatchedTask):
        return ()
    return tuple(t for t in parent.children if t.state == TaskState.WAITING)


def _arrival(token: Token) -> Arrival:
    return Arrival(join=token.task_spec.name, source=token.parent.task_spec.name)
