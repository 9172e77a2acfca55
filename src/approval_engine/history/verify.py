"""
The event log → whether its hash chain holds, and where it breaks first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from approval_engine.domain.events import Event, comment_of, first_altered, salted
from approval_engine.domain.workflow import Workflow
from approval_engine.store import events, ledger
from approval_engine.store.database import Transaction
from approval_engine.store.ends import End
from approval_engine.store.ledger import Head


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """
    One workflow's log: its length, and the number of the first event that is not right.
    """

    workflow: str
    events: int
    first_altered: int | None


def verify(transaction: Transaction, workflow: Workflow | End) -> Verified:
    """
    Check the chain of one workflow, its end included.
    """
    head = Head(workflow=workflow.id, seq=workflow.seq, hash=workflow.head)
    texts = ledger.texts(transaction, (workflow.id,))[workflow.id]
    return _verified(head, events.of(transaction, workflow.id), texts)


def verify_every(transaction: Transaction) -> Iterator[Verified]:
    """
    Check the chain of each workflow, oldest first; events without one come last.
    """
    for batch in ledger.heads(transaction):
        ids = tuple(each.workflow for each in batch)
        logs, texts = ledger.logs(transaction, ids), ledger.texts(transaction, ids)
        for head in batch:
            yield _verified(head, logs[head.workflow], texts[head.workflow])
    for stray in ledger.strays(transaction):
        yield Verified(workflow=stray, events=0, first_altered=1)


def _verified(
    head: Head, log: Sequence[Event], texts: Mapping[int, tuple[str, str]]
) -> Verified:
    altered = first_altered(log)
    if altered is None:
        altered = _reworded(log, texts)
    if altered is None and len(log) != head.seq:
        altered = min(len(log), head.seq) + 1
    if altered is None and (not log or log[-1].hash != head.hash):
        # The chain holds, but somebody rewrote all of it: the workflow knows its end.
        altered = max(head.seq, 1)
    return Verified(workflow=head.workflow, events=len(log), first_altered=altered)


def _reworded(log: Sequence[Event], texts: Mapping[int, tuple[str, str]]) -> int | None:
    """
    The first event whose text is not what it holds the hash of; it may be erased.
    """
    for event in log if texts else ():
        text = texts.get(event.seq)
        if text is not None and salted(*text) != comment_of(event):
            return event.seq
    return None
