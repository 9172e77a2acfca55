"""
Two people's changes of one document → the document with both of them.

Parts of a list are matched by their name, so that a rule that one has moved takes what
the other has typed into it. Where both changed the same, the second one counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from approval_engine.documents import JsonValue, pointer
from approval_engine.operations.compare import IDENTITIES

_Parts: TypeAlias = Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """
    The document, and the places where the two had changed the same otherwise.
    """

    value: JsonValue
    clashes: tuple[str, ...]


def merged(base: JsonValue, theirs: JsonValue, mine: JsonValue) -> Merged:
    """
    What the base says with what `theirs` changed in it, and over that what `mine` did.
    """
    clashes: list[str] = []
    value = _merge((base, theirs, mine), "", clashes)
    return Merged(value=value, clashes=tuple(clashes))


def _merge(
    three: tuple[JsonValue, JsonValue, JsonValue], place: str, clashes: list[str]
) -> JsonValue:
    """
    None stands for what is not there.
    """
    base, theirs, mine = three
    if mine in (base, theirs) or theirs == base:
        return theirs if mine == base else mine
    parts = _parts(three)
    if parts is None or theirs is None or mine is None:
        clashes.append(place)
        # Whoever took a part away does not take with it what the other typed there.
        return theirs if mine is None else mine
    found: dict[str, JsonValue] = {}
    for key in _order(*parts):
        value = _merge(_at(parts, key), pointer(place, key), clashes)
        if value is not None:
            found[key] = value
    return list(found.values()) if isinstance(mine, list) else found


def _at(
    parts: tuple[_Parts, _Parts, _Parts], key: str
) -> tuple[JsonValue, JsonValue, JsonValue]:
    base, theirs, mine = (each.get(key) for each in parts)
    return base, theirs, mine


def _parts(
    three: tuple[JsonValue, JsonValue, JsonValue],
) -> tuple[_Parts, _Parts, _Parts] | None:
    """
    All three by the same keys; None if they are not made alike.
    """
    for found in _ways(three):
        base, theirs, mine = found
        if base is not None and theirs is not None and mine is not None:
            return base, theirs, mine
    return None


def _ways(three: tuple[JsonValue, ...]) -> Iterator[list[_Parts | None]]:
    yield [each if isinstance(each, dict) else None for each in three]
    for name in IDENTITIES:
        yield [_named(each, name) for each in three]


def _named(value: JsonValue, name: str) -> _Parts | None:
    if not isinstance(value, list):
        return None
    found = {
        str(each[name]): each
        for each in value
        if isinstance(each, dict) and isinstance(each.get(name), str)
    }
    return found if len(found) == len(value) else None


def _order(base: _Parts, theirs: _Parts, mine: _Parts) -> tuple[str, ...]:
    """
    All keys: in my order if I changed it, and what only one of us has behind the rest.
    """
    mine_moved = [k for k in mine if k in base] != [k for k in base if k in mine]
    first, second = (mine, theirs) if mine_moved else (theirs, mine)
    order = list(first)
    for index, key in enumerate(second):
        if key not in first:
            before = list(second)[:index]
            at = max(
                (order.index(each) + 1 for each in before if each in order), default=0
            )
            order.insert(at, key)
    return tuple(order)
