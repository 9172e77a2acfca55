"""
The one closed language of conditions: text → a typed tree → true, false, unknown.

It serves the cells of a policy and of DMN tables (unary tests) and the flows of a
process (conditions). Nothing in it can call, import or reach into Python.
"""

from approval_engine.policy.conditions.error import ConditionError
from approval_engine.policy.conditions.evaluate import evaluate, holds
from approval_engine.policy.conditions.kinds import Kind, kind_of, misuses
from approval_engine.policy.conditions.parse import (
    parse_condition,
    parse_expression,
    parse_unary,
)
from approval_engine.policy.conditions.tokens import RESERVED
from approval_engine.policy.conditions.tree import Expression, UnaryTest
from approval_engine.policy.conditions.walk import inputs_of, literals_of

__all__ = [
    "RESERVED",
    "ConditionError",
    "Expression",
    "Kind",
    "UnaryTest",
    "evaluate",
    "holds",
    "inputs_of",
    "kind_of",
    "literals_of",
    "misuses",
    "parse_condition",
    "parse_expression",
    "parse_unary",
]
