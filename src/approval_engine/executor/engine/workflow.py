"""
One process in memory, for the length of one step: tokens, memory, and an agenda.

A token is a SpiffWorkflow task without clock, random id or log line. Tokens that become
ready to run without a person stand in an agenda, so that nothing scans the tree.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

import itertools
import logging
from collections import deque
from collections.abc import Iterator

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from approval_engine.definitions import ids
from approval_engine.errors import EngineError
from approval_engine.executor.engine.memory import Memory
from approval_engine.executor.engine.model import NO_VALUES, Values
from approval_engine.executor.engine.scripts import RefusedScripts
from approval_engine.executor.engine.specs import ProcessSpec

MAX_STEPS = 10_000
"""How many elements may run between two waits; more is a circle without a wait."""

# Below WARNING each change of state collects its surroundings, whether shown or not.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_SCRIPTS = RefusedScripts()


class Token(Task):
    """
    A task that tells the agenda when it can run, and nobody else.
    """

    def __init__(
        self,
        workflow: "FastWorkflow",
        task_spec: TaskSpec,
        parent: "Token | None" = None,
        state: int = TaskState.FUTURE,
    ) -> None:
        super().__init__(workflow, task_spec, parent, state, id=next(workflow.ids))

    def _add_child(self, task_spec: TaskSpec, state: int) -> "Token":
        return Token(self.workflow, task_spec, self, state)

    def _set_state(self, value: int) -> None:
        self._state = value

    def _ready(self) -> None:
        super()._ready()
        if not self.task_spec.manual:
            self.workflow.agenda.append(self)

    def cancel(self) -> None:
        """
        End this token and no other: what ends with it is not what came from it.
        """
        if self.has_state(TaskState.NOT_FINISHED_MASK):
            self._set_state(TaskState.CANCELLED)


class FastWorkflow(BpmnWorkflow):
    """
    A process whose past is gone: what it still needs of it is in its memory.

    `reached_end` is the last end event of this step, `passed` are the tasks that ran in
    it without waiting, and `ran` is everything that ran in it, in order. `verdict_end`
    is the end event that says how it ends, once one was reached, whatever else goes on.
    """

    def __init__(self, process: ProcessSpec, facts: Values = NO_VALUES) -> None:
        super().__init__(process, script_engine=_SCRIPTS, deserializing=True)
        self.ids = itertools.count(1)
        self.agenda: deque[Token] = deque()
        self.memory = Memory(facts)
        self.reached_end: str | None = None
        self.verdict_end: str | None = None
        self.passed: list[str] = []
        self.ran: list[str] = []
        self.task_tree = Token(self, process.start, state=TaskState.COMPLETED)

    def begin(self) -> None:
        """
        Put a token on the start event.
        """
        for spec in self.spec.start.outputs:
            self.put(spec)

    def put(self, spec: TaskSpec) -> None:
        """
        Put a token on an element, wherever others are.
        """
        spec._update(self.task_tree._add_child(spec, TaskState.FUTURE))

    def reach(self, end: str, verdict: str | None) -> None:
        """
        Note that an end event was reached; a no that was reached stays a no.
        """
        self.reached_end = end
        if verdict is None:
            return
        before = (self.verdict_end or ids.APPROVED).partition("_")[0]
        if before == ids.APPROVED:
            says = end.partition("_")[0] == verdict
            self.verdict_end = end if says else f"{verdict}_{end}"

    def live(self, state: int = TaskState.NOT_FINISHED_MASK) -> Iterator[Token]:
        """
        The tokens that are not finished, or in the given state, oldest first.
        """
        return (token for token in self.tasks.values() if token.has_state(state))

    def stop(self) -> None:
        """
        Cancel every token.
        """
        for token in self.live():
            token.cancel()

    def run_to_wait(self) -> None:
        """
        Run what needs no person until everything waits.

        Raises EngineError if that takes more than `MAX_STEPS` or a step is impossible.
        """
        for _ in range(MAX_STEPS):
            if not self.agenda and not self._pass_joins():
                return
            token = self.agenda.popleft()
            # An end that stops everything may have cancelled it in the meantime.
            if token.state == TaskState.READY:
                _run(token)
        raise EngineError(
            f"Expected a wait within {MAX_STEPS} steps of process {self.spec.name!r}, "
            "but it runs in a circle."
        )

    def _pass_joins(self) -> bool:
        """
        Let the first inclusive join go on at which nothing more can arrive.

        Only where everything else rests it is known what can still arrive.
        """
        return any(join.pass_on(self) for join in self.spec.inclusive)

    def get_tasks_iterator(
        self, first_task: Task | None = None, **kwargs: int
    ) -> Iterator[Task]:
        """
        As stock for a part of the tree; for all of it a scan, which has no depth limit.
        """
        if first_task is None and kwargs.keys() == {"state"}:
            return self.live(kwargs["state"])
        return super().get_tasks_iterator(first_task, **kwargs)

    def _task_completed_notify(self, task: Task) -> None:
        """
        Stock looks at every waiting task now; here those that wait are told.
        """


def _run(token: Token) -> None:
    token.workflow.ran.append(token.task_spec.name)
    try:
        token.run()
    except SpiffWorkflowException as error:
        raise EngineError(
            f"Expected to pass {token.task_spec.name!r}, but {error}."
        ) from error
