"""
A webhook → one signed POST that tells of nothing, to see whether it arrives.
"""

import secrets
from datetime import datetime

from approval_engine.documents import canonical
from approval_engine.domain.events import stamp
from approval_engine.errors import Undelivered
from approval_engine.notifications.post import Post
from approval_engine.notifications.signing import signed
from approval_engine.notifications.transport import post as send
from approval_engine.store.webhooks import Webhook

TYPE = "webhook.test"
"""What the body calls itself."""

_SENTENCE = "This is a test of approval-engine. Nothing has happened."


def ping(webhook: Webhook, post: Post, now: datetime) -> int:
    """
    The status that the receiver answered, whatever it is.

    Raises Undelivered, also where nothing could be signed, and InvalidInput.
    """
    keys = post.secrets.get(webhook.secret)
    if not keys:
        sentence = f"CPQ_WEBHOOK_SECRET holds no secret named '{webhook.secret}'."
        raise Undelivered(sentence, whole=True)
    body = canonical(_body(webhook.shape, now))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "approval-engine",
        **signed(f"msg_test_{secrets.token_hex(8)}", now, body, keys),
    }
    return send(webhook.url, headers, body, post.reach)


def _body(shape: str, now: datetime) -> object:
    if shape == "slack":
        return {"text": _SENTENCE}
    if shape == "teams":
        return {"type": "message", "attachments": [], "text": _SENTENCE}
    return {"type": TYPE, "timestamp": stamp(now), "data": {}}
