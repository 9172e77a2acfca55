"""
Recorded logs of earlier versions as one file, and what today's code makes of them.

A log stands beside the documents that it was decided under and the hash of the state
that the code of its day folded it into. That is history, not something to be made
anew: today's code need not write the same events, but it must read these the same.
"""

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path

from approval_engine.documents import canonical, sha256
from approval_engine.domain.events import GENESIS, Event, digest, first_altered
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import ApprovalEngineError
from approval_engine.executor.replay import rebuilt_from
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog
from approval_engine.store.catalog import Document
from approval_engine.store.database import Transaction

BOOK = Path(__file__).with_name("logs.json.xz")
BEST = 9 | lzma.PRESET_EXTREME

_CHAINED = ("workflow_id", "seq", "id", "prev_hash", "hash")
"""What follows from the place of an event and from the events before it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """
    One log: where it comes from, the hash that its last event had when it was recorded,
    and the hash of the state that the log describes.
    """

    name: str
    events: tuple[Event, ...]
    head: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """
    Recorded logs in order, and the documents of all of them by hash: (kind, body).
    """

    logs: tuple[Recorded, ...]
    documents: Mapping[str, tuple[str, str]]


def state_of(workflow: Workflow) -> str:
    """
    The hash of all that rows keep of a workflow: its tasks, timers and engine state.

    What is empty is left out, so that a field that did not exist yet moves nothing.
    """
    kept = _filled(workflow)
    return sha256(canonical(kept))


def _filled(value: object) -> object:
    match value:
        case bytes():
            return value.decode()
        case tuple():
            return [_filled(each) for each in value]
        case _ if is_dataclass(value):
            found = {
                each.name: _filled(getattr(value, each.name))
                for each in fields(value)
                if each.compare
            }
            empty = (None, False, "", [])
            return {name: each for name, each in found.items() if each not in empty}
    return value


def replayed(book: Book, runtime: Runtime) -> Iterator[str]:
    """
    A sentence for each log that is not what it was; the database must be an empty one.
    """
    with runtime.database.begin() as transaction:
        catalog.put(transaction, _documents(book))
    with runtime.database.read() as transaction:
        for log in book.logs:
            found = _differs(runtime, transaction, log)
            if found:
                yield f"{log.name}: {found}"


def _differs(runtime: Runtime, transaction: Transaction, log: Recorded) -> str | None:
    if (altered := first_altered(log.events)) is not None:
        return f"event {altered} has another hash"
    if log.events[-1].hash != log.head:
        return "its events have other hashes"
    try:
        workflow, _ = rebuilt_from(runtime, transaction, log.events)
    except ApprovalEngineError as error:
        return str(error)
    if state_of(workflow) != log.state:
        return f"{len(log.events)} events end as another {workflow.status} state"
    return None


def _documents(book: Book) -> Iterator[Document]:
    for key, (kind, body) in book.documents.items():
        document = Document(sha256=key, kind=kind, body=body.encode())
        if sha256(document.body) != key:
            sentence = f"Expected document '{key}', but its bytes have another hash."
            raise ValueError(sentence)
        yield document


def read(path: Path = BOOK) -> Book:
    """
    The book in a file; an empty one if there is no file.
    """
    if not path.exists():
        return Book(logs=(), documents={})
    content = json.loads(lzma.decompress(path.read_bytes()))
    logs = (
        Recorded(
            name=log["name"],
            state=log["state"],
            head=log["head"],
            events=tuple(_chained(log["workflow"], log["events"])),
        )
        for log in content["logs"]
    )
    documents = {key: (kind, body) for key, kind, body in content["documents"]}
    return Book(logs=tuple(logs), documents=documents)


def _chained(workflow: str, rows: list[dict[str, str]]) -> Iterator[Event]:
    head = GENESIS
    absent = {"task_id": None, "on_behalf_of": None, "natural_key": None}
    for seq, row in enumerate(rows, start=1):
        place = {"workflow_id": workflow, "seq": seq, "id": f"{workflow}:{seq}"}
        event = Event(**absent | row | place, prev_hash=head, hash="")
        event = replace(event, hash=digest(event))
        head = event.hash
        yield event


def write(book: Book, path: Path = BOOK, effort: int = BEST) -> None:
    """
    Store a book; more effort makes a smaller file.
    """
    logs = [
        {
            "name": log.name,
            "workflow": log.events[0].workflow_id,
            "state": log.state,
            "head": log.head,
            "events": [
                {
                    name: value
                    for name, value in asdict(event).items()
                    if name not in _CHAINED and value is not None
                }
                for event in log.events
            ],
        }
        for log in book.logs
    ]
    # Like beside like: definitions and policies differ in a few lines only.
    documents = sorted(
        ([key, kind, body] for key, (kind, body) in book.documents.items()),
        key=lambda each: (each[1], len(each[2]), each[2]),
    )
    content = canonical({"documents": documents, "logs": logs})
    packed = lzma.compress(content, preset=effort)
    path.write_bytes(packed)
