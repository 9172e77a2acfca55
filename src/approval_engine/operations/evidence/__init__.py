"""
Evidence packets: one workflow with all it was decided under, for somebody elsewhere.

Whoever checks a packet needs this program and a public key, and no database.
"""

from approval_engine.operations.evidence.export import export
from approval_engine.operations.evidence.judge import Proved, verify

__all__ = ["Proved", "export", "verify"]
