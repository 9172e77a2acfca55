"""
A checked drawing → SpiffWorkflow's specification of it, made of our kinds of element.
"""

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser import event_parsers as stock_events
from SpiffWorkflow.bpmn.parser import task_parsers as stock_tasks
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.specs.base import TaskSpec

from approval_engine.definitions.namespaces import BPMN, BPMNDI
from approval_engine.executor.engine import specs
from approval_engine.executor.engine.join import SafeJoin
from approval_engine.executor.engine.scripts import Condition
from approval_engine.executor.engine.source import Source, refused
from approval_engine.executor.engine.timers import TimerEvent, ToldTimer
from approval_engine.policy.conditions import parse_condition


class _Node(TaskParser):
    """
    Mixed into the parser of a node: our watch over timers, one wait for many people.
    """

    def _add_multiinstance_task(self, loop_characteristics: etree._Element) -> None:
        pass

    def _add_boundary_event(self, children: list[etree._Element]) -> TaskSpec:
        name = f"{self.bpmn_id}.BoundaryEventSplit"
        watched = specs.WatchedTask(self.spec, name)
        watched.connect(self.task)
        for event in children:
            watched.connect(self.process_parser.parse_node(event))
        return watched


class _StartParser(_Node, stock_events.StartEventParser):
    pass


class _EndParser(_Node, stock_events.EndEventParser):
    def create_task(self) -> TaskSpec:
        """
        An end event with nothing behind it: stock leads all ends to one more join.
        """
        paths = (
            stock_events.TERMINATION_EVENT_XPATH,
            stock_events.ERROR_EVENT_XPATH,
            stock_events.ESCALATION_EVENT_XPATH,
        )
        return self._create_task(self.get_event_definition(paths))


class _TimerParser(_Node, stock_events.BoundaryEventParser):
    def parse_timer_event(self, *_: object) -> ToldTimer:
        """
        A timer whose duration is not looked at.
        """
        return ToldTimer(self.bpmn_id)


class _TaskParser(_Node):
    pass


class _JoinParser(_Node, stock_tasks.GatewayParser):
    pass


class _ChoiceParser(_Node, stock_tasks.ConditionalGatewayParser):
    def connect_outgoing(
        self,
        outgoing_task: TaskSpec,
        sequence_flow_node: etree._Element,
        is_default: bool,  # noqa: FBT001 # it is stock that calls
    ) -> None:
        """
        Connect a flow by its parsed condition: no text is left that could be evaluated.
        """
        text = self.parse_condition(sequence_flow_node)
        if is_default or text is None:
            self.task.connect(outgoing_task)
            return
        flow = sequence_flow_node.get("id", "")
        condition = Condition(flow, parse_condition(text))
        self.task.connect_if(condition, outgoing_task)


class _Parser(BpmnParser):
    """
    Knows the elements that are allowed, and no other.
    """

    PARSER_CLASSES = {  # noqa: RUF012 # stock reads it as a plain attribute
        f"{BPMN}startEvent": (_StartParser, specs.StartEvent),
        f"{BPMN}endEvent": (_EndParser, specs.EndEvent),
        f"{BPMN}userTask": (_TaskParser, specs.UserTask),
        f"{BPMN}boundaryEvent": (_TimerParser, TimerEvent),
        f"{BPMN}exclusiveGateway": (_ChoiceParser, specs.ExclusiveGateway),
        f"{BPMN}parallelGateway": (_JoinParser, SafeJoin),
    }


def parse(source: Source, process_id: str) -> BpmnProcessSpec:
    """
    The specification of a process without problems.

    Raises BpmnError if SpiffWorkflow refuses it nevertheless.
    """
    # Stock tries the flows of a gateway by the height of the boxes they lead to; where
    # there are no boxes, it goes by document order.
    for diagram in source.root.findall(f"{BPMNDI}BPMNDiagram"):
        source.root.remove(diagram)
    parser = _Parser()
    try:
        parser.add_bpmn_xml(source.root, filename=source.file)
        return parser.get_spec(process_id)
    except (SpiffWorkflowException, RecursionError) as error:
        sentence = f"Expected a process that runs, but {error}."
        raise refused(source.file, 1, "engine", sentence) from error
