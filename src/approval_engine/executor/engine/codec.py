"""
Marking ↔ state bytes: the same marking always gives the same bytes.

The bytes hold where the tokens are and what was said, no tree, no clock, no random id:
the tree that SpiffWorkflow runs on is rebuilt. JSON with sorted keys, version first
to be checked. What does not read back to the very same bytes was not written here.

A state is written in the oldest version that can say it: what needs nothing new stays
byte for byte what it was, so old rows, old logs and an older release still agree.
"""

from collections.abc import Mapping
from contextlib import suppress

import orjson

from approval_engine.errors import EngineError, StorageError
from approval_engine.executor.engine.marking import Arrival, Marking, Wait
from approval_engine.executor.engine.values import rows, tagged

VERSION = 2
"""Of the format. Version 1 knew no subprocesses, results and timers that repeat."""


def encode(marking: Marking) -> bytes:
    """
    The state to store.
    """
    document: dict[str, object] = {
        "v": 1,
        "definition": marking.definition[:_PREFIX],
        "waits": [_row(wait) for wait in marking.waits],
        "arrivals": [[a.join, a.source] for a in marking.arrivals],
        "entered": dict(marking.entered),
        "outcomes": {name: dict(said) for name, said in marking.outcomes.items()},
        "ended": marking.ended,
    }
    if _needs_2(marking):
        document |= {
            "v": VERSION,
            "scopes": [_row(scope) for scope in marking.scopes],
            "results": {name: tagged(said) for name, said in marking.results.items()},
            "decided": marking.decided,
        }
    if marking.reached is not None:
        document["reached"] = marking.reached
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


# Enough of the definition's hash to notice a state that belongs to another one.
_PREFIX = 16


def _needs_2(marking: Marking) -> bool:
    said = marking.decided is not None or marking.reached is not None
    new = marking.scopes or marking.results or said
    return bool(new) or any(wait.fired for wait in marking.waits)


def _row(wait: Wait) -> list[object]:
    timers = [[t, wait.fired[t]] if t in wait.fired else t for t in wait.timers]
    return [wait.element, wait.occurrence, timers]


def decode(state: bytes, definition: str) -> Marking:
    """
    The marking in a state of that definition.

    Raises EngineError if this or the version before did not write it for that
    definition, StorageError if a newer program did.
    """
    document = _document(state)
    version = document.get("v")
    _must_be_no_newer(version)
    if version not in (1, VERSION):
        raise EngineError(
            f"Expected an engine state of version 1 or {VERSION}, "
            f"but got version {version!r}."
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


def must_be_ours(state: bytes) -> None:
    """
    Raise StorageError if a newer program wrote this state, else nothing.
    """
    with suppress(EngineError):
        _must_be_no_newer(_document(state).get("v"))


def _must_be_no_newer(version: object) -> None:
    # Nothing is broken, so nothing is held: a newer program goes on with it.
    if type(version) is int and version > VERSION:
        raise StorageError(
            f"The state of this workflow is of version {version}, newer than {VERSION} "
            "of this program; use the newer program."
        )


def _document(state: bytes) -> dict[str, object]:
    try:
        document = orjson.loads(state)
    except orjson.JSONDecodeError as error:
        raise EngineError(f"Expected an engine state, but {error}.") from error
    if not isinstance(document, dict):
        raise EngineError("Expected an engine state, but it is no JSON object.")
    return document


_LATER: Mapping[str, object] = {
    "scopes": [],
    "results": {},
    "decided": None,
    "reached": None,
}


def _marking(document: dict[str, object], definition: str) -> Marking:
    match {**_LATER, **document}:
        case {
            "waits": [*waits],
            "arrivals": [*arrivals],
            "entered": dict(entered),
            "outcomes": dict(outcomes),
            "ended": str() | None as ended,
            "scopes": [*scopes],
            "results": dict(results),
            "decided": str() | None as decided,
            "reached": str() | None as reached,
        }:
            return Marking(
                definition=definition,
                waits=tuple(_wait(wait) for wait in waits),
                arrivals=tuple(_arrival(arrival) for arrival in arrivals),
                entered={name: _count(count) for name, count in entered.items()},
                outcomes={name: _said(said) for name, said in outcomes.items()},
                ended=ended,
                scopes=tuple(_wait(scope) for scope in scopes),
                results=rows(results),
                decided=decided,
                reached=reached,
            )
    raise _misshapen()


def _wait(value: object) -> Wait:
    match value:
        case [str(element), occurrence, [*timers]]:
            fired: dict[str, int] = {}
            return Wait(
                element=element,
                occurrence=_count(occurrence),
                timers=tuple(
                    timer if isinstance(timer, str) else _again(timer, fired)
                    for timer in timers
                ),
                fired=fired,
            )
    raise _misshapen()


def _again(value: object, fired: dict[str, int]) -> str:
    match value:
        case [str(timer), count]:
            fired[timer] = _count(count)
            return timer
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
