"""
A policy → the names that its inputs give to the conditions of a process.
"""

from collections.abc import Mapping

from approval_engine.policy.conditions import Kind
from approval_engine.policy.model import Policy
from approval_engine.policy.reading.draft import KIND_OF_TYPE


def names_of(policy: Policy) -> Mapping[str, Kind]:
    """
    The inputs that are facts of a whole quote, and what each is.
    """
    return {
        each.name: KIND_OF_TYPE[each.type]
        for each in policy.inputs
        if each.name not in policy.line_inputs
    }
