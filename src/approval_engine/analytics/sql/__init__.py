"""
The conditions of a policy as SQL: which triggers fire for quotes where they lie.

What SQL cannot say exactly is refused with a sentence; a row that it cannot judge is
put aside, for the plain evaluator.
"""

from approval_engine.analytics.sql.facts import Columns, Misfit
from approval_engine.analytics.sql.keys import Whole, keyed, repeated, whole
from approval_engine.analytics.sql.terms import Unsayable
from approval_engine.analytics.sql.triggers import (
    ASIDE,
    Days,
    counted,
    differing,
    judged,
)

__all__ = [
    "ASIDE",
    "Columns",
    "Days",
    "Misfit",
    "Unsayable",
    "Whole",
    "counted",
    "differing",
    "judged",
    "keyed",
    "repeated",
    "whole",
]
