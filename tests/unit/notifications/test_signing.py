"""
Secrets and signatures, as https://www.standardwebhooks.com has them.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from approval_engine.errors import InvalidInput
from approval_engine.notifications.signing import secrets_of, signed

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, {}),
        ("word", {"default": (b"word",)}),
        ("whsec_AAECAw==", {"default": (b"\x00\x01\x02\x03",)}),
        ("new old", {"default": (b"new", b"old")}),
        (
            "crm=whsec_AAECAw== crm=b word",
            {"crm": (b"\x00\x01\x02\x03", b"b"), "default": (b"word",)},
        ),
    ],
)
def test_a_setting_holds_secrets_by_name_the_newest_first(text, found):
    assert secrets_of(text) == found


def test_a_secret_that_is_no_base64_is_refused_and_not_shown():
    with pytest.raises(InvalidInput) as refused:
        secrets_of("whsec_no!base64")

    assert "no!base64" not in str(refused.value)


def test_each_secret_signs_id_timestamp_and_body():
    headers = signed("msg_1", NOW, b'{"a": 1}', (b"new", b"old"))
    content = b'msg_1.1772442000.{"a": 1}'

    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == "1772442000"
    assert headers["webhook-signature"].split() == [
        "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
        for key in (b"new", b"old")
    ]


def test_the_example_of_the_standard_has_its_signature():
    """
    The vector that the reference libraries of Standard Webhooks are tested with.
    """
    (key,) = secrets_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")["default"]
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', (key,)
    )

    assert headers["webhook-signature"] == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
