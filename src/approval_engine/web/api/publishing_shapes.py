"""
What publishing a policy takes: the policy, and what is accepted of its findings.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from approval_engine.web.api.bodies import Body, Flag, Query

ACCEPTED = (
    "What the proof finds and is accepted, as code@place, and why. Each finding must be"
    " before the version decides about quotes."
)
"""How every operation describes its `accept`."""

Reason = Annotated[str, Field(min_length=1, max_length=1000)]
"""Why a finding is accepted."""


class PublishQuery(Query):
    """
    How a policy is published.
    """

    accept_fallback: Flag = Field(
        default=False,
        description="Publish although pinned processes then serve no plan any more.",
    )


class PolicyDocument(BaseModel):
    """
    A policy; `cpq policy schema` prints its whole form.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="allow")

    policy: str
    version: str


class AcceptedPolicy(Body):
    """
    A policy, and what its proof finds in it that is accepted.
    """

    policy: dict[str, Any] = Field(description="The whole policy.")
    accept: dict[str, Reason] = Field(default_factory=dict, description=ACCEPTED)


class PublishRequest(RootModel[PolicyDocument | AcceptedPolicy]):
    """
    A policy by itself, or within `policy` where findings of its proof are accepted.
    """
