"""
SpiffWorkflow behind a handful of pure functions over bytes; nobody else imports it.

A definition is compiled once; a process is state bytes and the position they say.
The engine knows where the tokens are; it knows no people, no clock and no verdicts.
"""

from approval_engine.executor.engine.codec import must_be_ours
from approval_engine.executor.engine.compiled import (
    Definition,
    compile_definition,
    compile_process,
    definition,
)
from approval_engine.executor.engine.model import (
    CANCELLED,
    NO_VALUES,
    DecisionTable,
    OpenTask,
    OpenTimer,
    Position,
    Snapshot,
    TaskElement,
    TimerElement,
    Values,
)
from approval_engine.executor.engine.steps import (
    arrived,
    cancel,
    canonical,
    complete,
    fire,
    names,
    position,
    results,
    start,
)

__all__ = [
    "CANCELLED",
    "NO_VALUES",
    "DecisionTable",
    "Definition",
    "OpenTask",
    "OpenTimer",
    "Position",
    "Snapshot",
    "TaskElement",
    "TimerElement",
    "Values",
    "arrived",
    "cancel",
    "canonical",
    "compile_definition",
    "compile_process",
    "complete",
    "definition",
    "fire",
    "must_be_ours",
    "names",
    "position",
    "results",
    "start",
]
