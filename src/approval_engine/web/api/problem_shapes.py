"""
What every refusal looks like, and what some of them tell besides.
"""

from datetime import date
from typing import Any

from pydantic import Field

from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.web.api.shapes import Decision, DocumentProblem, Shape


class FindingExample(Shape):
    """
    A quote that shows a finding: what the policy says of it on a day, and why.
    """

    says: str
    on: date
    facts: dict[str, Any] = Field(description="The inputs that the finding is about.")
    quote: dict[str, Any] = Field(description="It can be imported or previewed.")


class PolicyFinding(Shape):
    """
    What the proof of a policy finds, and by which name it is accepted.
    """

    finding: str = Field(description="Its code.")
    at: str = Field(description="A JSON pointer into the policy.")
    accept: str = Field(description="Its name in `accept`.")
    sentence: str
    examples: list[FindingExample]


class ProblemBody(Shape):
    """
    A refusal as RFC 9457 has it: `code` is for programs, `detail` for people.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    problems: list[DocumentProblem] | None = None
    findings: list[PolicyFinding] | None = None
    decision: Decision | None = None
    workflow_status: WorkflowStatus | None = None
