"""
The kinds of element that run: stock SpiffWorkflow without prediction and shared data.

Stock keeps a tree of everything that may happen and copies data along it; the first
grows exponentially with the drawing, the second loses data where branches meet. Here
a task gets its children when it runs, and what was said belongs to the process.
"""

# SpiffWorkflow has no public way to change how a task moves; its hooks are underscored.
# ruff: noqa: SLF001

from collections.abc import Mapping
from typing import cast

from SpiffWorkflow.bpmn.specs import defaults as stock
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from approval_engine.definitions.model import Decides
from approval_engine.domain.quote import Value
from approval_engine.executor.engine.model import Answer, DecisionTable, Values


class ProcessSpec(BpmnProcessSpec):
    """
    All elements of a process, those of its subprocesses too, by their ids.

    `scopes` are its subprocesses, `inclusive` the gateways that wait for what can still
    arrive, `asks` the names that its conditions and decisions read.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        # Stock has put in three elements of its own; a file may use the same ids.
        self.task_specs.clear()
        self.start = BpmnStartTask(self, "(start)")
        self.scopes: list[TaskSpec] = []
        self.inclusive: list[TaskSpec] = []
        self.asks: frozenset[str] = frozenset()


class ToldEvent(EventDefinition):
    """
    An event that no clock and no other event of the process can set off.
    """


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
        for spec in self.outputs:
            my_task._add_child(spec, TaskState.FUTURE)


class StartEvent(Unpredicted, stock.StartEvent):
    """
    The start of a process or subprocess, without trigger.
    """

    def __init__(self, process: ProcessSpec, name: str) -> None:
        super().__init__(process, name, NoneEventDefinition())


class ExclusiveGateway(Unpredicted, stock.ExclusiveGateway):
    """
    The first flow in document order whose condition is true, else the default.
    """

    def _add_followers(self, my_task: Task) -> None:
        """
        None: stock adds the one that is chosen.
        """


class NotifyTask(Unpredicted, BpmnSpecMixin):
    """
    A message to send, which the caller does once the step is stored.
    """

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.passed.append(self.name)
        return True


class RuleTask(Unpredicted, BpmnSpecMixin):
    """
    A decision that is asked; its answer is known from here on.
    """

    def __init__(
        self, process: ProcessSpec, name: str, decides: Decides, table: DecisionTable
    ) -> None:
        super().__init__(process, name)
        self.decides = decides
        self.table = table

    def _run_hook(self, my_task: Task) -> bool:
        workflow = my_task.workflow
        memory, reads = workflow.memory, self.table.reads
        memory.asked |= reads
        names = memory.names()
        # What it does not say it reads it must not see: steps are remembered by that.
        answer = self.table({name: names[name] for name in reads & names.keys()})
        memory.keep(self.name, named(answer, self.decides.variable))
        workflow.passed.append(self.name)
        return True


def named(answer: Answer, variable: str | None) -> Values:
    """
    An answer as named values, for a language without dots.

    A value has the name of the variable. A row has one name for each of its values,
    such as `risk_level`, and several rows have a list for each. Without a variable
    nothing is kept, for a column could have the name of somebody's answer.
    """
    if not variable:
        return {}
    rows = answer if isinstance(answer, tuple) else (answer,)
    if not any(isinstance(row, Mapping) for row in rows):
        # It is one value then, or a list of values.
        return {variable: cast("Value", answer)}
    row = answer if isinstance(answer, Mapping) else _columns(rows)
    return {f"{variable}_{name}": value for name, value in row.items()}


def _columns(answers: tuple[object, ...]) -> Values:
    rows = [row for row in answers if isinstance(row, Mapping)]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: tuple(row.get(name) for row in rows) for name in names}
