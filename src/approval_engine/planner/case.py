"""
One quote on its way into a plan: what people are chosen by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from approval_engine.domain.quote import Quote, Value
from approval_engine.planner.roster import Roster
from approval_engine.policy.model import Policy

NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """
    The quote with its inputs, the policy it is judged by, and everybody at one instant.

    `barred` are those who must not decide it, with the reason. `process` is the one
    that the policy selects for it. `engaged` have a part in another step that bars them
    from standing in for somebody in this one, with the rest of a sentence about them.
    """

    policy: Policy
    inputs: Mapping[str, Value]
    quote: Quote
    roster: Roster
    barred: Mapping[str, str]
    process: str = ""
    engaged: Mapping[str, str] = field(default_factory=lambda: NOBODY)
