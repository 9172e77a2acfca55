"""
A process as it is understood → SpiffWorkflow's specification of it, of our elements.

No XML and no diagram is looked at: flows are tried in the order of the document.
"""

# SpiffWorkflow's own parser is what usually calls the underscored method here.
# ruff: noqa: SLF001

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.base import TaskSpec

from approval_engine.definitions import ids
from approval_engine.definitions.model import (
    SPLITS_BY_CONDITION,
    Decides,
    Event,
    Flow,
    Graph,
    Kind,
    Node,
    Process,
    Signal,
)
from approval_engine.errors import EngineError
from approval_engine.executor.engine.hosts import BoundaryTimer, CatchTimer, UserTask
from approval_engine.executor.engine.join import InclusiveGateway, SafeJoin
from approval_engine.executor.engine.model import DecisionTable
from approval_engine.executor.engine.reach import before, inside
from approval_engine.executor.engine.scopes import EndEvent, Scope, ThrownEvent
from approval_engine.executor.engine.scripts import Condition
from approval_engine.executor.engine.specs import (
    ExclusiveGateway,
    NotifyTask,
    ProcessSpec,
    RuleTask,
    StartEvent,
)

Tables = Mapping[str, DecisionTable]
"""The decisions that business rule tasks ask, by the ids of those tasks."""

NO_TABLES: Tables = MappingProxyType({})


def build(process: Process, tables: Tables = NO_TABLES) -> BpmnProcessSpec:
    """
    The specification of a sound process without calls and slots.

    Raises EngineError if it holds what does not run here.
    """
    builder = _Builder(ProcessSpec(process.id), tables)
    builder.spec.start.connect(builder.graph(process.graph, None))
    builder.watch_joins(process.graph)
    builder.spec.asks = frozenset(builder.asks())
    return builder.spec


