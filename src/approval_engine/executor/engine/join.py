"""
The gateways that join: they count the tokens that wait at them, by incoming flow.

Stock asks the history of the process which branches have been completed, and in a loop
takes a branch of an earlier round for one of this round: one vote then passes for two.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs import defaults as stock
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from approval_engine.executor.engine.hosts import waiting_timers
from approval_engine.executor.engine.specs import Unpredicted


class SafeJoin(Unpredicted, stock.ParallelGateway):
    """
    Each arrival is a waiting task; the one that completes the set goes on alone.
    """

    def _update_hook(self, my_task: Task) -> bool:
        my_task._set_state(TaskState.WAITING)
        tokens = _oldest(self, my_task.workflow)
        if len(tokens) < len(self._inputs):
            return False
        for token in tokens:
            if token is not my_task:
                token.cancel()
        return True

    def _run_hook(self, *_: object) -> bool:
        return True


class InclusiveGateway(Unpredicted, stock.InclusiveGateway):
    """
    Every flow whose condition is true, else the default; a join of what can arrive.

    `before` are the elements from which a token can still come here.
    """

    before: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()

    def pass_on(self, workflow: BpmnWorkflow) -> bool:
        """
        Let the waiting tokens go on as one if nothing more can arrive; whether they do.
        """
        tokens = _oldest(self, workflow)
        if not tokens or any(self._can_arrive(token) for token in workflow.live()):
            return False
        for token in tokens[:-1]:
            token.cancel()
        tokens[-1]._ready()
        return True

    def _can_arrive(self, token: Task) -> bool:
        spec = token.task_spec
        if spec is self or spec.name not in self.inside:
            return False
        exits = {*spec._outputs, *(t.task_spec.name for t in waiting_timers(token))}
        return not exits.isdisjoint(self.before)

    def _update_hook(self, my_task: Task) -> bool:
        if len(self._inputs) == 1:
            return True
        my_task._set_state(TaskState.WAITING)
        return False

    def _add_followers(self, my_task: Task) -> None:
        """
        None before the conditions have been asked.
        """

    def _run_hook(self, my_task: Task) -> bool:
        matches, default = self._get_matching_outputs(my_task)
        if not (matches or default):
            raise WorkflowTaskException("no condition is satisfied", task=my_task)
        for spec in matches or default:
            my_task._add_child(spec, TaskState.FUTURE)
        return True


def _oldest(join: TaskSpec, workflow: BpmnWorkflow) -> list[Task]:
    """
    The oldest waiting token of every incoming flow on which one has arrived.
    """
    waiting: dict[str, list[Task]] = {}
    for task in workflow.tasks.values():
        if task.task_spec is join and task.state == TaskState.WAITING:
            waiting.setdefault(task.parent.task_spec.name, []).append(task)
    return [waiting[name].pop(0) for name in join._inputs if waiting.get(name)]
