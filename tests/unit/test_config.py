"""
Settings: what is read, what is refused and how, and that no secret is shown.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from approval_engine.config import Settings, database_url, load, packaged
from approval_engine.errors import InvalidInput


def test_an_empty_environment_gives_the_defaults():
    assert load({}) == Settings()
    assert load({}).database_url == "sqlite:///cpq.db"


def test_an_empty_variable_counts_as_absent():
    assert load({"CPQ_DATABASE_URL": "", "CPQ_NOW": " ", "CPQ_USER": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("database_url", "sqlite:////var/lib/cpq.db", "sqlite:////var/lib/cpq.db"),
        ("database_url", "postgresql://h/cpq", "postgresql+psycopg://h/cpq"),
        (
            "database_url",
            "postgres://u:p@h:5432/d",
            "postgresql+psycopg://u:p@h:5432/d",
        ),
        ("database_url", "postgresql+psycopg:///d", "postgresql+psycopg:///d"),
        ("database_url", "postgresql://[::1]:1/d", "postgresql+psycopg://[::1]:1/d"),
        (
            "database_url",
            "postgresql://u:p/w@h1,h2/d?host=/tmp",
            "postgresql+psycopg://u:p/w@h1,h2/d?host=/tmp",
        ),
        ("user", "anna", "anna"),
        ("token", "t-1", "t-1"),
        ("trust_cli", "1", True),
        ("trust_cli", "0", False),
        ("allow_fixed_clock", "1", True),
        ("secret_key", "k", "k"),
        ("webhook_secret", "w", "w"),
        ("base_url", "https://cpq.example/", "https://cpq.example"),
        ("base_url", "http://[::1]:5000", "http://[::1]:5000"),
        ("smtp_url", "smtp://u:p@mail.example:587", "smtp://u:p@mail.example:587"),
        ("smtp_url", "smtps://mail.example", "smtps://mail.example"),
        ("smtp_url", "smtp+starttls://mail.example", "smtp+starttls://mail.example"),
        ("mail_from", "cpq@mail.example", "cpq@mail.example"),
        ("mail_from", "Deals <cpq@mail.example>", "Deals <cpq@mail.example>"),
        ("allow_loopback", "1", True),
        ("evidence_key", "/etc/cpq/private.pem", Path("/etc/cpq/private.pem")),
        ("checkpoint_dir", "signed", Path("signed")),
        ("oidc_issuer", "https://login.example/cpq", "https://login.example/cpq"),
        ("oidc_client_id", "cpq", "cpq"),
        ("oidc_client_secret", "s", "s"),
        ("now", "2026-11-22T09:00:00Z", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        (
            "now",
            "2026-11-22t10:00:00.5+01:00",
            datetime(2026, 11, 22, 9, 0, 0, 500000, UTC),
        ),
    ],
)
def test_a_well_formed_value_is_read(name, text, value):
    settings = load({f"CPQ_{name.upper()}": text})

    assert getattr(settings, name) == value


@pytest.mark.parametrize(
    ("variable", "text", "form"),
    [
        ("CPQ_DATABASE_URL", "cpq.db", "sqlite:///FILE or postgresql://"),
        ("CPQ_DATABASE_URL", "sqlite://", "sqlite:///FILE or postgresql://"),
        ("CPQ_DATABASE_URL", "sqlite://cpq.db", "sqlite:///FILE or postgresql://"),
        ("CPQ_DATABASE_URL", "postgresql://", "sqlite:///FILE or postgresql://"),
        ("CPQ_DATABASE_URL", "mysql://h/d", "sqlite:///FILE or postgresql://"),
        ("CPQ_DATABASE_URL", "sqlite:///:memory:", "sqlite:///FILE or postgresql://"),
        ("CPQ_DATABASE_URL", "sqlite:///cpq.db?x=1", "sqlite:///FILE or postgresql://"),
        (
            "CPQ_DATABASE_URL",
            "postgresql://h:port/d",
            "sqlite:///FILE or postgresql://",
        ),
        ("CPQ_DATABASE_URL", "postgresql://h:0/d", "sqlite:///FILE or postgresql://"),
        (
            "CPQ_DATABASE_URL",
            "postgresql://h:65536/d",
            "sqlite:///FILE or postgresql://",
        ),
        (
            "CPQ_DATABASE_URL",
            "postgresql://h:1,i:2/d",
            "sqlite:///FILE or postgresql://",
        ),
        ("CPQ_DATABASE_URL", "postgresql://[::1/d", "sqlite:///FILE or postgresql://"),
        ("CPQ_DATABASE_URL", "postgresql://h i/d", "sqlite:///FILE or postgresql://"),
        ("CPQ_TRUST_CLI", "yes", "1 or 0"),
        ("CPQ_ALLOW_FIXED_CLOCK", "2", "1 or 0"),
        ("CPQ_BASE_URL", "cpq.example", "an address such as https://"),
        ("CPQ_BASE_URL", "ftp://cpq.example", "an address such as https://"),
        ("CPQ_BASE_URL", "https://cpq.example:port", "an address such as https://"),
        ("CPQ_OIDC_ISSUER", "login.example", "an address such as https://"),
        ("CPQ_SMTP_URL", "mail.example:25", "a mail server such as smtp://"),
        ("CPQ_SMTP_URL", "smtp://mail.example:99999", "a mail server such as smtp://"),
        ("CPQ_MAIL_FROM", "cpq", "an address such as 'Approvals <cpq@"),
        ("CPQ_MAIL_FROM", "a@b, c@d", "an address such as 'Approvals <cpq@"),
        ("CPQ_MAIL_FROM", "a@b\r\nBcc: c@d", "an address such as 'Approvals"),
        ("CPQ_ALLOW_LOOPBACK", "yes", "1 or 0"),
        ("CPQ_NOW", "yesterday", "an instant such as 2026-11-22T09:00:00Z"),
        ("CPQ_NOW", "2026-11-22", "an instant such as 2026-11-22T09:00:00Z"),
        ("CPQ_NOW", "2026-11-22T09:00:00", "an instant such as 2026-11-22T09:00:00Z"),
        ("CPQ_NOW", "2026-13-22T09:00:00Z", "an instant such as 2026-11-22T09:00:00Z"),
        ("CPQ_NOW", "0001-01-01T00:00:00+14:00", "an instant such as"),
    ],
)
def test_a_malformed_value_names_variable_and_form_but_not_the_value(
    variable, text, form
):
    with pytest.raises(InvalidInput) as refused:
        load({variable: text})

    assert str(refused.value).startswith(f"Expected {variable} to be {form}")
    assert str(refused.value).endswith("but it is not.")


def test_an_option_is_read_like_its_variable_but_goes_by_its_own_name():
    assert database_url("postgres://h/d", "--database") == "postgresql+psycopg://h/d"

    with pytest.raises(InvalidInput, match=r"Expected --database to be sqlite:///FILE"):
        database_url("cpq.db", "--database")


@pytest.mark.parametrize(
    ("variable", "text", "shown"),
    [
        ("CPQ_DATABASE_URL", "sqlite:///cpq.db", "sqlite:///cpq.db"),
        (
            "CPQ_DATABASE_URL",
            "postgresql://anna:pass/@#?:word@h:5432/d?password=word&sslmode=require",
            "postgresql+psycopg://anna:***@h:5432/d?password=***&sslmode=require",
        ),
        (
            "CPQ_SMTP_URL",
            "smtp://u:word@mail.example:587",
            "smtp://u:***@mail.example:587",
        ),
        ("CPQ_SECRET_KEY", "word", "***"),
        ("CPQ_TOKEN", "word", "***"),
        ("CPQ_WEBHOOK_SECRET", "word", "***"),
        ("CPQ_OIDC_CLIENT_SECRET", "word", "***"),
        ("CPQ_OIDC_CLIENT_ID", "cpq", "cpq"),
        ("CPQ_TRUST_CLI", "1", "1"),
        ("CPQ_NOW", "2026-11-22T10:00:00+01:00", "2026-11-22T09:00:00Z"),
    ],
)
def test_a_secret_is_masked_and_the_rest_is_shown(variable, text, shown):
    settings = load({variable: text})

    assert dict(settings.masked())[variable] == shown
    assert "word" not in repr(settings)


def test_what_is_not_set_is_shown_empty():
    shown = dict(load({}).masked())

    assert shown["CPQ_SECRET_KEY"] == ""
    assert shown["CPQ_TRUST_CLI"] == "0"


def test_the_shipped_folders_are_found_in_a_checkout():
    assert packaged("bpmn").parent == packaged("templates").parent
    assert (packaged("bpmn").parent / "pyproject.toml").is_file()
