"""
An event and the workflow it belongs to → the body that a webhook is sent; pure.

Three shapes: the event as plain JSON, a message for Slack, a card for Teams. No shape
holds what people wrote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from approval_engine.documents import canonical
from approval_engine.domain.events import Event, Fact
from approval_engine.domain.workflow import Workflow
from approval_engine.planner.phrases import label

_ABOUT_TASKS = ("task_", "timer_", "workflow_")


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """
    What there is to tell; `link` leads to the workflow, if pages have an address.
    """

    event: Event
    workflow: Workflow
    link: str | None = None

    @property
    def sentence(self) -> str:
        """
        The event in one line.
        """
        workflow = self.workflow
        quote = f"{workflow.quote_id} revision {workflow.quote_revision}"
        task = f", task {self.event.task_id}" if self.event.task_id else ""
        words = label(type_of(self.event.action).replace(".", " "))
        return f"{workflow.account}, quote {quote}: {words} ({workflow.id}{task})"


def type_of(action: str) -> str:
    """
    How webhooks name a fact: `workflow.approved`, `task.opened`, `workflow.submitted`.
    """
    for prefix in _ABOUT_TASKS:
        if action.startswith(prefix):
            return action.replace("_", ".", 1)
    return f"workflow.{action}"


TYPES: Mapping[str, str] = {type_of(fact): str(fact) for fact in Fact}
"""Every type of event that a webhook can ask for, with the fact that it tells of."""


def _json(occasion: Occasion) -> object:
    event, workflow = occasion.event, occasion.workflow
    return {
        "type": type_of(event.action),
        "timestamp": event.timestamp,
        "data": {
            "eventId": event.id,
            "seq": event.seq,
            "workflowId": workflow.id,
            "status": str(workflow.status),
            "quoteId": workflow.quote_id,
            "quoteRevision": workflow.quote_revision,
            "quoteSha256": workflow.evidence.quote,
            "fingerprint": workflow.fingerprint,
            "policyVersion": workflow.policy_version,
            "taskId": event.task_id,
            "actor": event.actor,
            "onBehalfOf": event.on_behalf_of,
            "channel": event.channel,
            "hash": event.hash,
        },
    }


def _slack(occasion: Occasion) -> object:
    text = _escaped(occasion.sentence)
    if occasion.link:
        text = f"{text} <{occasion.link}|Open>"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return {"text": text, "blocks": [section]}


def _teams(occasion: Occasion) -> object:
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        # A run of text is shown as it stands, a block would read Markdown in it.
        "body": [
            {
                "type": "RichTextBlock",
                "inlines": [{"type": "TextRun", "text": occasion.sentence}],
            }
        ],
    }
    if occasion.link:
        open_it = {"type": "Action.OpenUrl", "title": "Open", "url": occasion.link}
        card["actions"] = [open_it]
    kind = "application/vnd.microsoft.card.adaptive"
    return {
        "type": "message",
        "attachments": [{"contentType": kind, "contentUrl": None, "content": card}],
    }


SHAPES: Mapping[str, Callable[[Occasion], object]] = {
    "json": _json,
    "slack": _slack,
    "teams": _teams,
}
"""The shapes that a body can have."""


def body(shape: str, occasion: Occasion) -> bytes:
    """
    The bytes to send; of the workflow they tell how it stands at this try.
    """
    return canonical(SHAPES[shape](occasion))


def _escaped(text: str) -> str:
    """
    Text that Slack takes for text: these three signs begin links and mentions there.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
