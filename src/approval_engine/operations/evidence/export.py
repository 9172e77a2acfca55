"""
A workflow id and a private key → the packet: equal bytes as long as nothing changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from approval_engine import __version__
from approval_engine.documents import canonical, load
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.events import Event, comment_of
from approval_engine.domain.quote import Quote
from approval_engine.executor.runtime import Runtime
from approval_engine.history import explain, reading
from approval_engine.history.evidence.keys import Signer
from approval_engine.history.reading import Case
from approval_engine.operations.evidence.archive import pack
from approval_engine.operations.evidence.judge import verify
from approval_engine.operations.evidence.lines import (
    event_lines,
    events_in,
    text_lines,
    texts_in,
    written,
)
from approval_engine.operations.evidence.manifest import (
    ATTACHMENTS,
    DOCUMENTS,
    EVENTS,
    EXPLANATION,
    MANIFEST,
    ORIGINS,
    SIGNATURE,
    SUMMARY,
    TABLES,
    TEXTS,
    WINDOWS,
    Manifest,
    listed,
)
from approval_engine.operations.evidence.summary import summary
from approval_engine.store import delegations, erasures, events, origins
from approval_engine.store.database import Transaction

_LINKED = ("method", "credential", "proved_at")


def export(runtime: Runtime, workflow_id: str, signer: Signer) -> bytes:
    """
    The signed packet of a workflow, an archive.

    Raises NotFound, and Altered if its record does not hold: what would not verify is
    not given away.
    """
    with runtime.database.read() as transaction:
        case = reading.case(transaction, workflow_id)
        entries = reading.timeline_in(transaction, workflow_id)
        log = tuple(entry.event for entry in entries)
        texts = sorted(events.texts(transaction, workflow_id).items())
        quote = runtime.quote(transaction, case.workflow.evidence.quote)
        files = {
            EVENTS: event_lines(log),
            TEXTS: text_lines(texts),
            ORIGINS: _origins(transaction, workflow_id),
            **_documents(runtime, transaction, case),
            WINDOWS: canonical(_windows(transaction, case, log)),
            ATTACHMENTS: canonical(list(_attachments(quote, log))),
            EXPLANATION: canonical(list(explain.lines(case, log[0]))),
        }
        people = runtime.directory(transaction, case.workflow.evidence.directory)
        policy = runtime.policy(transaction, case.workflow.evidence.policy)
        left = _left(transaction, case)
    files = {SUMMARY: summary(case, quote, policy, people, entries), **files}
    known = {seq for seq, _ in texts}
    erased = tuple(e.seq for e in log if comment_of(e) and e.seq not in known)
    gone = (erased, left)
    manifest = _manifest(case, log, gone, files, signer.id)
    texts_in(files[TEXTS], manifest, events_in(files[EVENTS], manifest))
    text = manifest.text()
    return _checked(
        pack({MANIFEST: text, SIGNATURE: signer.sign(text), **files}), signer
    )


def _manifest(
    case: Case,
    log: tuple[Event, ...],
    gone: tuple[tuple[int, ...], tuple[tuple[str, str], ...]],
    files: Mapping[str, bytes],
    key: str,
) -> Manifest:
    workflow = case.workflow
    erased, left = gone
    return Manifest(
        workflow=workflow.id,
        quote=workflow.quote_id,
        revision=workflow.quote_revision,
        policy=workflow.policy,
        policy_version=workflow.policy_version,
        status=str(workflow.status),
        overridden=workflow.overridden,
        held=case.incident is not None,
        hashes=tuple(event.hash for event in log),
        erased=erased,
        left=left,
        files=listed(files),
        key=key,
        product=__version__,
    )


def _left(transaction: Transaction, case: Case) -> tuple[tuple[str, str], ...]:
    """
    The documents of a workflow from which somebody was erased, and what is left.
    """
    left = erasures.now_of(erasures.every(transaction))
    known = (getattr(case.workflow.evidence, name) for name in DOCUMENTS)
    return tuple((each, left[each]) for each in known if each in left)


def _documents(
    runtime: Runtime, transaction: Transaction, case: Case
) -> dict[str, bytes]:
    evidence = case.workflow.evidence
    found = {
        file: runtime.body(transaction, getattr(evidence, name))
        for name, file in DOCUMENTS.items()
    }
    asked = _tables(runtime, transaction, found[DOCUMENTS["definition"]])
    return found | {f"{TABLES}{digest}.dmn": body for digest, body in asked.items()}


def _tables(
    runtime: Runtime, transaction: Transaction, definition: bytes
) -> dict[str, bytes]:
    """
    The files of the decisions that a definition is bound to, by their hashes.
    """
    if b"businessRuleTask" not in definition:
        return {}
    from approval_engine.definitions.bound import decisions_of
    from approval_engine.definitions.reading import EVERY_NAME, read

    process = read(definition, "definition", EVERY_NAME).process
    return {
        digest: runtime.body(transaction, digest)
        for digest in sorted(set(decisions_of(process).values()))
    }


def _origins(transaction: Transaction, workflow_id: str) -> bytes:
    """
    How authors had proved who they are; not from where, which says too much of people.
    """
    rows = origins.of(transaction, workflow_id)
    return written(
        {"event": row.event_id} | {name: getattr(row, name) for name in _LINKED}
        for row in rows
    )


def _windows(
    transaction: Transaction, case: Case, log: tuple[Event, ...]
) -> list[Delegation]:
    """
    The delegation windows, of any time, of whoever acted or is named by an event.
    """
    people = {case.workflow.submitted_by, case.workflow.owner}
    people |= {event.actor for event in log} | {event.on_behalf_of for event in log}
    text = "".join(event.data for event in log)
    return [
        window
        for window in delegations.listed(transaction)
        if {window.principal, window.delegate} & people or f'"{window.id}"' in text
    ]


def _attachments(quote: Quote, log: tuple[Event, ...]) -> Iterator[dict[str, object]]:
    """
    Name and hash of each file of the quote and of the review; not the files.
    """
    for each in quote.attachments:
        yield {"of": "quote", **asdict(each)}
    for event in log:
        data: Any = load(event.data.encode())
        if added := data.get("attachment"):
            yield {"of": f"event {event.seq}", **added}


def _checked(packet: bytes, signer: Signer) -> bytes:
    """
    The packet, if whoever gets it can verify it.
    """
    verify(packet, [signer.public])
    return packet
