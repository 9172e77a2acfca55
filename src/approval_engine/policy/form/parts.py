"""
The fields of rules, rungs, inputs, calendars and of the policy as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from approval_engine.documents import JsonValue
from approval_engine.policy.form.fields import Field, Kind
from approval_engine.policy.form.making import (
    choice,
    day,
    flag,
    pick,
    same,
    text,
    words,
)
from approval_engine.policy.model import InputType


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """
    The names in a document that fields may choose from, and the types of its inputs.
    """

    steps: tuple[str, ...] = ()
    ladders: tuple[str, ...] = ()
    calendars: tuple[str, ...] = ()
    inputs: Mapping[str, InputType]
    values: Mapping[str, tuple[str, ...]]


_TYPES = (
    ("number", "number"),
    ("money", "money"),
    ("string", "one word"),
    ("list", "words"),
    ("boolean", "yes or no"),
    ("date", "day"),
)


def known(document: Mapping[str, JsonValue]) -> Known:
    """
    What a document declares, as far as it can be understood.
    """
    inputs = document.get("inputs")
    declared = [
        each
        for each in (inputs if isinstance(inputs, list) else ())
        if isinstance(each, dict) and isinstance(each.get("name"), str)
    ]
    return Known(
        steps=_keys(document.get("steps")),
        ladders=_keys(document.get("ladders")),
        calendars=_keys(document.get("calendars")),
        inputs={
            str(each["name"]): InputType(str(each["type"]))
            for each in declared
            if each.get("type") in set(InputType)
        },
        values={str(each["name"]): _texts(each.get("values")) for each in declared},
    )


def policy_fields(names: Known) -> tuple[Field, ...]:
    """
    What holds for the policy as a whole.
    """
    return (
        text("version", "Version", "The name of the next version."),
        text("currency", "Currency", "Three letters, such as USD."),
        day("effectiveFrom", "First day", "at once"),
        day("until", "Last day", "no end"),
        Field(
            path=("approvalValidDays",),
            label="An approval is good for so many days",
            kind=Kind.NUMBER,
            empty="no end",
        ),
        choice(
            "noTrigger",
            "When no rule fires",
            (("auto_approve", "approve without asking"), ("refuse", "refuse")),
            "approve without asking",
        ),
        pick("protected", "May not change under review", names.inputs),
        Field(path=("rates", "set"), label="Exchange rates of", empty="none"),
    )


def trigger_fields(names: Known) -> tuple[Field, ...]:
    """
    What a rule says beside its conditions.
    """
    return (
        text("id", "Name of the rule"),
        text("reason", "Reason people read"),
        choice(
            "each", "Looks at", (("line", "each line of the quote"),), "the whole quote"
        ),
        pick("require", "Ask these steps", names.steps),
        choice("ladder", "Ask of the ladder", same(names.ladders), "no ladder"),
        choice("effect", "Or instead", (("refuse", "refuse the quote"),), "ask"),
        words("inform", "Only tell these roles"),
        words("needs", "The quote must bring", "justification, attachment:NAME"),
        day("from", "First day", "always"),
        day("until", "Last day", "no end"),
    )


def ladder_fields() -> tuple[Field, ...]:
    """
    How a ladder that is written with a mode is climbed.
    """
    return (
        choice(
            "mode",
            "Who is asked",
            (
                ("first_sufficient", "the lowest who may"),
                ("chain", "everybody up to the first who may"),
            ),
            "the lowest who may",
        ),
    )


def rung_fields() -> tuple[Field, ...]:
    """
    What one rung says beside its limits.
    """
    return (
        text("role", "Role"),
        flag("unlimited", "Without limit", "no"),
        Field(
            path=("committee", "quorum"),
            label="Committee: so many",
            kind=Kind.NUMBER,
            empty="none",
        ),
        Field(
            path=("committee", "of"),
            label="of so many rungs below",
            kind=Kind.NUMBER,
            empty="none",
        ),
        day("from", "First day", "always"),
        day("until", "Last day", "no end"),
    )


def input_fields() -> tuple[Field, ...]:
    """
    What an input says.
    """
    return (
        text("name", "Name"),
        choice("type", "Type", _TYPES),
        choice("worse", "Worse is", (("higher", "higher"), ("lower", "lower")), "–"),
        flag("optional", "May be missing", "no"),
        words("values", "Values"),
        choice(
            "from",
            "From the lines",
            (
                ("sum", "sum"),
                ("max", "highest"),
                ("min", "lowest"),
                ("count", "number"),
                ("avg", "average"),
            ),
            "no: stated",
            ("from", "lines"),
        ),
        text("of", "of", path=("from", "of")),
        Field(path=("from", "where"), label="where", kind=Kind.PAIRS),
        Field(path=("from", "empty"), label="without lines", kind=Kind.NUMBER),
        text("expr", "Formula"),
    )


def calendar_fields() -> tuple[Field, ...]:
    """
    What a calendar says.
    """
    return (
        text("timeZone", "Time zone", "such as America/New_York"),
        text("hours", "Hours", "such as 09:00-17:00"),
        text("days", "Days", "such as Mon-Fri"),
        text("holidays", "Without holidays of", "such as US or US-CA"),
    )


def hours_fields() -> tuple[Field, ...]:
    """
    The hours of one rule for them.
    """
    return (Field(path=("hours",), label="Hours", kind=Kind.NUMBER),)


def process_fields() -> tuple[Field, ...]:
    """
    The process of one rule for it.
    """
    return (text("use", "Process"),)


def _keys(value: JsonValue) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()


def _texts(value: JsonValue) -> tuple[str, ...]:
    values = value if isinstance(value, list) else []
    return tuple(each for each in values if isinstance(each, str))
