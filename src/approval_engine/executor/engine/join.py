"""
The parallel gateway: it counts the tokens that wait at it, one from each incoming flow.

Stock asks the history of the process which branches have been completed, and in a loop
takes a branch of an earlier round for one of this round: one vote then passes for two.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from SpiffWorkflow.bpmn.specs import defaults as stock
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from approval_engine.executor.engine.specs import Unpredicted


class SafeJoin(Unpredicted, stock.ParallelGateway):
    """
    Each arrival is a waiting task; the one that completes the set goes on alone.
    """

    def _update_hook(self, my_task: Task) -> bool:
        my_task._set_state(TaskState.WAITING)
        tokens = self._complete_set(my_task)
        for token in tokens:
            if token is not my_task:
                token.cancel()
        return bool(tokens)

    def _run_hook(self, *_: object) -> bool:
        return True

    def _complete_set(self, my_task: Task) -> list[Task]:
        """
        The oldest waiting token of every incoming flow, or nothing if one is missing.
        """
        waiting: dict[str, list[Task]] = {}
        for task in my_task.workflow.tasks.values():
            if task.task_spec is self and task.state == TaskState.WAITING:
                waiting.setdefault(task.parent.task_spec.name, []).append(task)
        tokens = []
        for source in self._inputs:
            if not waiting.get(source):
                return []
            tokens.append(waiting[source].pop(0))
        return tokens
