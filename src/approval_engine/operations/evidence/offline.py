"""
A packet whose files are what was signed → whether its log follows from its documents.

The log is replayed without a database, and asked what `cpq db check` asks of a workflow
as far as that needs nothing else: who might decide, what the steps say of the verdict,
that timers rang once and in time. The policy is asked again what it says of the quote.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from approval_engine.documents import canonical, load, sha256
from approval_engine.domain.events import Event, instant
from approval_engine.domain.workflow import Evidence
from approval_engine.errors import BROKEN, Altered, NotFound, reason
from approval_engine.executor.judging import basis, judged_as
from approval_engine.executor.pinned import pinned
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.stored import delegations_of
from approval_engine.operations.evidence.lines import events_in, texts_in
from approval_engine.operations.evidence.manifest import (
    DOCUMENTS,
    EVENTS,
    TABLES,
    TEXTS,
    WINDOWS,
    Manifest,
)
from approval_engine.operations.invariants.model import Subject
from approval_engine.operations.invariants.subject import all_windows, states_of
from approval_engine.operations.invariants.table import OF_EACH_WORKFLOW
from approval_engine.store.database import Database, Transaction

ASKED = frozenset(
    {"I1", "I2", "I3", "I4", "I9", "I10", "I11", "I14", "I15", "I18", "I21", "I22"}
    | {"I27"}
)
"""The invariants that need only the log and the documents of a workflow."""

_NOBODY = cast("Database", None)
_NOTHING = cast("Transaction", None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf(Runtime):
    """
    A runtime whose documents lie in a packet; there is no database to ask.
    """

    database: Database = _NOBODY
    bodies: Mapping[str, bytes] = field(default_factory=dict)

    def body(self, transaction: Transaction, sha256: str) -> bytes:
        """
        The bytes of the document of that hash. Raises NotFound.
        """
        del transaction
        if sha256 not in self.bodies:
            raise NotFound(f"The packet has no document '{sha256}'.")
        return self.bodies[sha256]


def must_follow(files: Mapping[str, bytes], manifest: Manifest) -> None:
    """
    Raise Altered unless log, texts, documents and verdict fit together.
    """
    log = events_in(files[EVENTS], manifest)
    evidence = _evidence(files, log[0], dict(manifest.left))
    texts = texts_in(files[TEXTS], manifest, log)
    shelf = Shelf(bodies=_bodies(files, evidence))
    try:
        kept = pinned(shelf, _NOTHING, evidence, instant(log[0].timestamp))
        _judge_again(shelf, evidence, log[0], files)
        states, stopped = states_of(log, kept)
    except BROKEN as error:
        because = f"it cannot be followed: {reason(error)}"
        raise Altered(because, file=EVENTS, seq=1) from error
    if stopped:
        raise Altered(stopped, file=EVENTS, seq=len(states) + 1)
    workflow = states[-1]
    if (str(workflow.status), workflow.overridden) != (
        manifest.status,
        manifest.overridden,
    ):
        because = f"its events say {workflow.status}, the manifest {manifest.status}"
        raise Altered(because, file=EVENTS, seq=len(log))
    known = delegations_of(files[DOCUMENTS["delegations"]])
    subject = Subject(
        workflow=workflow,
        incident="held" if manifest.held else None,
        log=log,
        states=states,
        stopped=None,
        pinned=kept,
        documents={name: files[file] for name, file in DOCUMENTS.items()},
        delegations=all_windows(known, delegations_of(files[WINDOWS])),
        texts=texts,
        outbox=(),
        messages_gone="",
        row={},
        task_rows=(),
    )
    for because in _broken(subject):
        raise Altered(because, file=EVENTS)


def _evidence(
    files: Mapping[str, bytes], submitted: Event, left: Mapping[str, str]
) -> Evidence:
    data: Any = load(submitted.data.encode())
    evidence = Evidence(**data["evidence"])
    for name, file in DOCUMENTS.items():
        known = getattr(evidence, name)
        if sha256(files[file]) != left.get(known, known):
            because = "it is not the document that the first event names"
            raise Altered(because, file=file, seq=1)
    return evidence


def _bodies(files: Mapping[str, bytes], evidence: Evidence) -> Mapping[str, bytes]:
    """
    What documents of the packet are known by, also where an erasure changed them.
    """
    named = {getattr(evidence, name): files[file] for name, file in DOCUMENTS.items()}
    tables = (body for name, body in files.items() if name.startswith(TABLES))
    return named | {sha256(body): body for body in tables}


def _judge_again(
    shelf: Shelf, evidence: Evidence, submitted: Event, files: Mapping[str, bytes]
) -> None:
    """
    What fired, and because of which facts, is what the policy says of the quote.
    """
    policy = shelf.policy(_NOTHING, evidence.policy)
    on = day_of(policy, instant(submitted.timestamp))
    again = basis(shelf, _NOTHING, judged_as(evidence), on).judged.evaluation
    told: Any = load(files[DOCUMENTS["evaluation"]])
    ours: Any = load(canonical(again))
    if _gist(told) != _gist(ours):
        because = "the policy says something else of the quote"
        raise Altered(because, file=DOCUMENTS["evaluation"])


def _gist(evaluation: Mapping[str, Any]) -> object:
    triggers = [
        (each["id"], each["fired"], each["reason"], each.get("waived_by"))
        for each in evaluation["triggers"]
    ]
    return evaluation["inputs"], triggers


def _broken(subject: Subject) -> Iterator[str]:
    for invariant in OF_EACH_WORKFLOW:
        if invariant.id not in ASKED:
            continue
        try:
            for detail in invariant.check(subject):
                yield f"{detail} ({invariant.id})"
        except BROKEN as error:
            yield f"it cannot be checked: {reason(error)} ({invariant.id})"
