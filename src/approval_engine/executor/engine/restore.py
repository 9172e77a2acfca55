"""
Marking ↔ process in memory: the tree is rebuilt flat, whatever way led to the marking.

What decides how a process goes on are its waiting tokens; the completed tasks above
them are history. So each wait comes back right below the root, a subprocess beside what
is inside it, and no state grows with the rounds that were run.
"""

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from approval_engine.errors import EngineError
from approval_engine.executor.engine.hosts import (
    BoundaryTimer,
    CatchTimer,
    Host,
    UserTask,
    waiting_timers,
)
from approval_engine.executor.engine.join import InclusiveGateway, SafeJoin
from approval_engine.executor.engine.marking import Arrival, Marking, Wait
from approval_engine.executor.engine.memory import APPROVED, DECISION
from approval_engine.executor.engine.model import NO_VALUES, Values
from approval_engine.executor.engine.scopes import Scope
from approval_engine.executor.engine.specs import ProcessSpec
from approval_engine.executor.engine.workflow import FastWorkflow, Token

# Tuples, since this is asked of every token.
_WAITS = (UserTask, CatchTimer)
_JOINS = (SafeJoin, InclusiveGateway)


def restore(
    process: ProcessSpec, marking: Marking, facts: Values = NO_VALUES
) -> FastWorkflow:
    """
    A process that stands where the marking says.

    Raises EngineError if the marking names what the process has not.
    """
    workflow = FastWorkflow(process, facts)
    memory = workflow.memory
    memory.entered = dict(marking.entered)
    memory.outcomes = dict(marking.outcomes)
    memory.results = dict(marking.results)
    memory.decided = marking.decided
    workflow.verdict_end = marking.reached
    for running in marking.scopes:
        _open(workflow, running, _spec(workflow, running.element, Scope))
    for wait in marking.waits:
        _wait_at(workflow, wait)
    for arrival in marking.arrivals:
        _arrive(workflow, arrival)
    for scope in process.scopes:
        _check(workflow, scope)
    return workflow


def _check(workflow: FastWorkflow, scope: Scope) -> None:
    """
    A subprocess runs once while tokens are inside, and not without any.
    """
    running = [t for t in workflow.live(TaskState.STARTED) if t.task_spec is scope]
    if len(running) != (next(scope.tokens(workflow), None) is not None):
        raise _unknown(scope.name)


def _wait_at(workflow: FastWorkflow, wait: Wait) -> None:
    spec = _spec(workflow, wait.element, _WAITS)
    if isinstance(spec, UserTask):
        _open(workflow, wait, spec)
        return
    if wait.timers != (wait.element,):
        raise _unknown(wait.element)
    token = Token(workflow, spec, workflow.task_tree, TaskState.WAITING)
    token.internal_data["occurrence"] = wait.occurrence


def _open(workflow: FastWorkflow, wait: Wait, spec: Host) -> None:
    state = TaskState.STARTED if isinstance(spec, Scope) else TaskState.READY
    token = Token(workflow, spec, workflow.task_tree, state)
    token.internal_data["occurrence"] = wait.occurrence
    for name in wait.timers:
        timer = _spec(workflow, name, BoundaryTimer)
        if timer not in spec.timers:
            raise _unknown(name)
        waiting = Token(workflow, timer, token, TaskState.WAITING)
        if name in wait.fired:
            waiting.internal_data["fired"] = wait.fired[name]


def _arrive(workflow: FastWorkflow, arrival: Arrival) -> None:
    join = _spec(workflow, arrival.join, _JOINS)
    source = _spec(workflow, arrival.source, TaskSpec)
    if source not in join.inputs:
        raise _unknown(arrival.source)
    parent = Token(workflow, source, workflow.task_tree, TaskState.COMPLETED)
    Token(workflow, join, parent, TaskState.WAITING)


def _spec(workflow: FastWorkflow, name: str, kind: type | tuple[type, ...]) -> TaskSpec:
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
    waits = _waits(live, _WAITS)
    scopes = _waits(live, Scope)
    arrivals = [
        _arrival(token) for token in live if isinstance(token.task_spec, _JOINS)
    ]
    moving = bool(waits) or any(scope.timers for scope in scopes)
    if not moving and (arrivals or scopes or workflow.reached_end is None):
        stuck = arrivals[0].join if arrivals else workflow.spec.name
        raise EngineError(
            f"Expected a task or an end, but {stuck!r} waits for what nothing reaches."
        )
    memory = workflow.memory
    recalled = not workflow.spec.asks.isdisjoint((APPROVED, DECISION))
    return Marking(
        definition=definition,
        waits=waits,
        arrivals=tuple(sorted(arrivals, key=lambda a: (a.join, a.source))),
        entered=memory.entered,
        outcomes=memory.outcomes,
        ended=None if moving else workflow.verdict_end or workflow.reached_end,
        reached=workflow.verdict_end if moving else None,
        scopes=scopes,
        results=memory.results,
        decided=memory.decided if recalled else None,
    )


def _waits(live: list[Token], kind: type | tuple[type, ...]) -> tuple[Wait, ...]:
    waits = [_wait(token) for token in live if isinstance(token.task_spec, kind)]
    return tuple(sorted(waits, key=lambda w: (w.element, w.occurrence)))


def _wait(token: Token) -> Wait:
    timers = waiting_timers(token)
    return Wait(
        element=token.task_spec.name,
        occurrence=token.internal_data["occurrence"],
        timers=tuple(sorted(timer.task_spec.name for timer in timers)),
        fired={
            timer.task_spec.name: timer.internal_data["fired"]
            for timer in timers
            if "fired" in timer.internal_data
        },
    )


def _arrival(token: Token) -> Arrival:
    return Arrival(join=token.task_spec.name, source=token.parent.task_spec.name)
