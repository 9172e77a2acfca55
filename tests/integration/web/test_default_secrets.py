"""
What signs sessions is nobody's guess, and nothing is served while Flask debugs.
"""

import secrets

import pytest

from approval_engine.config import Settings
from approval_engine.errors import InvalidInput
from approval_engine.web.app import create_app

ELSEWHERE = "https://cpq.example"
GUESSED = [
    ("dev", None, "but it is not"),
    ("changemechangeme", None, "words that stand in examples"),
    ("your-secret-key-here", ELSEWHERE, "words that stand in examples"),
    ("k" * 32, ELSEWHERE, "a few characters again and again"),
]


@pytest.mark.parametrize(("secret", "base_url", "reason"), GUESSED)
def test_a_key_that_somebody_would_try_starts_nothing(
    company, secret, base_url, reason
):
    settings = Settings(secret_key=secret, base_url=base_url)

    with pytest.raises(InvalidInput, match=reason) as refused:
        create_app(settings, company.runtime)

    assert secret not in str(refused.value).replace("CPQ_SECRET_KEY", "")


@pytest.mark.parametrize(
    ("secret", "base_url"),
    [(secrets.token_hex(32), ELSEWHERE), ("k" * 32, None), ("k" * 32, "http://[::1]")],
    ids=["dice", "a rehearsal", "this machine"],
)
def test_other_keys_do(company, secret, base_url):
    settings = Settings(secret_key=secret, base_url=base_url)

    assert create_app(settings, company.runtime).secret_key == secret


@pytest.mark.parametrize("value", ["1", "true"])
def test_nothing_starts_while_flask_debugs(company, monkeypatch, value):
    monkeypatch.setenv("FLASK_DEBUG", value)

    with pytest.raises(InvalidInput, match="Expected FLASK_DEBUG to be off"):
        create_app(Settings(secret_key=secrets.token_hex(32)), company.runtime)


def test_it_starts_where_flask_is_told_not_to_debug(company, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "0")

    assert not create_app(
        Settings(secret_key=secrets.token_hex(32)), company.runtime
    ).debug
