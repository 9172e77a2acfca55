"""
Log records → one line each: words for people, or a JSON object for programs.

What a request is about is said once, and every line that is written meanwhile says it.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum

LIBRARIES = ("spiff", "alembic", "waitress.queue")
"""Whose everyday news nobody needs."""

SERVERS = ("gunicorn.error",)
"""Who would write in a form of their own."""

SILENT = ("gunicorn.access",)
"""Who would write addresses, and with them the keys that links in mails are."""


class Form(StrEnum):
    """
    How a line looks.
    """

    TEXT = "text"  # for people at a terminal
    JSON = "json"  # one object, for what collects logs


class Level(StrEnum):
    """
    From where on a line is written.
    """

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_LONGEST = 2000
_ABOUT: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)
# Lines of this product begin with `action=WORD`, and go on with pairs and a sentence.
_PAIR = re.compile(r"(\w+)=(%[sd]|\S+)\s*")


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """
    Every line that is written in this block says these facts.
    """
    token = _ABOUT.set(dict(facts))
    try:
        yield
    finally:
        _ABOUT.reset(token)


def note(**facts: object) -> None:
    """
    Add facts to the block that this runs in; outside of one they are forgotten.
    """
    known = _ABOUT.get()
    if known is not None:
        known.update(facts)


def set_up(form: Form, level: Level) -> None:
    """
    Write the lines of this process to stderr, those of libraries too.
    """
    # Most commands log nothing, and it takes as long to import as a small command.
    from logging.config import dictConfig

    dictConfig(configuration(form, level))


def configuration(form: Form, level: Level) -> dict[str, object]:
    """
    The same as the standard library takes it; servers that log themselves do, too.
    """
    formatter = AsJson if form == Form.JSON else AsText
    quiet = {name: {"level": "WARNING"} for name in LIBRARIES}
    served = {name: {"handlers": [], "propagate": True} for name in SERVERS}
    silent = {name: {"level": "CRITICAL", "propagate": False} for name in SILENT}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": quiet | served | silent,
    }


class AsJson(logging.Formatter):
    """
    One JSON object a line, whatever stands in the values.
    """

    def format(self, record: logging.LogRecord) -> str:
        """
        The line of a record.
        """
        action, facts, message = _taken_apart(record)
        line: dict[str, object] = {
            "at": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            **({"action": action} if action else {}),
            **(_ABOUT.get() or {}),
            **facts,
        }
        if message:
            line["message"] = message[:_LONGEST]
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _trace(record)
        return json.dumps(line, default=str)


class AsText(logging.Formatter):
    """
    One line of words; only the trace of what broke has lines of its own, and marks.
    """

    def format(self, record: logging.LogRecord) -> str:
        """
        The line of a record.
        """
        message = _plain(record.getMessage())
        pairs = (f"{name}={_plain(str(v))}" for name, v in (_ABOUT.get() or {}).items())
        words = (_instant(record), record.levelname, message, *pairs)
        lines = [" ".join(each for each in words if each)]
        if record.exc_info and record.exc_info[0]:
            lines += [f"  | {_plain(line)}" for line in _trace(record).splitlines()]
        return "\n".join(lines)


def _taken_apart(
    record: logging.LogRecord,
) -> tuple[str, Mapping[str, object], str]:
    """
    Action, facts and sentence of a record.

    The template is read, never what was put into it: nobody can write a fact of ours.
    """
    template, values = record.msg, record.args
    if not isinstance(template, str) or not isinstance(values, tuple):
        return "", {}, record.getMessage()
    if not template.startswith("action="):
        return "", {}, record.getMessage()
    left, end, facts = list(values), 0, dict[str, object]()
    while found := _PAIR.match(template, end):
        name, value = found.groups()
        facts[name] = left.pop(0) if value.startswith("%") else value
        end = found.end()
    rest = template[end:]
    return str(facts.pop("action")), facts, rest % tuple(left) if left else rest


def _instant(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(text: str) -> str:
    # What is no printable character would begin a line, or hide one.
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _trace(record: logging.LogRecord) -> str:
    if not record.exc_info:
        return ""
    return "".join(traceback.format_exception(*record.exc_info))
