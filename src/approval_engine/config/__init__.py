"""
The environment → one frozen `Settings`; nothing else in the product reads variables.

It also knows where the files lie that are shipped beside the code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from approval_engine.config import forms
from approval_engine.config.forms import Form
from approval_engine.logs import Form as LogForm
from approval_engine.logs import Level as LogLevel

PREFIX = "CPQ_"
DEFAULT_DATABASE_URL = "sqlite:///cpq.db"
STEP_UP_MINUTES = 10

_HERE = Path(__file__).parents[1]
_MASK = "***"
# Greedy on purpose: a password may hold any character that its owner forgot to quote.
_LOGIN = re.compile(r"(://[^:@/]*:).*@")
_PASSWORD = re.compile(r"(password=)[^&]*")

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """
    What the environment says; each field is the variable `CPQ_` + its name.

    `database_connections` is how many one process opens at most. `read_database_url` is
    a replica for what may be older, by `read_lag_seconds` at most.
    Above `step_up_amount` a decision needs a log-in within the last `step_up_minutes`.
    `trusted_proxies` stand before the server and say where requests come from.
    `writes_per_minute` is how much one person or token may change in one process.
    `oidc_roles` are pairs of a group at the provider and a role that it lends,
    `oidc_hosts` are hosts of the provider beside that of its issuer.
    `now` is a fixed clock for rehearsals, and so is `allow_loopback`: webhooks may then
    go to this machine. `override_limit` is the worth of a quote up to which one admin
    alone may override its review. `evidence_key` is the file of the private key that
    signs evidence, `checkpoint_dir` the folder where a worker signs the heads of all
    logs once an hour. What is left out of the representation is secret or may hold a
    password.
    """

    database_url: str = field(default=DEFAULT_DATABASE_URL, repr=False)
    database_connections: int | None = None
    read_database_url: str | None = field(default=None, repr=False)
    read_lag_seconds: int | None = None
    user: str | None = None
    token: str | None = field(default=None, repr=False)
    trust_cli: bool = False
    secret_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_user_claim: str | None = None
    oidc_groups_claim: str | None = None
    oidc_roles: tuple[str, ...] | None = None
    oidc_hosts: tuple[str, ...] | None = None
    step_up_amount: Decimal | None = None
    step_up_minutes: int | None = None
    trusted_proxies: int | None = None
    writes_per_minute: int | None = None
    now: datetime | None = None
    allow_fixed_clock: bool = False
    allow_loopback: bool = False
    override_limit: Decimal | None = None
    attachment_bytes: int | None = None
    attachment_types: tuple[str, ...] | None = None
    log_format: LogForm = LogForm.TEXT
    log_level: LogLevel = LogLevel.INFO
    metrics_token: str | None = field(default=None, repr=False)
    drain_seconds: int = 0
    evidence_key: Path | None = None
    checkpoint_dir: Path | None = None

    @property
    def step_up_within(self) -> timedelta:
        """
        How long ago a log-in may be for a decision above the step-up amount.
        """
        return timedelta(minutes=self.step_up_minutes or STEP_UP_MINUTES)

    def masked(self) -> tuple[tuple[str, str], ...]:
        """
        Variable and value as text, fit to be shown; empty where nothing is set.
        """
        return tuple(
            (
                PREFIX + setting.name.upper(),
                _shown(getattr(self, setting.name), secret=not setting.repr),
            )
            for setting in fields(self)
        )


def load(environ: Mapping[str, str]) -> Settings:
    """
    The settings of that environment; an empty variable counts as absent.

    Raises InvalidInput with the variable and its form, never with the value.
    """
    return Settings(
        database_url=_read(environ, "DATABASE_URL", forms.DATABASE)
        or DEFAULT_DATABASE_URL,
        database_connections=_read(environ, "DATABASE_CONNECTIONS", forms.COUNT),
        read_database_url=_read(environ, "READ_DATABASE_URL", forms.DATABASE),
        read_lag_seconds=_read(environ, "READ_LAG_SECONDS", forms.COUNT),
        user=_read(environ, "USER", forms.TEXT),
        token=_read(environ, "TOKEN", forms.TEXT),
        trust_cli=_read(environ, "TRUST_CLI", forms.FLAG) or False,
        secret_key=_read(environ, "SECRET_KEY", forms.TEXT),
        base_url=_read(environ, "BASE_URL", forms.WEB),
        smtp_url=_read(environ, "SMTP_URL", forms.MAIL),
        mail_from=_read(environ, "MAIL_FROM", forms.ADDRESS),
        webhook_secret=_read(environ, "WEBHOOK_SECRET", forms.TEXT),
        oidc_issuer=_read(environ, "OIDC_ISSUER", forms.ISSUER),
        oidc_client_id=_read(environ, "OIDC_CLIENT_ID", forms.TEXT),
        oidc_client_secret=_read(environ, "OIDC_CLIENT_SECRET", forms.TEXT),
        oidc_user_claim=_read(environ, "OIDC_USER_CLAIM", forms.CLAIM),
        oidc_groups_claim=_read(environ, "OIDC_GROUPS_CLAIM", forms.CLAIM),
        oidc_roles=_read(environ, "OIDC_ROLES", forms.ROLES),
        oidc_hosts=_read(environ, "OIDC_HOSTS", forms.HOSTS),
        step_up_amount=_read(environ, "STEP_UP_AMOUNT", forms.AMOUNT),
        step_up_minutes=_read(environ, "STEP_UP_MINUTES", forms.COUNT),
        trusted_proxies=_read(environ, "TRUSTED_PROXIES", forms.FEW),
        writes_per_minute=_read(environ, "WRITES_PER_MINUTE", forms.COUNT),
        now=_read(environ, "NOW", forms.CLOCK),
        allow_fixed_clock=_read(environ, "ALLOW_FIXED_CLOCK", forms.FLAG) or False,
        allow_loopback=_read(environ, "ALLOW_LOOPBACK", forms.FLAG) or False,
        override_limit=_read(environ, "OVERRIDE_LIMIT", forms.AMOUNT),
        attachment_bytes=_read(environ, "ATTACHMENT_BYTES", forms.SIZE),
        attachment_types=_read(environ, "ATTACHMENT_TYPES", forms.TYPES),
        log_format=_read(environ, "LOG_FORMAT", forms.LOG_FORM) or LogForm.TEXT,
        log_level=_read(environ, "LOG_LEVEL", forms.LOG_LEVEL) or LogLevel.INFO,
        metrics_token=_read(environ, "METRICS_TOKEN", forms.SECRET),
        drain_seconds=_read(environ, "DRAIN_SECONDS", forms.SECONDS) or 0,
        evidence_key=_read(environ, "EVIDENCE_KEY", forms.PATH),
        checkpoint_dir=_read(environ, "CHECKPOINT_DIR", forms.PATH),
    )


def database_url(text: str, name: str) -> str:
    """
    The database of that URL, which `name` gave: an option or a variable.

    Raises InvalidInput with the name and the form, never with the value.
    """
    return forms.parsed(text, name, forms.DATABASE)


def packaged(name: str) -> Path:
    """
    The shipped folder `bpmn` or `templates`: in a wheel within, in a checkout beside.
    """
    inside = _HERE / "_data" / name
    return inside if inside.is_dir() else _HERE.parents[1] / name


def _read(environ: Mapping[str, str], name: str, form: Form[T]) -> T | None:
    text = environ.get(PREFIX + name, "").strip()
    return forms.parsed(text, f"{PREFIX}{name}", form) if text else None


def _shown(value: object, *, secret: bool) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case tuple():
            return ",".join(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
    text = str(value)
    if "://" in text:
        return _PASSWORD.sub(rf"\1{_MASK}", _LOGIN.sub(rf"\1{_MASK}@", text))
    return _MASK if secret else text
