"""
How a condition says no: one sentence and the place in its text.
"""

from approval_engine.errors import ApprovalEngineError


class ConditionError(ApprovalEngineError):
    """
    A condition does not parse, or meets values that it cannot judge.

    `offset` counts characters of the condition's text from 0; None while evaluating.
    """

    def __init__(self, sentence: str, offset: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.offset = offset
