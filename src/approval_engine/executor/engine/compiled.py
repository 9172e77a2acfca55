"""
BPMN bytes → a compiled definition, once per process and hash.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType

from approval_engine.definitions.model import Kind, Node, Process, Work
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.errors import BpmnError, EngineError, Problem
from approval_engine.executor.engine.build import (
    NO_TABLES,
    Tables,
    build,
    outcome_name,
)
from approval_engine.executor.engine.marking import Marking
from approval_engine.executor.engine.memory import APPROVED, DECISION
from approval_engine.executor.engine.model import TaskElement, TimerElement
from approval_engine.executor.engine.restore import capture
from approval_engine.executor.engine.specs import ProcessSpec
from approval_engine.executor.engine.workflow import FastWorkflow

_KEPT = 512
"""How many definitions a process keeps compiled; one of ten tasks takes some 100 kB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """
    A compiled process definition; immutable, shared by threads, made by this package.

    Tasks and timers come in document order; `nodes` are all elements by their ids, with
    what a notify task sends. `asks` are the names that conditions and decisions want,
    `reads` those that may be facts of the quote, `calendar` whose hours its own timers
    count, None for every hour. `process`, `start`, `passed` and `ran` are its inside:
    where every instance begins and what runs before, unless that depends on facts.
    """

    sha256: str
    tables: tuple[tuple[str, object], ...] = ()
    tasks: tuple[TaskElement, ...] = field(compare=False)
    timers: tuple[TimerElement, ...] = field(compare=False)
    nodes: Mapping[str, Node] = field(compare=False, repr=False)
    reads: frozenset[str] = field(compare=False)
    calendar: str | None = field(compare=False)
    asks: frozenset[str] = field(compare=False)
    process: ProcessSpec = field(compare=False, repr=False)
    start: Marking | None = field(compare=False, repr=False)
    passed: tuple[str, ...] = field(compare=False, repr=False)
    ran: tuple[str, ...] = field(compare=False, repr=False)


def compile_definition(
    xml: bytes, file: str = "definition", tables: Tables = NO_TABLES
) -> Definition:
    """
    The definition in a BPMN file; `file` is only the name that problems carry.

    `tables` are the decisions of its business rule tasks, by the ids of the tasks. That
    its names are known and its diagram is one was judged when it was accepted. Raises
    BpmnError with every problem found, in file order.
    """
    process = read(xml, file, EVERY_NAME).process
    try:
        return compile_process(process, hashlib.sha256(xml).hexdigest(), tables)
    except EngineError as error:
        problem = Problem(
            file=file, line=1, code="engine", element="/", sentence=str(error)
        )
        raise BpmnError(problem) from error


def compile_process(
    process: Process, sha256: str, tables: Tables = NO_TABLES
) -> Definition:
    """
    The definition of a process that was read from bytes of that hash.

    Raises EngineError if it cannot run or does not get to a first wait or an end.
    """
    spec = build(process, tables)
    documented = {outcome_name(node) for node in process.nodes()}
    reads = spec.asks - documented - {APPROVED, DECISION}
    start, workflow = _start(spec, sha256, reads)
    return Definition(
        sha256=sha256,
        tables=tuple(sorted(tables.items(), key=lambda item: item[0])),
        tasks=tuple(_tasks(process)),
        timers=tuple(_timers(process)),
        nodes=MappingProxyType({node.id: node for node in process.nodes()}),
        reads=reads,
        asks=spec.asks,
        calendar=process.properties.get("calendar"),
        process=spec,
        start=start,
        passed=tuple(workflow.passed) if start else (),
        ran=tuple(workflow.ran) if start else (),
    )


def _tasks(process: Process) -> Iterator[TaskElement]:
    for node in process.nodes():
        if node.kind is Kind.TASK:
            yield TaskElement(
                id=node.id,
                step=node.properties.get("step"),
                name=node.name,
                work=node.work or Work(),
                documentation=node.documentation,
            )


def _timers(process: Process) -> Iterator[TimerElement]:
    kinds = {node.id: node.kind for node in process.nodes()}
    for node in process.nodes():
        if node.event is not None and node.event.timer is not None:
            host = node.host or node.id
            yield TimerElement(
                id=node.id,
                task=host,
                host=kinds[host],
                interrupting=node.interrupting,
                timer=node.event.timer,
                properties=node.properties,
            )


def _start(
    process: ProcessSpec, sha256: str, reads: frozenset[str]
) -> tuple[Marking | None, FastWorkflow]:
    """
    Where every instance begins, and what went there; None if that depends on facts.
    """
    workflow = FastWorkflow(process)
    try:
        workflow.begin()
        workflow.run_to_wait()
        marking = capture(workflow, sha256)
    except EngineError:
        if reads.isdisjoint(workflow.memory.asked):
            raise
        return None, workflow
    if reads.isdisjoint(workflow.memory.asked):
        return marking, workflow
    return None, workflow


_definitions: OrderedDict[tuple[str, object], Definition] = OrderedDict()
_lock = Lock()


def definition(
    sha256: str, load: Callable[[str], bytes], tables: Tables = NO_TABLES
) -> Definition:
    """
    The compiled definition of that hash; `load` gives its bytes if it is new here.

    Raises EngineError if the bytes have another hash, BpmnError if they do not compile.
    """
    key = (sha256, tuple(sorted(tables.items(), key=lambda item: item[0])))
    with _lock:
        known = _definitions.get(key)
        if known is not None:
            _definitions.move_to_end(key)
            return known
    # Compiled outside of the lock, so that one large file stops nobody else; at first
    # two threads may do the same work, and both then use what was kept first.
    xml = load(sha256)
    if hashlib.sha256(xml).hexdigest() != sha256:
        raise EngineError(
            f"Expected definition {sha256!r}, but its bytes have another hash."
        )
    compiled = compile_definition(xml, tables=tables)
    with _lock:
        kept = _definitions.setdefault(key, compiled)
        while len(_definitions) > _KEPT:
            _definitions.popitem(last=False)
    return kept
