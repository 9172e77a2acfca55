"""
SpiffWorkflow as it comes, to compare with and to show what we do not inherit.
"""

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import EndEvent
from SpiffWorkflow.bpmn.specs.event_definitions import EscalationEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.util.task import TaskState


class Stock:
    """
    One process in the stock engine, with the stock, unsafe, script engine.
    """

    def __init__(self, xml, **data):
        parser = BpmnParser()
        parser.add_bpmn_str(xml)
        self.workflow = BpmnWorkflow(
            parser.get_spec("standard"),
            parser.get_subprocess_specs("standard"),
            script_engine=PythonScriptEngine(),
        )
        self.workflow.task_tree.data.update(data)
        self.workflow.do_engine_steps()

    def task(self, name):
        waiting = self.workflow.get_tasks(state=TaskState.READY)
        return next(t for t in waiting if t.task_spec.name == name)

    def opened(self):
        waiting = self.workflow.get_tasks(state=TaskState.READY)
        return sorted(task.task_spec.name for task in waiting)

    def timers(self):
        return sorted(task.task_spec.name for task in self._waiting_timers())

    def ended(self):
        if not self.workflow.is_completed():
            return None
        ends = [
            task.task_spec.name
            for task in self.workflow.get_tasks(state=TaskState.COMPLETED)
            if task.workflow is self.workflow
            and isinstance(task.task_spec, EndEvent)
            and not isinstance(
                task.task_spec.event_definition, EscalationEventDefinition
            )
        ]
        return ends[-1] if ends else None

    def complete(self, name, **data):
        task = self.task(name)
        task.data.update(data)
        task.run()
        self.workflow.do_engine_steps()

    def fire(self, name):
        task = next(t for t in self._waiting_timers() if t.task_spec.name == name)
        task.task_spec.event_definition.catch(task)
        task.task_spec._update(task)
        self.workflow.do_engine_steps()

    def _waiting_timers(self):
        waiting = self.workflow.get_tasks(state=TaskState.WAITING)
        return [
            task
            for task in waiting
            if isinstance(task.task_spec, BoundaryEvent)
            and isinstance(task.task_spec.event_definition, TimerEventDefinition)
        ]


def in_stock_words(xml):
    """
    The same process with conditions and durations that Python can evaluate.
    """
    text = xml.decode().replace("${", "").replace("}", "")
    for tag in ("PT24H", "PT12H"):
        text = text.replace(f">{tag}<", '>"P1000D"<')
    return text.encode()
