"""
BPMN bytes → a compiled definition, once per process and hash.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from approval_engine.errors import BpmnError, EngineError
from approval_engine.executor.engine import allowed, drawing, elements
from approval_engine.executor.engine.codec import Marking
from approval_engine.executor.engine.model import TaskElement, TimerElement
from approval_engine.executor.engine.parse import parse
from approval_engine.executor.engine.restore import capture
from approval_engine.executor.engine.source import Source, read, refused
from approval_engine.executor.engine.workflow import FastWorkflow

_KEPT = 512
"""How many definitions a process keeps compiled; one of ten tasks takes some 100 kB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """
    A compiled process definition; immutable, shared by threads, made by this package.

    Tasks and timers come in document order. `process` and `start` are its inside.
    """

    sha256: str
    tasks: tuple[TaskElement, ...] = field(compare=False)
    timers: tuple[TimerElement, ...] = field(compare=False)
    process: BpmnProcessSpec = field(compare=False, repr=False)
    start: Marking = field(compare=False, repr=False)


def compile_definition(xml: bytes, file: str = "definition") -> Definition:
    """
    The definition in a BPMN file; `file` is only the name that problems carry.

    Raises BpmnError with every problem found, in file order.
    """
    source = read(xml, file)
    allowed.check(source)
    plan = drawing.draw(source)
    if plan is not None:
        drawing.check(source, plan)
        elements.check(source, plan)
    if source.problems or plan is None:
        raise BpmnError(*sorted(source.problems, key=lambda problem: problem.line))
    sha256 = hashlib.sha256(xml).hexdigest()
    process = parse(source, plan.process.get("id", ""))
    return Definition(
        sha256=sha256,
        tasks=elements.tasks(plan),
        timers=elements.timers(plan),
        process=process,
        start=_start(source, process, sha256),
    )


def _start(source: Source, process: BpmnProcessSpec, sha256: str) -> Marking:
    """
    Where every instance begins: nothing is known before the first task.
    """
    workflow = FastWorkflow(process)
    try:
        workflow.begin()
        workflow.run_to_wait()
        return capture(workflow, sha256)
    except EngineError as error:
        raise refused(source.file, 1, "start", str(error)) from error


_definitions: OrderedDict[str, Definition] = OrderedDict()
_lock = Lock()


def definition(sha256: str, load: Callable[[str], bytes]) -> Definition:
    """
    The compiled definition of that hash; `load` gives its bytes if it is new here.

    Raises EngineError if the bytes have another hash, BpmnError if they do not compile.
    """
    with _lock:
        known = _definitions.get(sha256)
        if known is not None:
            _definitions.move_to_end(sha256)
            return known
    # Compiled outside of the lock, so that one large file stops nobody else; at first
    # two threads may do the same work, and both then use what was kept first.
    xml = load(sha256)
    if hashlib.sha256(xml).hexdigest() != sha256:
        raise EngineError(
            f"Expected definition {sha256!r}, but its bytes have another hash."
        )
    compiled = compile_definition(xml)
    with _lock:
        kept = _definitions.setdefault(sha256, compiled)
        while len(_definitions) > _KEPT:
            _definitions.popitem(last=False)
    return kept
