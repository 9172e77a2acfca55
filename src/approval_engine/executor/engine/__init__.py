"""
SpiffWorkflow behind a handful of pure functions over bytes; nobody else imports it.

A definition is compiled once; a process is state bytes and the position they say.
The engine knows where the tokens are; it knows no people, no clock and no verdicts.
"""

from approval_engine.executor.engine.compiled import (
    Definition,
    compile_definition,
    definition,
)
from approval_engine.executor.engine.model import (
    CANCELLED,
    OpenTask,
    OpenTimer,
    Position,
    Snapshot,
    TaskElement,
    TimerElement,
)
from approval_engine.executor.engine.steps import (
    cancel,
    canonical,
    complete,
    fire,
    position,
    start,
)

__all__ = [
    "CANCELLED",
    "Definition",
    "OpenTask",
    "OpenTimer",
    "Position",
    "Snapshot",
    "TaskElement",
    "TimerElement",
    "cancel",
    "canonical",
    "compile_definition",
    "complete",
    "definition",
    "fire",
    "position",
    "start",
]
