"""
The shapes of what offices keep: policies, processes, delegations, webhooks.
"""

from datetime import datetime
from typing import Any

from pydantic import Field

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.processes import Role
from approval_engine.web.api.shapes import Shape


class PolicyVersion(Shape):
    """
    A published version of a policy.
    """

    policy: str
    version: str
    sha256: str
    status: str = Field(
        description="active, scheduled, ended, retired, or as of its canary"
    )
    published_at: datetime
    published_by: str


class PolicyText(PolicyVersion):
    """
    A published version with its document as it was stored.
    """

    document: dict[str, Any]


class PolicyList(Shape):
    """
    Every published version, oldest first.
    """

    items: list[PolicyVersion]


class ProcessVersion(Shape):
    """
    A deployed version of a process or decision.
    """

    process: str
    version: int
    kind: Role
    sha256: str
    semantic: str
    source: str
    file: str
    deployed_at: datetime
    deployed_by: str


class ProcessList(Shape):
    """
    Every deployed version, by name and number.
    """

    items: list[ProcessVersion]


class Deployment(ProcessVersion):
    """
    A version that was asked for; `isNew` unless it was deployed already.
    """

    is_new: bool
    notes: list[str]


class DeploymentList(Shape):
    """
    What a file brought.
    """

    items: list[Deployment]


class DelegationWindow(Shape):
    """
    A window in which one person may act for another.
    """

    id: str
    from_: str = Field(alias="from")
    to: str
    role: str | None
    within: str | None
    process: str | None
    starts_at: datetime
    ends_at: datetime
    status: str = Field(description="coming, open or past")


class DelegationList(Shape):
    """
    Windows, by their start.
    """

    items: list[DelegationWindow]


class WebhookAddress(Shape):
    """
    An address that is told; of the address itself only its host is shown.
    """

    id: str
    host: str
    shape: str
    secret: str
    kinds: list[str]
    status: str = Field(description="running or ended")


class WebhookList(Shape):
    """
    Every webhook, ended ones too, oldest first.
    """

    items: list[WebhookAddress]


class WebhookData(Shape):
    """
    What happened, and how the workflow stands while it is told.
    """

    event_id: str
    seq: int
    workflow_id: str
    status: WorkflowStatus
    quote_id: str
    quote_revision: int
    quote_sha256: str = Field(alias="quoteSha256")
    fingerprint: str | None
    policy_version: str
    task_id: str | None
    actor: str
    on_behalf_of: str | None
    channel: str
    hash: str


class WebhookMessage(Shape):
    """
    The body of a webhook of shape `json`.
    """

    type: str
    timestamp: datetime
    data: WebhookData
