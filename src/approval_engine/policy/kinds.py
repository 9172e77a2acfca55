"""
The inputs of a policy → what their values are, for whoever reads them in a condition.
"""

from approval_engine.policy.conditions import Kind
from approval_engine.policy.model import Policy
from approval_engine.policy.reading.draft import KIND_OF_TYPE


def kinds_of(policy: Policy) -> dict[str, Kind]:
    """
    The kind of each input that a quote has as a whole, by its name.
    """
    return {
        each.name: KIND_OF_TYPE[each.type]
        for each in policy.inputs
        if each.name not in policy.line_inputs
    }
