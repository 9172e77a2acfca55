"""
What anybody would try is no secret; what dice made is one.
"""

import base64
from random import Random

import pytest

from approval_engine.config.guessing import is_here, is_monotonous, is_placeholder

PLACEHOLDERS = (
    "dev",
    "changemechangeme",
    "CHANGE-ME-CHANGE-ME",
    "your-secret-key-here",
    "super-secret-key-123",
    "django-insecure-key-1",
    "replace_me_with_a_random_string",
    "please change this in production",
    "correct horse battery staple",
    "1234567890123456",
    "xxxxxxxxxxxxxxxxxxxxxxxx",
    "approval-engine-development-key",
)


@pytest.mark.parametrize("secret", PLACEHOLDERS)
def test_words_of_examples_are_no_secret(secret):
    assert is_placeholder(secret)


def test_what_dice_make_is_a_secret():
    dice = Random(20260120)  # noqa: S311 the same ones each time
    for _ in range(5000):
        body = dice.randbytes(16)
        for secret in (body.hex(), base64.b64encode(body).decode(), body[:8].hex()):
            assert not is_placeholder(secret), secret
        assert not is_monotonous(body.hex())


@pytest.mark.parametrize("secret", ["k" * 32, "abcabcabcabcabcabc", "0" * 16])
def test_few_characters_again_and_again_are_seen(secret):
    assert is_monotonous(secret)


@pytest.mark.parametrize(
    ("base_url", "here"),
    [
        (None, True),
        ("http://localhost:5000", True),
        ("http://[::1]:5000", True),
        ("https://127.0.0.1", True),
        ("https://cpq.example", False),
        ("http://10.0.0.7:5000", False),
    ],
)
def test_an_address_of_this_machine_is_told_from_others(base_url, here):
    assert is_here(base_url) is here