class _Builder:
    """
    Puts one graph after the other into `spec`; `scopes` are those it is just inside.
    """

    def __init__(self, spec: ProcessSpec, tables: Tables) -> None:
        self.spec = spec
        self.tables = tables
        self.scopes: list[Scope] = []
        self.catchers: dict[str, list[tuple[Event, ThrownEvent]]] = {}

    def graph(self, graph: Graph, scope: Scope | None) -> StartEvent:
        """
        Add a graph with all below it; where it starts.
        """
        for node in graph.nodes:
            if node.host is None:
                self.node(node, scope)
        for node in graph.of(Kind.BOUNDARY):
            self.boundary(node)
        for node in graph.nodes:
            self.connect(node, graph.outgoing[node.id])
        # Only now all boundary events around an end event inside are known.
        for node in graph.of(Kind.SUBPROCESS):
            self.subprocess(node)
        for node in graph.of(Kind.END):
            self.throw(node)
        return self.start_of(graph)

    def start_of(self, graph: Graph) -> StartEvent:
        starts = [self.spec.task_specs[node.id] for node in graph.of(Kind.START)]
        if len(starts) != 1:
            raise EngineError(
                f"Expected one start event in {self.spec.name!r} and in each of its "
                f"subprocesses, but got {len(starts)}."
            )
        return starts[0]

    def node(self, node: Node, scope: Scope | None) -> None:
        if node.kind is Kind.END:
            EndEvent(self.spec, node, _event(node).signal, scope)
        elif node.kind is Kind.RULE:
            self.rule(node)
        elif node.kind in _MAKERS:
            _MAKERS[node.kind](self.spec, node)
        else:
            raise EngineError(
                f"Expected no {node.kind} to run, but {node.id!r} is one: "
                "it is expanded before."
            )

    def rule(self, node: Node) -> None:
        if node.id not in self.tables:
            raise EngineError(
                f"Expected a decision for the business rule task {node.id!r}, "
                "but none is given."
            )
        decides = node.decides or Decides(decision="")
        RuleTask(self.spec, node.id, decides, self.tables[node.id])

    def boundary(self, node: Node) -> None:
        event = _event(node)
        host = self.spec.task_specs.get(node.host)
        if event.timer is not None and isinstance(host, Scope | UserTask):
            timer = BoundaryTimer(
                self.spec, node.id, event.timer, interrupting=node.interrupting
            )
            timer._connect_notify(host)
            host.timers.append(timer)
        elif event.signal in _CAUGHT and isinstance(host, Scope):
            # An error always ends what it leaves.
            interrupting = node.interrupting or event.signal is Signal.ERROR
            thrown = ThrownEvent(self.spec, node.id, host, interrupting=interrupting)
            self.catchers.setdefault(host.name, []).append((event, thrown))
        else:
            raise EngineError(
                f"Expected no boundary event of kind {event.signal} on {node.host!r}, "
                f"but {node.id!r} is one."
            )

    def subprocess(self, node: Node) -> None:
        scope = self.spec.task_specs[node.id]
        self.scopes.append(scope)
        scope.begin_with(self.graph(_body(node), scope))
        self.scopes.pop()

    def throw(self, node: Node) -> None:
        """
        Find who catches what an end event throws.

        It is the innermost; there the one for its code goes before the one for all.
        """
        event = _event(node)
        for scope in reversed(self.scopes if event.signal in _CAUGHT else []):
            for code in (event.code, None):
                for caught, catcher in self.catchers.get(scope.name, []):
                    if (caught.signal, caught.code) == (event.signal, code):
                        self.spec.task_specs[node.id].caught_by = catcher
                        return

    def connect(self, node: Node, flows: tuple[Flow, ...]) -> None:
        spec = self.spec.task_specs[node.id]
        if not flows and node.kind is not Kind.END:
            raise EngineError(f"Expected a flow from {node.id!r}, but it has none.")
        for flow in flows:
            target = self.spec.task_specs[flow.target]
            by_condition = node.kind in SPLITS_BY_CONDITION and node.default != flow.id
            if by_condition and flow.condition is not None:
                spec.connect_if(Condition(flow.id, flow.condition), target)
            else:
                spec.connect(target)

    def watch_joins(self, graph: Graph) -> None:
        """
        Tell the inclusive gateways that join from where tokens can still arrive.
        """
        for node in graph.nodes:
            if node.kind is Kind.INCLUSIVE and len(graph.incoming[node.id]) > 1:
                gateway = self.spec.task_specs[node.id]
                gateway.inside = inside(graph)
                gateway.before = before(graph, self.spec, node.id)
                self.spec.inclusive.append(gateway)
            elif node.body is not None:
                self.watch_joins(node.body)

    def asks(self) -> Iterator[str]:
        """
        The names that conditions and decisions read.
        """
        for spec in self.spec.task_specs.values():
            if isinstance(spec, RuleTask):
                yield from spec.table.reads
            elif isinstance(spec, ExclusiveGateway | InclusiveGateway):
                for condition, _ in spec.cond_task_specs:
                    yield from condition.reads if condition else ()


_CAUGHT = frozenset({Signal.ERROR, Signal.ESCALATION})
_NOTHING = Event(signal=Signal.NONE)


def _event(node: Node) -> Event:
    return node.event or _NOTHING


def _body(node: Node) -> Graph:
    return node.body or Graph(nodes=(), flows=())


def outcome_name(node: Node) -> str:
    """
    The name under which conditions know the outcome of a user task.
    """
    return ids.outcome(node.properties.get("step", node.id))


def _user_task(spec: ProcessSpec, node: Node) -> TaskSpec:
    return UserTask(spec, node.id, outcome_name(node))


def _scope(spec: ProcessSpec, node: Node) -> TaskSpec:
    return Scope(spec, node.id, inside(_body(node)))


def _plain(kind: Callable[[ProcessSpec, str], TaskSpec]) -> "_Maker":
    return lambda spec, node: kind(spec, node.id)


_Maker = Callable[[ProcessSpec, Node], TaskSpec]
_MAKERS: Mapping[Kind, _Maker] = {
    Kind.START: _plain(StartEvent),
    Kind.TASK: _user_task,
    Kind.NOTICE: _plain(NotifyTask),
    Kind.SUBPROCESS: _scope,
    Kind.EXCLUSIVE: _plain(ExclusiveGateway),
    Kind.PARALLEL: _plain(SafeJoin),
    Kind.INCLUSIVE: _plain(InclusiveGateway),
    Kind.CATCH: _plain(CatchTimer),
}
