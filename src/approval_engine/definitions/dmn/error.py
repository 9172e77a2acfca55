"""
How a decision says no: one sentence that names the decision and the rules.
"""

from approval_engine.errors import ApprovalEngineError


class DecisionError(ApprovalEngineError):
    """
    A decision has no one answer for these values, or cannot judge them.
    """
