"""
What a draft of a policy would change: one quote, many of them, and their sums.

Pure: who judges the quotes, and by whose directory, is for `operations` to know.
"""

from approval_engine.analytics.simulation.figures import (
    Exposed,
    Figures,
    RoleCount,
    Segment,
    Simulation,
    StepCount,
)
from approval_engine.analytics.simulation.tally import Tally
from approval_engine.analytics.simulation.tried import Ask, Outcome, Tried
from approval_engine.analytics.simulation.worth import Worth, worth_of

__all__ = [
    "Ask",
    "Exposed",
    "Figures",
    "Outcome",
    "RoleCount",
    "Segment",
    "Simulation",
    "StepCount",
    "Tally",
    "Tried",
    "Worth",
    "worth_of",
]
