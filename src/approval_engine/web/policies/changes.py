"""
Two policy documents → what differs, as sentences and as rows of a table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from approval_engine.documents import JsonValue
from approval_engine.operations.compare import Difference, differences
from approval_engine.planner.phrases import label, title
from approval_engine.policy.model import InputType
from approval_engine.web.policies.sentences import Speaker
from approval_engine.web.policies.words import LABELS, PARTS

_CONDITIONS = frozenset({"when", "may", "in"})
_HIDDEN = frozenset({"policy", "version"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """
    One difference: the part it belongs to, what of it, and the words before and after.
    """

    change: str
    part: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        where = f"{self.part}: {self.what}" if self.what else self.part
        match self.change:
            case "added":
                return f"{where} is new: {self.after}" if self.after else where
            case "removed":
                return f"{where} is gone; it was {self.before}"
            case "moved":
                return f"{where} have another order: {self.after}"
            case _:
                return f"{where} was {self.before}, and is now {self.after}"


def told(before: JsonValue, after: JsonValue) -> tuple[Told, ...]:
    """
    What differs, in the order of the first document; conditions row by row.
    """
    found: dict[tuple[str, ...], Told] = {}
    for each in differences(before, after):
        path = _path(each.place)
        if path[:1] and path[0] in _HIDDEN:
            continue
        short = _up_to_condition(path)
        was, now = _at(before, short), _at(after, short)
        if short != path or (path[-1:] == ("when",) and was and now):
            rows = _rows(short, (was, now), (speaker(before), speaker(after)))
            found |= {(*short, str(row)): row for row in rows}
        else:
            found.setdefault(path, _one(path, each, speaker(before), speaker(after)))
    return tuple(found.values())


def _rows(
    path: tuple[str, ...],
    values: tuple[JsonValue, JsonValue],
    speakers: tuple[Speaker, Speaker],
) -> Iterator[Told]:
    """
    What differs in conditions: each row that was changed, added or taken away.
    """
    part, what = _named(path)
    before, after = (
        [_conditions(row, speaks) for row in (v if isinstance(v, list) else [v])]
        for v, speaks in zip(values, speakers, strict=True)
    )
    which = f"{what} (one row)" if max(len(before), len(after)) > 1 else what
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        for old, new in zip_longest(before[a:b], after[c:d]) if kind != "equal" else ():
            change = "changed" if old and new else ("added" if new else "removed")
            yield Told(
                change=change, part=part, what=which, before=old or "", after=new or ""
            )


def _one(
    path: tuple[str, ...], each: Difference, before: Speaker, after: Speaker
) -> Told:
    part, what = _named(path)
    return Told(
        change=each.change,
        part=part,
        what=what,
        before="" if each.before is None else said(path, each.before, before),
        after="" if each.after is None else said(path, each.after, after),
    )


def said(path: tuple[str, ...], value: JsonValue, speaker: Speaker) -> str:
    """
    The value at that path in words.
    """
    key = path[-1] if path else ""
    if key in _CONDITIONS:
        return _conditions(value, speaker)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not set"
    if isinstance(value, Mapping):
        parts = (
            f"{LABELS.get(k, label(k)).lower()} {said((*path, k), v, speaker)}"
            for k, v in value.items()
        )
        return "; ".join(parts) or "nothing"
    if isinstance(value, list):
        return ", ".join(said((*path, ""), v, speaker) for v in value) or "nothing"
    return str(value)


def _conditions(value: JsonValue, speaker: Speaker) -> str:
    rows = value if isinstance(value, list) else [value]
    told = (
        " and ".join(str(speaker.clause(name, str(text))) for name, text in row.items())
        for row in rows
        if isinstance(row, dict)
    )
    return ", or ".join(row or "always" for row in told) or "always"


def _named(path: tuple[str, ...]) -> tuple[str, str]:
    """
    What a place is called: its part, and what of it.
    """
    if len(path) > 1 and path[0] in PARTS:
        rest = (LABELS.get(each, title(each)) for each in path[2:])
        return f"{PARTS[path[0]]} '{path[1]}'", ", ".join(rest)
    rest = (LABELS.get(each, title(each)) for each in path[1:])
    first = LABELS.get(path[0], title(path[0])) if path else "The policy"
    return first, ", ".join(rest)


def named_place(place: str) -> str:
    """
    What a place in the document is called; conditions count as one place.
    """
    part, what = _named(_up_to_condition(_path(place)))
    return f"{part}: {what}" if what else part


def _up_to_condition(path: tuple[str, ...]) -> tuple[str, ...]:
    """
    The path as far as its first condition, which is told as a whole.
    """
    for index, key in enumerate(path):
        if key in _CONDITIONS and index > 1:
            return path[: index + 1]
    return path


def _path(place: str) -> tuple[str, ...]:
    parts = place.split("/")[1:]
    return tuple(each.replace("~1", "/").replace("~0", "~") for each in parts)


def _at(value: JsonValue, path: tuple[str, ...]) -> JsonValue:
    """
    What stands at a path in which parts of a list may be called by their id.
    """
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list):
            value = next(_named_so(value, key), None)
    return value


def _named_so(values: list[JsonValue], key: str) -> Iterator[JsonValue]:
    for index, each in enumerate(values):
        if isinstance(each, dict) and key in (
            each.get("id"),
            each.get("name"),
            each.get("role"),
            str(index),
        ):
            yield each


def speaker(document: object) -> Speaker:
    """
    Whoever says the values of a document, which need not be a sound policy.
    """
    root: Mapping[str, JsonValue] = document if isinstance(document, dict) else {}
    inputs = root.get("inputs")
    types: dict[str, InputType] = {}
    for each in inputs if isinstance(inputs, list) else ():
        if isinstance(each, dict) and each.get("type") in set(InputType):
            types[str(each.get("name"))] = InputType(str(each["type"]))
    return Speaker(types, str(root.get("currency", "")))
