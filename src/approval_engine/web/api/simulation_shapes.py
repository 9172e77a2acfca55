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
    by: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="An input that quotes state; figures for each value of it.",
    )


class Verdict(Shape):
    """
    What a policy says to a quote: the steps it asks and why, or why it is refused.

    `roles` are those that the steps ask, one for each.
    """

    steps: list[str]
    roles: list[str]
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


class RoleDifference(Shape):
    """
    How often a role is asked, and the working hours that takes.

    `hours_from` is `worked` where enough decisions of the role are recorded from claim
    to decision, else `due`: then they are the hours in which its steps are due.
    """

    role: str
    before: int
    after: int
    hours_before: str
    hours_after: str
    hours_from: str


class Exposure(Shape):
    """
    What stands behind the quotes that nobody, or at last somebody, would see.

    Their `margin` is unknown where lines state no cost and the quote no `margin_pct`.
    """

    kind: str
    currency: str
    quotes: int
    amount: str
    margin: str
    without_amount: int
    without_margin: int


class Figures(Shape):
    """
    Counts, working hours and sums of some quotes, each counted once.

    Quotes of a `negative` amount are judged as they are, and lessen the sums.
    """

    quotes: int
    changed: int
    automatic: int
    caught: int
    refused: int
    admitted: int
    unjudged: int
    negative: int
    steps_before: int
    steps_after: int
    hours_before: str
    hours_after: str
    hours_added: str
    exposed: list[Exposure]


class SegmentDifference(Figures):
    """
    The figures of the quotes that state one value; null are those that state none.
    """

    value: str | None


class Simulated(Figures):
    """
    What a draft changes.

    `automatic` quotes would be asked of nobody any more, `caught` ones of somebody at
    last; `refused` and `admitted` ones are refused by the draft or by the policy in
    force only, `unjudged` ones by both. Of those that change, or that nobody could
    judge, the first hundred are told.
    """

    policy: str
    version: str
    against: str
    steps: list[StepDifference]
    roles: list[RoleDifference]
    by: str | None
    segments: list[SegmentDifference]
    items: list[ChangedQuote] = Field(max_length=SHOWN)
