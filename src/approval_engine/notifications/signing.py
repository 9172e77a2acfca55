"""
A body and a secret → the three headers of Standard Webhooks that prove who sent it.

https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp`, and in
`webhook-signature` one signature per secret, so that a secret can be replaced in peace.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from approval_engine.errors import InvalidInput

DEFAULT = "default"
"""The name of a secret that was given without one."""

PREFIX = "whsec_"
"""What a secret in base64 begins with."""

_NAMED = re.compile(r"([a-z][a-z0-9_-]*)=(.+)")

Secrets = Mapping[str, tuple[bytes, ...]]
"""The keys under each name, the newest first."""


def secrets_of(text: str | None) -> Secrets:
    """
    The secrets of a setting: `SECRET` or `NAME=SECRET`, with spaces between.

    While a secret is replaced its name stands there twice. Raises InvalidInput.
    """
    found: dict[str, tuple[bytes, ...]] = {}
    for word in (text or "").split():
        named = None if word.startswith(PREFIX) else _NAMED.fullmatch(word)
        name, secret = (named[1], named[2]) if named else (DEFAULT, word)
        found[name] = (*found.get(name, ()), _key(secret))
    return found


def signed(
    message_id: str, at: datetime, body: bytes, keys: tuple[bytes, ...]
) -> dict[str, str]:
    """
    The headers of one try: the id is the same every time, the timestamp is not.
    """
    timestamp = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = (hmac.new(key, content, hashlib.sha256).digest() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            f"v1,{base64.b64encode(each).decode()}" for each in signatures
        ),
    }


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        sentence = (
            f"Expected CPQ_WEBHOOK_SECRET to be a text or {PREFIX} and base64, but it"
            " is not."
        )
        raise InvalidInput(sentence) from None
