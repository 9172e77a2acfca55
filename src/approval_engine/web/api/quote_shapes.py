"""
The shapes of quotes and of the question whether one may be booked.
"""

from typing import Any

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.operations.clearance import Clearance
from approval_engine.web.api.shapes import Shape


class QuoteState(Shape):
    """
    The newest revision of a quote, and where its review stands, if there is one.
    """

    id: str
    revision: int
    account: str
    submitted_by: str
    workflow_id: str | None
    status: WorkflowStatus | None


class QuotePage(Shape):
    """
    Quotes, by id.
    """

    items: list[QuoteState]
    next_cursor: str | None


class QuoteDetail(QuoteState):
    """
    A quote with its document as it was stored, and its fingerprint.
    """

    fingerprint: str | None
    document: dict[str, Any]


class Imported(Shape):
    """
    How many quote revisions are new, and all that were named.
    """

    imported: int
    items: list[QuoteState]


class ClearanceAnswer(Shape):
    """
    Whether what stands behind a fingerprint may be booked.

    `cleared`: exactly this was approved, and still is. `changed`: something else was
    approved, or nothing. `expired`: the approval outlived its validity.
    """

    quote_id: str
    clearance: Clearance
    fingerprint: str | None
    workflow_id: str | None
