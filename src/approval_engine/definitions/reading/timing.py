"""
ISO 8601 as modelers write it → timers, or what was probably meant.
"""

import re
from datetime import UTC, datetime

from lxml import etree

from approval_engine.definitions.model import Clock, Timer
from approval_engine.definitions.reading.texts import Texts, is_marked, shown
from approval_engine.policy.conditions import Kind
from approval_engine.policy.conditions.tree import Literal

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,5})W|(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?)"
)
_DATE = re.compile(
    r"2\d{3}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?"
)
_CYCLE = re.compile(r"R(\d{0,9})/(.*)", re.DOTALL)
_FEEL = re.compile(
    r"\s*=\s*(?:duration|cycle|date and time)\s*\(\s*\"([^\"]*)\"\s*\)\s*"
)
_JAVA = re.compile(
    r"\s*[$#]\{\s*dateTime\(\)"
    r"((?:\.plus(?:Years|Months|Weeks|Days|Hours|Minutes)\(\d{1,5}\))+)"
    r"(?:\.toDate\(\))?\s*\}\s*"
)
_PLUS = re.compile(r"plus([A-Z][a-z]+)\((\d+)\)")
_MOST_REPEATS = 1000
_MOST_DAYS = 36_600
_LOOSE = re.compile(r"P?T?(\d{1,5}) *([A-Z]*)")
_UNITS = {
    "": ("PT{0}H", "{0} hours"),
    "H": ("PT{0}H", "{0} hours"),
    "M": ("PT{0}M", "{0} minutes"),
    "S": ("PT{0}S", "{0} seconds"),
    "D": ("P{0}D", "{0} days"),
    "W": ("P{0}W", "{0} weeks"),
}
_HOURS_PER_DAY = 24


def duration(texts: Texts, element: etree._Element, text: str) -> Timer | None:
    """
    A span such as `PT24H`, or an expression that gives one.
    """
    return _timer(texts, element, text, Clock.DURATION)


def date(texts: Texts, element: etree._Element, text: str) -> Timer | None:
    """
    An instant with its offset, or an expression that gives one.
    """
    return _timer(texts, element, text, Clock.DATE)


def cycle(texts: Texts, element: etree._Element, text: str) -> Timer | None:
    """
    A span and how often it passes, such as `R3/PT8H`.
    """
    return _timer(texts, element, text, Clock.CYCLE)


def due(texts: Texts, element: etree._Element, what: str, text: str) -> Timer | None:
    """
    When a task is due: a span after it opens, an instant, or an expression.
    """
    if java := _JAVA.fullmatch(text):
        fix = _as_duration(java.group(1))
        sentence = (
            f"Expected {what} without Java, but got {shown(text)}: write `{fix}`,"
            " which counts from when the task opens."
        )
        texts.source.refuse(element, "duration", sentence)
        return None
    clock = Clock.DURATION if _plain(text).upper().startswith("P") else Clock.DATE
    return _timer(texts, element, text, clock)


def _timer(
    texts: Texts, element: etree._Element, text: str, clock: Clock
) -> Timer | None:
    plain = _plain(text)
    if is_marked(plain):
        kinds = (Kind.STRING, Kind.DATE, Kind.ANY)
        parsed = texts.expression(element, plain, *kinds)
        if parsed is None:
            return None
        if not isinstance(parsed, Literal):
            return Timer(clock=clock, expression=parsed)
        texts.reads.pop()
        plain = str(parsed.value)
    problem = _PROBLEMS[clock](plain)
    if problem is not None:
        texts.source.refuse(element, "duration", problem)
        return None
    return _READERS[clock](plain)


def _plain(text: str) -> str:
    written = _FEEL.fullmatch(text)
    return (written.group(1) if written else text).strip()


