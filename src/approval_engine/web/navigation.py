"""
The pages that the bar on top leads to, and who finds each of them there.
"""

from dataclasses import dataclass

from approval_engine.domain.rights import Right
from approval_engine.web import context


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """
    One entry of the bar. `key` is what a page calls itself to be marked there.
    """

    key: str
    label: str
    endpoint: str
    right: Right | None = None


PLACES = (
    Place(key="inbox", label="Inbox", endpoint="inbox.inbox"),
    Place(key="quotes", label="My quotes", endpoint="quotes.quotes"),
    Place(key="workflows", label="Workflows", endpoint="workflows.workflows_page"),
    Place(key="desk", label="Deal desk", endpoint="desk.queue", right=Right.RUN_DESK),
    Place(
        key="processes",
        label="Processes",
        endpoint="processes.listing",
        right=Right.SEE_PROCESSES,
    ),
    Place(
        key="policies",
        label="Policies",
        endpoint="policies.policies",
        right=Right.SEE_POLICIES,
    ),
    Place(
        key="reports",
        label="Reports",
        endpoint="reports.overview",
        right=Right.SEE_EVERYTHING,
    ),
    Place(
        key="admin",
        label="Admin",
        endpoint="admin.overview",
        right=Right.SEE_OFFICE,
    ),
)
"""All of them, in their order."""


def places() -> tuple[Place, ...]:
    """
    What the person who asks finds in the bar.
    """
    rights = context.rights()
    return tuple(each for each in PLACES if each.right is None or each.right in rights)
