"""
Ways to make the fields that the parts of a policy share.
"""

from collections.abc import Iterable

from approval_engine.policy.form.fields import Field, Key, Kind

SILENT = "as for all steps"
"""What no value means in a step."""

YES_NO = (("yes", "yes"), ("no", "no"))


def text(
    key: str, label: str, hint: str = "", *, empty: str = "", path: tuple[Key, ...] = ()
) -> Field:
    """
    A line of text.
    """
    return Field(path=path or (key,), label=label, hint=hint, empty=empty)


def number(key: str, label: str) -> Field:
    """
    A number that may be left to the pattern of all steps.
    """
    return Field(path=(key,), label=label, kind=Kind.NUMBER, empty=SILENT)


def day(key: str, label: str, empty: str) -> Field:
    """
    A day.
    """
    return Field(path=(key,), label=label, kind=Kind.DAY, empty=empty)


def words(key: str, label: str, hint: str = "") -> Field:
    """
    Words with commas between them.
    """
    return Field(path=(key,), label=label, kind=Kind.WORDS, hint=hint, empty="none")


def flag(
    key: str, label: str, empty: str = SILENT, path: tuple[Key, ...] = ()
) -> Field:
    """
    Yes, no, or nothing said.
    """
    return Field(
        path=path or (key,), label=label, kind=Kind.FLAG, choices=YES_NO, empty=empty
    )


def choice(
    key: str,
    label: str,
    choices: tuple[tuple[str, str], ...],
    empty: str = "",
    path: tuple[Key, ...] = (),
) -> Field:
    """
    One of a few, or nothing.
    """
    return Field(
        path=path or (key,),
        label=label,
        kind=Kind.CHOICE,
        choices=choices,
        empty=empty,
    )


def pick(key: str, label: str, names: Iterable[str]) -> Field:
    """
    Any of several, each to be ticked.
    """
    return Field(path=(key,), label=label, kind=Kind.PICK, choices=same(names))


def same(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """
    Choices that are called what they are.
    """
    return tuple((each, each) for each in names)
