"""
A process as it is understood → everything for which it must not be deployed.

A process is sound if whatever people answer, it ends, and no work is lost on the way.
"""

from approval_engine.definitions.soundness.flaw import Flaw, problems
from approval_engine.definitions.soundness.frames import frame_flaws
from approval_engine.definitions.soundness.judge import flaws
from approval_engine.definitions.soundness.staff import Staff

__all__ = ["Flaw", "Staff", "flaws", "frame_flaws", "problems"]
