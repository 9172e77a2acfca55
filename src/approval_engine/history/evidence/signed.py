"""
Signed checkpoints beside the database → what is not there any more as it was signed.

A chain of hashes cannot show that its end was cut off, that all of it was written anew,
or that a workflow is gone. What was signed elsewhere can.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from approval_engine.errors import Altered, InvalidInput
from approval_engine.history.evidence.checkpoint import Checkpoint, heads_in, read
from approval_engine.history.evidence.keys import PublicKey
from approval_engine.store import erasures, ledger
from approval_engine.store.database import Transaction
from approval_engine.store.erasures import Erasure
from approval_engine.store.ledger import Head

_ERASURES = "erasures"
"""What stands for a workflow where the log of erasures differs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """
    Where a log is no longer what was signed: at that event, or before it.
    """

    workflow: str
    seq: int
    checkpoint: int
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """
    Checkpoints that hold by themselves, oldest first, with their files.
    """

    files: tuple[tuple[Checkpoint, Path], ...]

    def differences(self, transaction: Transaction) -> Iterator[Difference]:
        """
        What of the database differs, once per workflow, by the oldest that shows it.
        """
        told: set[str] = set()
        log = erasures.every(transaction)
        for found, path in self.files:
            if _ERASURES not in told and (seq := _of_erasures(log, found)):
                told.add(_ERASURES)
                yield Difference(
                    workflow=_ERASURES,
                    seq=seq,
                    checkpoint=found.number,
                    because="the log of erasures is not the one that was signed",
                )
            for batch in heads_in(path, found):
                for each in _compared(transaction, batch, found.number):
                    if each.workflow not in told:
                        told.add(each.workflow)
                        yield each


def checked(paths: Iterable[Path], keys: Iterable[PublicKey]) -> Signed:
    """
    The checkpoints in these files and folders, each checked, and their chain.

    Raises Altered with the first file that does not hold, InvalidInput if there is
    none or it cannot be read.
    """
    keys = tuple(keys)
    files = [(read(path, keys), path) for path in _files(paths)]
    if not files:
        raise InvalidInput("There is no checkpoint in the folder that was named.")
    files.sort(key=lambda each: each[0].number)
    for (before, _), (found, path) in pairwise(files):
        if found.number == before.number and found != before:
            because = f"there are two checkpoints {found.number}"
            raise Altered(because, file=path.name)
        if found.number == before.number + 1 and found.previous != before.sha256:
            because = f"it does not follow checkpoint {before.number}"
            raise Altered(because, file=path.name)
    return Signed(files=tuple(files))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("checkpoint-*.txt"))
        else:
            yield path


def _of_erasures(log: tuple[Erasure, ...], signed: Checkpoint) -> int:
    """
    The first erasure that is not there as it was signed; 0 if all are.
    """
    if len(log) < signed.erasures:
        return len(log) + 1
    last = log[signed.erasures - 1].hash if signed.erasures else None
    return signed.erasures if last != signed.erasure else 0


def _compared(
    transaction: Transaction, batch: tuple[Head, ...], number: int
) -> Iterator[Difference]:
    there = ledger.there(transaction, (each.workflow for each in batch))
    hashes = ledger.hashes(transaction, batch)
    for head in batch:
        seq, because = _difference(transaction, head, there, hashes)
        if because:
            yield Difference(
                workflow=head.workflow, seq=seq, checkpoint=number, because=because
            )


def _difference(
    transaction: Transaction,
    head: Head,
    there: frozenset[str],
    hashes: Mapping[tuple[str, int], str],
) -> tuple[int, str]:
    found = hashes.get((head.workflow, head.seq))
    if found == head.hash and head.workflow in there:
        return 0, ""
    if head.workflow not in there:
        return 1, "the workflow is gone"
    if found is None:
        log = ledger.logs(transaction, (head.workflow,))[head.workflow]
        known = {event.seq for event in log}
        missing = next(n for n in range(1, head.seq + 1) if n not in known)
        return missing, f"the log was signed up to event {head.seq}"
    return head.seq, "it or an event before it was written anew after it was signed"
