"""
The environment → one frozen `Settings`; nothing else in the product reads variables.

It also knows where the files lie that are shipped beside the code.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from approval_engine.errors import InvalidInput
from approval_engine.logs import Form as LogForm
from approval_engine.logs import Level as LogLevel

PREFIX = "CPQ_"
DEFAULT_DATABASE_URL = "sqlite:///cpq.db"

_HERE = Path(__file__).parent
_MASK = "***"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
# Greedy on purpose: a password may hold any character that its owner forgot to quote.
_LOGIN = re.compile(r"(://[^:@/]*:).*@")
_MAILBOX = re.compile(r"(?:[^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)")
_PASSWORD = re.compile(r"(password=)[^&]*")
_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]*)(:(?P<port>[0-9]{1,5}))?")
_HIGHEST_PORT = 65535
_LONGEST_DRAIN_S = 300
_SHORTEST_SECRET = 16

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """
    What the environment says; each field is the variable `CPQ_` + its name.

    `now` is a fixed clock for rehearsals, and so is `allow_loopback`: webhooks may then
    go to this machine. `override_limit` is the worth of a quote up to which one admin
    alone may override its review. What is left out of the representation is secret or
    may hold a password.
    """

    database_url: str = field(default=DEFAULT_DATABASE_URL, repr=False)
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form(Generic[T]):
    """
    How a text becomes a value; `parse` raises ValueError, `words` say what it expects.
    """

    words: str
    parse: Callable[[str], T]


def load(environ: Mapping[str, str]) -> Settings:
    """
    The settings of that environment; an empty variable counts as absent.

    Raises InvalidInput with the variable and its form, never with the value.
    """
    return Settings(
        database_url=_read(environ, "DATABASE_URL", _DATABASE) or DEFAULT_DATABASE_URL,
        user=_read(environ, "USER", _TEXT),
        token=_read(environ, "TOKEN", _TEXT),
        trust_cli=_read(environ, "TRUST_CLI", _FLAG) or False,
        secret_key=_read(environ, "SECRET_KEY", _TEXT),
        base_url=_read(environ, "BASE_URL", _WEB),
        smtp_url=_read(environ, "SMTP_URL", _MAIL),
        mail_from=_read(environ, "MAIL_FROM", _ADDRESS),
        webhook_secret=_read(environ, "WEBHOOK_SECRET", _TEXT),
        oidc_issuer=_read(environ, "OIDC_ISSUER", _WEB),
        oidc_client_id=_read(environ, "OIDC_CLIENT_ID", _TEXT),
        oidc_client_secret=_read(environ, "OIDC_CLIENT_SECRET", _TEXT),
        now=_read(environ, "NOW", _CLOCK),
        allow_fixed_clock=_read(environ, "ALLOW_FIXED_CLOCK", _FLAG) or False,
        allow_loopback=_read(environ, "ALLOW_LOOPBACK", _FLAG) or False,
        override_limit=_read(environ, "OVERRIDE_LIMIT", _AMOUNT),
        attachment_bytes=_read(environ, "ATTACHMENT_BYTES", _SIZE),
        attachment_types=_read(environ, "ATTACHMENT_TYPES", _TYPES),
        log_format=_read(environ, "LOG_FORMAT", _LOG_FORM) or LogForm.TEXT,
        log_level=_read(environ, "LOG_LEVEL", _LOG_LEVEL) or LogLevel.INFO,
        metrics_token=_read(environ, "METRICS_TOKEN", _SECRET),
        drain_seconds=_read(environ, "DRAIN_SECONDS", _SECONDS) or 0,
    )


def database_url(text: str, name: str) -> str:
    """
    The database of that URL, which `name` gave: an option or a variable.

    Raises InvalidInput with the name and the form, never with the value.
    """
    return _parsed(text, name, _DATABASE)


def packaged(name: str) -> Path:
    """
    The shipped folder `bpmn` or `templates`: in a wheel within, in a checkout beside.
    """
    inside = _HERE / "_data" / name
    return inside if inside.is_dir() else _HERE.parents[1] / name


def _read(environ: Mapping[str, str], name: str, form: _Form[T]) -> T | None:
    text = environ.get(PREFIX + name, "").strip()
    return _parsed(text, f"{PREFIX}{name}", form) if text else None


def _parsed(text: str, name: str, form: _Form[T]) -> T:
    try:
        return form.parse(text)
    except (ValueError, OverflowError):
        sentence = f"Expected {name} to be {form.words}, but it is not."
        raise InvalidInput(sentence) from None


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(text)
    return text == "1"


def _amount(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _size(text: str) -> int:
    if not _NUMBER.fullmatch(text) or "." in text:
        raise ValueError(text)
    return int(text)


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) > _LONGEST_DRAIN_S:
        raise ValueError(text)
    return int(text)


def _secret(text: str) -> str:
    if len(text) < _SHORTEST_SECRET:
        raise ValueError(text)
    return text


def _media_types(text: str) -> tuple[str, ...]:
    found = tuple(part.strip().lower() for part in text.split(","))
    if not all(_MEDIA_TYPE.fullmatch(each) for each in found):
        raise ValueError(text)
    return found


def _instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def _database_url(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if not rest.strip("/"):
        raise ValueError(text)
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        _check_server(rest)
        return f"postgresql+psycopg://{rest}"
    if scheme != "sqlite" or not rest.startswith("/") or rest == "/:memory:":
        raise ValueError(text)
    if "?" in rest:
        raise ValueError(text)
    return text


def _check_server(rest: str) -> None:
    server = re.split(r"[/?]", rest.rpartition("@")[2], maxsplit=1)[0]
    found = _SERVER.fullmatch(server)
    if not found or not 0 < int(found["port"] or 1) <= _HIGHEST_PORT:
        raise ValueError(rest)


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        parts = urlsplit(text)
        # Reading the port raises ValueError by itself where it is no port.
        if parts.scheme not in schemes or not parts.hostname or parts.port == 0:
            raise ValueError(text)
        return text.rstrip("/")

    return parse


def _mail_address(text: str) -> str:
    found = _MAILBOX.fullmatch(text)
    if not text.isprintable() or not found:
        raise ValueError(text)
    return text


_TEXT = _Form(words="a text", parse=str)
_FLAG = _Form(words="1 or 0", parse=_flag)
_AMOUNT = _Form(words="an amount such as 50000", parse=_amount)
_SIZE = _Form(words="a number of bytes such as 10485760", parse=_size)
_TYPES = _Form(
    words="media types such as application/pdf,image/png", parse=_media_types
)
_LOG_FORM = _Form(words="text or json", parse=LogForm)
_LOG_LEVEL = _Form(words="debug, info, warning or error", parse=LogLevel)
_SECONDS = _Form(words=f"0 to {_LONGEST_DRAIN_S} seconds", parse=_seconds)
_SECRET = _Form(words=f"{_SHORTEST_SECRET} characters or more", parse=_secret)
_CLOCK = _Form(words="an instant such as 2026-11-22T09:00:00Z", parse=_instant)
_WEB = _Form(
    words="an address such as https://cpq.example", parse=_url("http", "https")
)
_MAIL = _Form(
    words="a mail server such as smtp://user:password@mail.example:587",
    parse=_url("smtp", "smtps", "smtp+starttls"),
)
_ADDRESS = _Form(
    words="an address such as 'Approvals <cpq@example.com>'", parse=_mail_address
)
_DATABASE = _Form(
    words="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    parse=_database_url,
)


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