def _duration_problem(text: str) -> str | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return f"Expected an ISO 8601 duration, but got {shown(text)}: {_meant(text)}."
    parts = [int(part or 0) for part in match.groups()]
    if not any(parts):
        return f"Expected a duration longer than nothing, but got {shown(text)}."
    weeks, years, months, days, hours, minutes, seconds = parts
    total = 366 * years + 31 * months + 7 * weeks + days
    if total + hours / 24 + minutes / 1440 + seconds / 86400 > _MOST_DAYS:
        return f"Expected a duration of at most 100 years, but got {shown(text)}."
    return None


def _date_problem(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return (
            "Expected an instant such as 2026-03-31T17:00:00+02:00, or a duration such"
            f" as P2D, but got {shown(text)}."
        )
    if match.group(1) is None:
        return (
            f"Expected an instant with its offset, but got {shown(text)}: write"
            f" `{text}Z` for UTC, or `{text}+01:00`."
        )
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return f"Expected an instant that the calendar has, but got {shown(text)}."
    return None


def _cycle_problem(text: str) -> str | None:
    match = _CYCLE.fullmatch(text)
    if match is None:
        if _DURATION.fullmatch(text):
            fix = f"write `R/{text}` for again and again, or use a duration"
        else:
            fix = "write it like `R3/PT8H` (three times, every 8 hours)"
        return f"Expected a repetition, but got {shown(text)}: {fix}."
    if match.group(1) and not 1 <= int(match.group(1)) <= _MOST_REPEATS:
        return f"Expected 1 to {_MOST_REPEATS} repetitions, but got {shown(text)}."
    return _duration_problem(match.group(2))


def _read_duration(text: str) -> Timer:
    return Timer(clock=Clock.DURATION, span=text)


def _read_date(text: str) -> Timer:
    return Timer(clock=Clock.DATE, at=datetime.fromisoformat(text).astimezone(UTC))


def _read_cycle(text: str) -> Timer:
    count, _, span = text[1:].partition("/")
    return Timer(clock=Clock.CYCLE, span=span, repeats=int(count) if count else None)


_PROBLEMS = {
    Clock.DURATION: _duration_problem,
    Clock.DATE: _date_problem,
    Clock.CYCLE: _cycle_problem,
}
_READERS = {
    Clock.DURATION: _read_duration,
    Clock.DATE: _read_date,
    Clock.CYCLE: _read_cycle,
}


def _meant(text: str) -> str:
    """
    What to write instead of a duration that is none.
    """
    loose = text.strip(" \t\r\n\"'").upper()
    if _DURATION.fullmatch(loose):
        return f"write `{loose}`"
    match = _LOOSE.fullmatch(loose)
    unit = match.group(2) if match else ""
    if match is None or unit[:1] not in _UNITS or len(unit) > len("MINUTES"):
        return "write it like `PT24H` (24 hours) or `P1D` (one day)"
    number = int(match.group(1))
    form, spoken = _UNITS[unit[:1]]
    choices = [f"`{form.format(number)}` ({spoken.format(number)})"]
    if unit[:1] in ("", "H") and number and number % _HOURS_PER_DAY == 0:
        days = number // _HOURS_PER_DAY
        words = "one day" if days == 1 else f"{days} days"
        choices.append(f"`P{days}D` ({words})")
    return f"write {' or '.join(choices)}"


def _as_duration(calls: str) -> str:
    """
    The duration that calls such as `.plusWeeks(1).plusHours(2)` add up to.
    """
    found = {name: int(number) for name, number in _PLUS.findall(calls)}
    days = found.get("Days", 0) + 7 * found.get("Weeks", 0)
    date = (("Y", found.get("Years", 0)), ("M", found.get("Months", 0)), ("D", days))
    time = (("H", found.get("Hours", 0)), ("M", found.get("Minutes", 0)))
    spoken = "".join(f"{number}{unit}" for unit, number in date if number)
    later = "".join(f"{number}{unit}" for unit, number in time if number)
    return f"P{spoken}{'T' + later if later else ''}"
