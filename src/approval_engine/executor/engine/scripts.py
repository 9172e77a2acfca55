"""
Conditions in our closed language and no other: SpiffWorkflow's own is `eval`.

The library evaluates expressions in two objects, a script engine and its environment,
and a workflow that is given none makes an unsafe one. Ours refuse, and stand in as the
library's default too, so that a forgotten assignment fails closed.
"""

from typing import NoReturn

import SpiffWorkflow.bpmn.workflow
from SpiffWorkflow.operators import Operator
from SpiffWorkflow.task import Task

from approval_engine.errors import EngineError
from approval_engine.policy.conditions import (
    ConditionError,
    Expression,
    evaluate,
    inputs_of,
)


class RefusedScripts:
    """
    A script engine, and its environment, that runs nothing.
    """

    def __init__(self, environment: object = None) -> None:
        self.environment = self if environment is None else environment

    def evaluate(self, *_: object, **__: object) -> NoReturn:
        """
        Refuse an expression.
        """
        raise EngineError("Expected no script in a process, but one was to be run.")

    execute = call_service = validate = evaluate


# The library looks this name up when a workflow is made or loaded without an engine.
SpiffWorkflow.bpmn.workflow.PythonScriptEngine = RefusedScripts


class Condition(Operator):
    """
    The condition of one sequence flow; true, or the flow is not taken.
    """

    def __init__(self, flow: str, expression: Expression) -> None:
        super().__init__(expression)
        self.flow = flow
        self.expression = expression
        self.reads = inputs_of(expression)

    def _matches(self, task: Task) -> bool:
        memory = task.workflow.memory
        memory.asked |= self.reads
        try:
            value = evaluate(self.expression, memory.names())
        except ConditionError as error:
            refusal = f"Expected to decide flow {self.flow!r}, but {error}"
            raise EngineError(refusal) from error
        if value is None or isinstance(value, bool):
            return value is True
        raise EngineError(
            f"Expected flow {self.flow!r} to be true or false, but it is {value!r}."
        )
