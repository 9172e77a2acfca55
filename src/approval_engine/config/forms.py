"""
The forms that values of settings have: a text → a value, or the words for what it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from approval_engine.errors import InvalidInput
from approval_engine.logs import Form as LogForm
from approval_engine.logs import Level as LogLevel

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_GROUP = re.compile(r"[^\s=,]+=[A-Za-z][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""The names of this machine for itself."""

_HOST = re.compile(r"[a-z0-9.-]+")
_MAILBOX = re.compile(r"(?:[^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)")
_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]*)(:(?P<port>[0-9]{1,5}))?")
_HIGHEST_PORT = 65535
_LONGEST_DRAIN_S = 300
_SHORTEST_SECRET = 16

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Form(Generic[T]):
    """
    How a text becomes a value; `parse` raises ValueError, `words` say what it expects.
    """

    words: str
    parse: Callable[[str], T]


def parsed(text: str, name: str, form: Form[T]) -> T:
    """
    The value of that text, which `name` gave: an option or a variable.

    Raises InvalidInput with the name and the form, never with the value.
    """
    try:
        return form.parse(text)
    except (ValueError, OverflowError):
        sentence = f"Expected {name} to be {form.words}, but it is not."
        raise InvalidInput(sentence) from None


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(text)
    return text == "1"


def _path(text: str) -> Path:
    if "\x00" in text:
        raise ValueError(text)
    return Path(text)


def _amount(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _size(text: str) -> int:
    if not _NUMBER.fullmatch(text) or "." in text:
        raise ValueError(text)
    return int(text)


def _count(text: str) -> int:
    if _size(text) == 0:
        raise ValueError(text)
    return int(text)


def _few(text: str) -> int:
    if len(text) > 1:
        raise ValueError(text)
    return _size(text)


def _claim(text: str) -> str:
    # An address in a mail is whoever gets it next, so it is nobody's identity.
    if not text.isidentifier() or text.startswith("email"):
        raise ValueError(text)
    return text


def _groups(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(","))
    if not all(_GROUP.fullmatch(each) for each in found):
        raise ValueError(text)
    return found


def _hosts(text: str) -> tuple[str, ...]:
    found = tuple(part.strip().lower() for part in text.split(","))
    if not all(_HOST.fullmatch(each) for each in found):
        raise ValueError(text)
    return found


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


def _issuer(text: str) -> str:
    parts = urlsplit(_url("http", "https")(text))
    # What travels there in the clear decides who somebody is.
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError(text)
    # Issuers are compared to the letter, a slash at the end included.
    return text


def _mail_address(text: str) -> str:
    found = _MAILBOX.fullmatch(text)
    if not text.isprintable() or not found:
        raise ValueError(text)
    return text


TEXT = Form(words="a text", parse=str)
PATH = Form(words="the path of a file or folder", parse=_path)
FLAG = Form(words="1 or 0", parse=_flag)
AMOUNT = Form(words="an amount such as 50000", parse=_amount)
SIZE = Form(words="a number of bytes such as 10485760", parse=_size)
COUNT = Form(words="a whole number above 0", parse=_count)
FEW = Form(words="a number from 0 to 9", parse=_few)
CLAIM = Form(
    words="the name of a claim such as preferred_username, never an e-mail address",
    parse=_claim,
)
ROLES = Form(words="pairs such as auditors=auditor,bpm-team=analyst", parse=_groups)
HOSTS = Form(words="names of hosts such as login.example,keys.example", parse=_hosts)
TYPES = Form(words="media types such as application/pdf,image/png", parse=_media_types)
LOG_FORM = Form(words="text or json", parse=LogForm)
LOG_LEVEL = Form(words="debug, info, warning or error", parse=LogLevel)
SECONDS = Form(words=f"0 to {_LONGEST_DRAIN_S} seconds", parse=_seconds)
SECRET = Form(words=f"{_SHORTEST_SECRET} characters or more", parse=_secret)
CLOCK = Form(words="an instant such as 2026-11-22T09:00:00Z", parse=_instant)
WEB = Form(words="an address such as https://cpq.example", parse=_url("http", "https"))
ISSUER = Form(words="an address such as https://login.example", parse=_issuer)
MAIL = Form(
    words="a mail server such as smtp://user:password@mail.example:587",
    parse=_url("smtp", "smtps", "smtp+starttls"),
)
ADDRESS = Form(
    words="an address such as 'Approvals <cpq@example.com>'", parse=_mail_address
)
DATABASE = Form(
    words="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    parse=_database_url,
)
