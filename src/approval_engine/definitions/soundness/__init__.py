"""
A process as it is understood → everything for which it must not be deployed.

A process is sound if whatever people answer, it ends, and no work is lost on the way.
"""

from approval_engine.definitions.soundness.frames import frame_violations
from approval_engine.definitions.soundness.judge import violations
from approval_engine.definitions.soundness.staff import Staff
from approval_engine.definitions.soundness.violation import Violation, problems

__all__ = ["Staff", "Violation", "frame_violations", "problems", "violations"]
