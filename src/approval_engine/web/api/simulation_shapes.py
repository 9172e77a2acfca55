"""
What a simulation of a policy takes and answers.
"""

from typing import Any

from pydantic import Field

from approval_engine.web.api.bodies import Body
from approval_engine.web.api.shapes import Shape

MOST = 500
"""So many quotes are looked at in one request."""

SHOWN = 100
"""So many quotes that change are told one by one."""


class SimulationRequest(Body):
    """
    A draft, and the quotes that it is tried with: those sent, else those of the past.
    """

    policy: dict[str, Any] = Field(description="A policy, as it would be published.")
    quotes: list[dict[str, Any]] | None = Field(
        None, min_length=1, max_length=MOST, description="Quotes; nothing is stored."
    )
    last: int = Field(
        MOST,
        ge=1,
        le=MOST,
        description="Without quotes: so many of those submitted last.",
    )


class Verdict(Shape):
    """
    What a policy says to a quote: the steps it asks and why, or why it is refused.
    """

    steps: list[str]
    triggers: list[str]
    refused: str | None


class ChangedQuote(Shape):
    """
    A quote for which the draft asks others than the policy in force.
    """

    quote_id: str
    quote_revision: int
    account: str
    before: Verdict
    after: Verdict


class StepDifference(Shape):
    """
    How many quotes a step asks now, and how many by the draft.
    """

    step: str
    before: int
    after: int


class Simulated(Shape):
    """
    What a draft changes.

    `automatic` quotes would be asked of nobody any more, `caught` ones of somebody at
    last; `refused` and `admitted` ones are refused by the draft or by the policy in
    force only. Of those that change the first hundred are told.
    """

    policy: str
    version: str
    against: str
    quotes: int
    changed: int
    automatic: int
    caught: int
    refused: int
    admitted: int
    steps_before: int
    steps_after: int
    steps: list[StepDifference]
    items: list[ChangedQuote] = Field(max_length=SHOWN)
