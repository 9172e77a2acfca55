"""
What programs may send: the body and the parameters of every operation, and no more.

These models judge form only; what a thing means, the commands judge.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
)
from pydantic.alias_generators import to_camel

from approval_engine.domain.actions import Action
from approval_engine.domain.lifecycle import TaskStatus, WorkflowStatus

LONGEST_PAGE = 100
_PAGE = 20
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)"
)
_PLAIN = r"^[^\x00-\x1f\x7f]*$"


def _instant(value: object) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value.upper())
    sentence = "an instant such as 2026-03-06T21:00:00Z"
    raise ValueError(sentence)


def _in_utc(value: datetime) -> datetime:
    # What lies outside of the calendar once it is in UTC is no instant either.
    try:
        return value.astimezone(UTC)
    except OverflowError:
        sentence = "an instant such as 2026-03-06T21:00:00Z"
        raise ValueError(sentence) from None


def _whole(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
        return int(value)
    sentence = f"a number from 1 to {LONGEST_PAGE}"
    raise ValueError(sentence)


def _word(value: object) -> bool:
    words = {"true": True, "false": False}
    if value not in words:
        sentence = "true or false"
        raise ValueError(sentence)
    return words[str(value)]


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_instant)]
Id = Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN)]
Size = Annotated[
    int,
    BeforeValidator(_whole),
    Field(ge=1, le=LONGEST_PAGE, description="How many items a page has at most."),
]
Flag = Annotated[bool, BeforeValidator(_word)]
Cursor = Annotated[
    str,
    Field(
        max_length=200,
        pattern=_PLAIN,
        description="The `nextCursor` of the page before; without it the first page.",
    ),
]


class Body(BaseModel):
    """
    A JSON object of which every key is known.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, strict=True
    )


class Query(BaseModel):
    """
    The parameters of an address; they all come as text.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class Page(Query):
    """
    A page of a list.
    """

    cursor: Cursor | None = None
    limit: Size = _PAGE


class WorkflowQuery(Page):
    """
    Which workflows.
    """

    status: WorkflowStatus | None = None
    quote_id: Id | None = None


class TaskQuery(Page):
    """
    Which tasks.
    """

    assignee: Id | None = Field(None, description="Whom the task is with.")
    role: Id | None = None
    status: TaskStatus | None = None
    due_before: Instant | None = Field(None, description="Due before this instant.")


class ClearanceQuery(Query):
    """
    What the asking system holds.
    """

    fingerprint: Id = Field(description="The fingerprint that you hold.")


class FileQuery(Query):
    """
    How a file is called.
    """

    file: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", max_length=100)
    ] = Field("upload.bpmn", description="Its name, which problems are told with.")


class QuoteDocument(BaseModel):
    """
    One revision of a quote. Further keys are inputs of the policy.

    Amounts are strings or numbers, exact decimals. Totals that follow from the lines
    are derived and checked.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="allow")

    id: str
    revision: int = Field(ge=1, description="A revision never changes.")
    submitted_by: str = Field(description="The person who offers it.")
    owner: str | None = Field(None, description="Who else may submit it.")
    account: str
    currency: str = Field(description="ISO 4217, such as USD.")
    justification: str | None = None
    needed_by: str | None = Field(None, description="A day, such as 2026-03-31.")
    attachments: list[dict[str, Any]] | None = None
    lines: list[dict[str, Any]] | None = None


class StoredQuote(Body):
    """
    The newest revision of a quote that is here already.
    """

    quote_id: Id


class SentQuote(Body):
    """
    A quote that comes along; it is stored first.
    """

    quote: dict[str, Any]


def _which(value: object) -> str:
    return "sent" if isinstance(value, dict) and "quote" in value else "stored"


class SubmitRequest(
    RootModel[
        Annotated[
            Annotated[StoredQuote, Tag("stored")] | Annotated[SentQuote, Tag("sent")],
            Discriminator(_which),
        ]
    ]
):
    """
    What is to be reviewed: a quote by its id, or the quote itself.
    """


class PreviewRequest(StoredQuote):
    """
    The quote whose plan is wanted.
    """


class RecallRequest(Body):
    """
    Why the quote is withdrawn.
    """

    comment: str = Field(min_length=1)


class TaskAction(Body):
    """
    What is to be done to a task.
    """

    action: Annotated[Action, Field(strict=False)]
    comment: str | None = Field(
        None, description="Needed by reject, return, comment and both infos."
    )
    to: str | None = Field(
        None, description="The person whom delegate and others name."
    )
    within: str | None = Field(
        None, description='Bounds of an approval, such as "discount_pct <= 12".'
    )
    revision: int | None = Field(
        None, description="The revision that you saw; another one now is a 412."
    )
    reply_to: int | None = Field(
        None, description="The number of the event that a comment answers."
    )
    after: bool = Field(
        default=False, description="Ask the added approver once the step is met."
    )
    fields: dict[str, str] | None = Field(
        None, description="What the form of the task asks, by field."
    )


class NewDelegation(Body):
    """
    A window in which one person may act for another.
    """

    from_: Id | None = Field(
        None, alias="from", description="Whose work; yours if nobody is named."
    )
    to: Id
    role: Id | None = Field(None, description="Only for work in this role.")
    within: str | None = Field(None, description='Such as "amount <= 500000".')
    process: Id | None = Field(None, description="Only for quotes of this process.")
    starts_at: Instant
    ends_at: Instant = Field(description="The first instant after it.")


class NewWebhook(Body):
    """
    An address that is told of what happens.
    """

    url: str = Field(description="An https address.", min_length=1, max_length=2000)
    kinds: list[str] = Field(
        min_length=1, description="Such as workflow.approved; see the webhooks below."
    )
    shape: Annotated[str, Field(pattern="^(json|slack|teams)$")] = "json"
    secret: Id = Field(
        "default", description="Which secret of CPQ_WEBHOOK_SECRET signs it."
    )
