"""
The whole database → every sentence about it that should hold and does not.

A check only reads, and trusts neither the rows nor the engine that wrote them.
"""

from approval_engine.operations.invariants.model import Finding, Invariant
from approval_engine.operations.invariants.table import (
    OF_EACH_WORKFLOW,
    OF_THE_WHOLE,
    Checked,
    check_all,
)

__all__ = [
    "OF_EACH_WORKFLOW",
    "OF_THE_WHOLE",
    "Checked",
    "Finding",
    "Invariant",
    "check_all",
]
