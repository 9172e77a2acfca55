"""
Two documents → what was added, removed or changed, part by part.

Parts of a list that carry an id are matched by it, so that a moved rule is only moved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from approval_engine.documents import JsonValue, pointer

IDENTITIES = ("id", "name", "role")
"""The keys by which parts of a list may be matched; the first that fits counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """
    One part that differs; `before` or `after` is None where it is missing.

    `place` is a JSON pointer in which identified parts stand by their id. Of a place
    where parts have moved, `before` and `after` are the ids in order.
    """

    change: str  # added | removed | changed | moved
    place: str
    before: JsonValue = None
    after: JsonValue = None


def differences(
    before: JsonValue, after: JsonValue, place: str = ""
) -> Iterator[Difference]:
    """
    Every difference, in the order of the first document, what was added at the end.
    """
    old, new = _parts(before), _parts(after)
    if old is None or new is None or not _alike(before, after):
        if before != after:
            yield Difference(change="changed", place=place, before=before, after=after)
        return
    yield from _moved(tuple(old), tuple(new), place)
    for key in dict.fromkeys((*old, *new)):
        below = pointer(place, key)
        if key not in new:
            yield Difference(change="removed", place=below, before=old[key])
        elif key not in old:
            yield Difference(change="added", place=below, after=new[key])
        else:
            yield from differences(old[key], new[key], below)


def _moved(
    old: tuple[str, ...], new: tuple[str, ...], place: str
) -> Iterator[Difference]:
    before: list[JsonValue] = [key for key in old if key in new]
    after: list[JsonValue] = [key for key in new if key in old]
    if before != after:
        yield Difference(change="moved", place=place, before=before, after=after)


def _alike(before: JsonValue, after: JsonValue) -> bool:
    return isinstance(before, dict) == isinstance(after, dict)


def _parts(value: JsonValue) -> Mapping[str, JsonValue] | None:
    """
    The parts of an object, or of a list whose elements all have an id of their own.
    """
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return None
    for key in IDENTITIES:
        found = {
            str(each[key]): each
            for each in value
            if isinstance(each, dict) and isinstance(each.get(key), str)
        }
        if len(found) == len(value):
            return found
    return None
