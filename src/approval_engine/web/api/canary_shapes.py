"""
What the operations on canaries take and answer.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from approval_engine.operations.canary_status import SHOWN
from approval_engine.policy.canary import SHARES
from approval_engine.web.api.bodies import Body, Query
from approval_engine.web.api.publishing_shapes import ACCEPTED, Reason
from approval_engine.web.api.shapes import Shape

_PERCENT = r"^[0-9]{1,3}(\.[0-9]{1,2})?$"
_TIMES = r"^[0-9]{1,3}(\.[0-9]{1,3})?$"
_RATE = r"^0\.[0-9]{1,4}$"


def _percent(value: str) -> str:
    if not re.fullmatch(_PERCENT, value) or not 0 < Decimal(value) <= 100:  # noqa: PLR2004 percent
        raise ValueError(SHARES)
    return value


class CanaryRequest(Body):
    """
    A policy to try beside the one in force, or a version that was tried before.

    Without both the one that runs is meant. Without `share` it stays in the shadow.
    """

    policy: dict[str, Any] | None = Field(None, description="A policy, not published.")
    version: str | None = Field(None, min_length=1, max_length=100)
    share: Annotated[str, AfterValidator(_percent)] | None = Field(
        None,
        description="Percent of the quotes, 0.01 to 100.",
        json_schema_extra={"pattern": _PERCENT},
    )
    segment: str = Field(
        "", max_length=500, description="A condition over the inputs of a quote."
    )
    alpha: str | None = Field(
        None, pattern=_RATE, description="The guard's error rate, at most 0.2; 0.05."
    )
    at_least: int | None = Field(
        None, ge=1, le=10_000, description="Quotes of each before it stops; 20."
    )
    tolerated: dict[str, Annotated[str, Field(pattern=_TIMES)]] = Field(
        default_factory=dict,
        description="How many times as often each metric may happen, 1 or more.",
    )
    accept: dict[str, Reason] = Field(default_factory=dict, description=ACCEPTED)


class CanaryEnd(Body):
    """
    Why a canary ends; others read it.
    """

    comment: str = Field("", max_length=1000)


class CanaryPromoted(CanaryEnd):
    """
    Why a canary is promoted, and what is wrong with it all the same.
    """

    accept: dict[str, Reason] = Field(default_factory=dict, description=ACCEPTED)


class CanaryQuery(Query):
    """
    Which canary is meant.
    """

    number: str | None = Field(
        None, pattern=r"^[0-9]{1,9}$", description="Default: the last one."
    )


class CanaryDone(Shape):
    """
    Where a canary stands after a command. `result` is applied or duplicate.
    """

    canary: int
    policy: str
    version: str
    status: str = Field(description="shadow, canary, promoted or stopped")
    result: str


class Said(Shape):
    """
    What one version says of a quote: whom it asks, or the codes by which it refuses.

    `failed` is the kind of error that stopped the version that routed nothing.
    """

    triggers: list[str] = Field(default_factory=list)
    steps: list[str] = Field(default_factory=list)
    process: str | None = None
    refused: list[str] | None = None
    failed: str | None = None


class DifferingQuote(Shape):
    """
    A quote that the two versions treat otherwise; `side` is the one that routed it.
    """

    quote_id: str
    quote_revision: int
    workflow_id: str
    side: str
    active: Said
    canary: Said


class CanaryArm(Shape):
    """
    The quotes of one version whose side was drawn by lot, each counted once.

    `exposure` is the worth approved without asking anybody.
    """

    side: str
    quotes: int
    decided: int
    median_hours: str | None
    escalated: int
    overridden: int
    automatic: int
    exposure: str
    refused: int = Field(
        description="which the new version alone refused or broke with"
    )


class CanaryMetric(Shape):
    """
    How much happened by each version, and the evidence that it is more than tolerated.
    """

    metric: str
    canary: str
    active: str
    tolerated: str
    evidence: str


class CanaryGuard(Shape):
    """
    What the guard goes by and sees; it stops the canary once evidence reaches `bound`.
    """

    alpha: str
    bound: str
    at_least: int
    slow_after_hours: str
    arms: list[CanaryArm]
    metrics: list[CanaryMetric]
    stops_by: str | None


class CanaryStatus(Shape):
    """
    A canary. Of the quotes that differ the newest hundred are told.
    """

    canary: int
    policy: str
    version: str
    sha256: str
    status: str = Field(description="shadow, canary, promoted or stopped")
    share: str = Field(description="percent of the quotes")
    segment: str | None
    since: datetime | None
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    ended_by: str | None
    comment: str
    compared: int
    differing: int
    failed: int
    routed: int
    guard: CanaryGuard | None
    items: list[DifferingQuote] = Field(max_length=SHOWN)
