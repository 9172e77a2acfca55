"""
Events and what people wrote ↔ lines of JSON, one each, in one form only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from approval_engine.documents import canonical, load
from approval_engine.domain.events import GENESIS, Event, comment_of, digest, salted
from approval_engine.errors import Altered
from approval_engine.operations.evidence.manifest import EVENTS, TEXTS, Manifest
from approval_engine.store.events import EventText

_COLUMNS = frozenset(Event.__slots__)


def written(rows: Iterable[dict[str, object]]) -> bytes:
    """
    A line per row.
    """
    return b"".join(canonical(row) + b"\n" for row in rows)


def event_lines(log: Iterable[Event]) -> bytes:
    """
    A line per event with every column.
    """
    return written(asdict(event) for event in log)


def text_lines(texts: Iterable[tuple[int, EventText]]) -> bytes:
    """
    A line per text: the number of its event, its salt, and what was written.
    """
    return written(
        {"seq": seq, "salt": text.salt, "body": text.body} for seq, text in texts
    )


def events_in(body: bytes, manifest: Manifest) -> tuple[Event, ...]:
    """
    The log, if each line is an event in its one form and the chain holds.

    Raises Altered with the number of the first event that is not right.
    """
    found: list[Event] = []
    head = GENESIS
    for seq, line in _numbered(body):
        event = _event(line)
        right = event is not None and (event.workflow_id, event.seq, event.prev_hash)
        if event is None or right != (manifest.workflow, seq, head):
            raise _altered(manifest, seq, "it is changed, missing or out of order")
        if digest(event) != event.hash or [event.hash] != [
            *manifest.hashes[seq - 1 : seq]
        ]:
            raise _altered(manifest, seq, "its hash is not the one that was signed")
        found.append(event)
        head = event.hash
    if len(found) != len(manifest.hashes):
        raise _altered(manifest, len(found) + 1, "it is missing")
    return tuple(found)


def texts_in(
    body: bytes, manifest: Manifest, log: tuple[Event, ...]
) -> dict[int, EventText]:
    """
    What people wrote, by the number of its event, if the event's hash is one of it.

    Raises Altered.
    """
    found: dict[int, EventText] = {}
    written_at = {event.seq: comment_of(event) for event in log}
    for number, line in _numbered(body):
        value = _json(line)
        if not isinstance(value, dict) or set(value) != {"seq", "salt", "body"}:
            raise _altered(manifest, number, "this line is no text", TEXTS)
        seq = value["seq"]
        if written_at.get(seq) != salted(str(value["salt"]), str(value["body"])):
            because = "it is not what the event's hash was taken of"
            raise _altered(manifest, seq, because, TEXTS)
        event_id = f"{manifest.workflow}:{seq}"
        found[seq] = EventText(
            event_id=event_id, salt=value["salt"], body=value["body"]
        )
    for seq, comment in written_at.items():
        if comment and seq not in found and seq not in manifest.erased:
            raise _altered(manifest, seq, "what was written with it is missing", TEXTS)
    return found


def _numbered(body: bytes) -> Iterator[tuple[int, bytes]]:
    # What stands behind the last end of a line is a line too, and no right one.
    lines = body.split(b"\n")
    return enumerate(lines[:-1] if lines[-1] == b"" else lines, start=1)


def _json(line: bytes) -> Any:  # noqa: ANN401 any JSON value
    try:
        value = load(line)
        return value if canonical(value) == line else None
    except (TypeError, ValueError):
        return None


def _event(line: bytes) -> Event | None:
    value = _json(line)
    if not isinstance(value, dict) or set(value) != _COLUMNS:
        return None
    return Event(**value)


def _altered(manifest: Manifest, seq: int, because: str, file: str = EVENTS) -> Altered:
    return Altered(because, file=file, workflow=manifest.workflow, seq=seq)
