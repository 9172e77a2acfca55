"""
Marking ↔ state bytes: the same marking always gives the same bytes.

The bytes hold where the tokens are and what was said, no tree, no clock, no random id:
the tree that SpiffWorkflow runs on is rebuilt. JSON with sorted keys, version first
to be checked. What does not read back to the very same bytes was not written here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from approval_engine.errors import EngineError

VERSION = 1
"""Of the format; a state of another version is refused and rebuilt from its events."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """
    An open user task and those of its timers that wait, by their ids.
    """

    element: str
    occurrence: int
    timers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """
    A token that waits at a join for its siblings; `source` is the element it came from.
    """

    join: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Marking:
    """
    Everything that decides how a process goes on; all in the order of their ids.

    `definition` is the SHA-256 of the definition's bytes. `entered` counts how often
    each user task was reached; `outcomes` are what its last completion said.
    """

    definition: str
    waits: tuple[Wait, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    entered: Mapping[str, int]
    outcomes: Mapping[str, Mapping[str, str]]
    ended: str | None = None


def encode(marking: Marking) -> bytes:
    """
    The state to store.
    """
    waits = [[w.element, w.occurrence, list(w.timers)] for w in marking.waits]
    document = {
        "v": VERSION,
        "definition": marking.definition[:_PREFIX],
        "waits": waits,
        "arrivals": [[a.join, a.source] for a in marking.arrivals],
        "entered": dict(marking.entered),
        "outcomes": {name: dict(said) for name, said in marking.outcomes.items()},
        "ended": marking.ended,
    }
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


# Enough of the definition's hash to notice a state that belongs to another one.
_PREFIX = 16


def decode(state: bytes, definition: str) -> Marking:
    """
    The marking in a state of that definition.

    Raises EngineError if this version of `encode` did not write it for that definition.
    """
    document = _document(state)
    if document.get("v") != VERSION:
        raise EngineError(
            f"Expected an engine state of version {VERSION}, "
            f"but got version {document.get('v')!r}."
        )
    if document.get("definition") != definition[:_PREFIX]:
        raise EngineError(
            f"Expected a state of definition {definition[:_PREFIX]!r}, "
            f"but it belongs to {document.get('definition')!r}."
        )
    marking = _marking(document, definition)
    if encode(marking) != state:
        raise EngineError("Expected an engine state as written, but it was changed.")
    return marking


def _document(state: bytes) -> dict[str, object]:
    try:
        document = orjson.loads(state)
    except orjson.JSONDecodeError as error:
        raise EngineError(f"Expected an engine state, but {error}.") from error
    if not isinstance(document, dict):
        raise EngineError("Expected an engine state, but it is no JSON object.")
    return document


def _marking(document: dict[str, object], definition: str) -> Marking:
    match document:
        case {
            "waits": [*waits],
            "arrivals": [*arrivals],
            "entered": dict(entered),
            "outcomes": dict(outcomes),
            "ended": str() | None as ended,
        }:
            return Marking(
                definition=definition,
                waits=tuple(_wait(wait) for wait in waits),
                arrivals=tuple(_arrival(arrival) for arrival in arrivals),
                entered={name: _count(count) for name, count in entered.items()},
                outcomes={name: _said(said) for name, said in outcomes.items()},
                ended=ended,
            )
    raise _misshapen()


def _wait(value: object) -> Wait:
    match value:
        case [str(element), occurrence, [*timers]]:
            return Wait(
                element=element,
                occurrence=_count(occurrence),
                timers=tuple(_text(timer) for timer in timers),
            )
    raise _misshapen()


def _arrival(value: object) -> Arrival:
    match value:
        case [str(join), str(source)]:
            return Arrival(join=join, source=source)
    raise _misshapen()


def _said(value: object) -> Mapping[str, str]:
    if isinstance(value, dict):
        return {name: _text(said) for name, said in value.items()}
    raise _misshapen()


def _count(value: object) -> int:
    if type(value) is int and value > 0:
        return value
    raise _misshapen()


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise _misshapen()


def _misshapen() -> EngineError:
    return EngineError("Expected an engine state, but a part has another shape.")
