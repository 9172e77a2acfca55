"""
Many quotes at once under one policy, in arrays; the answers are those of `evaluate`.

Needs NumPy (the extra `analytics`). What arrays cannot say exactly is left to the plain
evaluator.
"""

from approval_engine.analytics.batch.columns import Batch
from approval_engine.analytics.batch.judge import Judged, judge

__all__ = ["Batch", "Judged", "judge"]
