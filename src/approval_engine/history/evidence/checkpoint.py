"""
The heads of all logs → one signed file, chained to the one before it.

A checkpoint is text: a line per workflow with the number and the hash of its last
event, then one line of JSON that is signed and holds the hash of those lines, then the
signature in Base64. It is worth something where whoever can write to the database
cannot write to it.
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from approval_engine.documents import canonical, load, sha256
from approval_engine.domain.events import stamp
from approval_engine.errors import Altered, Conflict, InvalidInput
from approval_engine.history.evidence.keys import PublicKey, Signer, signer_of
from approval_engine.store import checkpoints, erasures, ledger
from approval_engine.store.checkpoints import CheckpointRow
from approval_engine.store.database import Database, Transaction
from approval_engine.store.ledger import Head

FORM = 1
"""The form of the file; a reader refuses any other."""

_LINE = re.compile(rb"([A-Za-z0-9-]{1,64}) ([0-9]{1,9}) ([0-9a-f]{64})\n")
_LONGEST_LINE = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """
    What is signed: how many heads, their hash, and the hash of what was signed before.

    `erasures` is the number of erasures and `erasure` the hash of the last one, if any.
    `key` is the id of the key that signs.
    """

    number: int
    at: str
    previous: str | None
    workflows: int
    heads: str
    erasures: int
    erasure: str | None
    key: str

    def statement(self) -> bytes:
        """
        The signed line, without its end.
        """
        values = {name: getattr(self, name) for name in Checkpoint.__slots__}
        return canonical({"checkpoint": FORM, **values})

    @property
    def sha256(self) -> str:
        """
        By which the next checkpoint names this one.
        """
        return sha256(self.statement())


def write(
    database: Database, signer: Signer, now: datetime, place: Callable[[int], Path]
) -> tuple[Checkpoint, Path]:
    """
    Sign the heads of this moment; `place` says where the file of a number lies.

    Raises Conflict if somebody else signed at the same moment, InvalidInput if the file
    is there or cannot be written. Either way no file is left.
    """
    with database.read() as transaction:
        last = checkpoints.last(transaction)
        path = place(last.number + 1 if last else 1)
        if path.exists():
            sentence = f"There is a file '{path}' already; it is left as it is."
            raise InvalidInput(sentence)
        # Two who sign at one moment must not write into one file.
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with _cleaned(part, path), part.open("xb") as file:
            found, row = _written(file, transaction, last, (signer, now))
    # The number is taken before the file has its name: a crash in between loses a file,
    # and never leaves two of one number, which would look like a fork.
    with _cleaned(part, path):
        with database.begin() as transaction:
            checkpoints.add(transaction, row)
        part.replace(path)
    return found, path


@contextmanager
def _cleaned(part: Path, path: Path) -> Iterator[None]:
    """
    Leaves no part of a file behind where anything goes wrong.
    """
    try:
        yield
    except OSError as error:
        part.unlink(missing_ok=True)
        sentence = f"{path} cannot be written: {error.strerror or error}."
        raise InvalidInput(sentence) from error
    except Conflict:
        part.unlink()
        raise


def _written(
    file: BinaryIO,
    transaction: Transaction,
    last: CheckpointRow | None,
    by: tuple[Signer, datetime],
) -> tuple[Checkpoint, CheckpointRow]:
    signer, now = by
    count, digest = _write_heads(file, transaction)
    erased = erasures.ending(transaction)
    found = Checkpoint(
        number=last.number + 1 if last else 1,
        at=stamp(now),
        previous=sha256(last.statement.encode()) if last else None,
        workflows=count,
        heads=digest,
        erasures=erased[0] if erased else 0,
        erasure=erased[1] if erased else None,
        key=signer.id,
    )
    row = _signed(found, signer)
    file.write(f"{row.statement}\n{row.signature}\n".encode())
    file.flush()
    os.fsync(file.fileno())
    return found, row


def _write_heads(file: BinaryIO, transaction: Transaction) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    for batch in ledger.heads(transaction):
        text = "".join(f"{h.workflow} {h.seq} {h.hash}\n" for h in batch).encode()
        digest.update(text)
        file.write(text)
        count += len(batch)
    return count, digest.hexdigest()


def _signed(found: Checkpoint, signer: Signer) -> CheckpointRow:
    statement = found.statement()
    return CheckpointRow(
        number=found.number,
        made_at=found.at,
        statement=statement.decode(),
        signature=base64.b64encode(signer.sign(statement)).decode(),
    )


def read(path: Path, keys: Iterable[PublicKey]) -> Checkpoint:
    """
    What was signed, once signature and heads were found to be whole.

    Raises Altered if they are not, or if none of these keys signed it.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path.name, tuple(keys))
    except OSError as error:
        sentence = f"The checkpoint '{path}' cannot be read: {error.strerror}."
        raise InvalidInput(sentence) from error


def _read(file: BinaryIO, name: str, keys: tuple[PublicKey, ...]) -> Checkpoint:
    count, digest = 0, hashlib.sha256()
    line = file.readline(_LONGEST_LINE)
    while _LINE.fullmatch(line):
        digest.update(line)
        count += 1
        line = file.readline(_LONGEST_LINE)
    statement, signature = line.removesuffix(b"\n"), file.readline(_LONGEST_LINE)
    whole = line.endswith(b"\n") and signature.endswith(b"\n") and not file.read(1)
    if not whole:
        because = f"line {count + 1} is no head, and no statement with its signature"
        raise Altered(because, file=name)
    if signer_of(keys, statement, _decoded(signature)) is None:
        raise Altered("none of the keys that were given signed it", file=name)
    found = _checkpoint(statement, name)
    if (found.workflows, found.heads) != (count, digest.hexdigest()):
        raise Altered("its heads are not those that were signed", file=name)
    return found


def _decoded(line: bytes) -> bytes:
    try:
        return base64.b64decode(line.removesuffix(b"\n"), validate=True)
    except binascii.Error:
        return b""


def _checkpoint(statement: bytes, name: str) -> Checkpoint:
    # It is signed, so whatever stands here was written by a program of ours.
    values: Any = load(statement)
    if not isinstance(values, dict) or values.pop("checkpoint", None) != FORM:
        raise Altered("what was signed is no checkpoint of a known form", file=name)
    return Checkpoint(**values)


def heads_in(path: Path, signed: Checkpoint) -> Iterator[tuple[Head, ...]]:
    """
    The heads in a file that `read` found whole, in batches.

    Raises Altered in the end if they are other ones by now.
    """
    batch: list[Head] = []
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while found := _LINE.fullmatch(line := file.readline(_LONGEST_LINE)):
            digest.update(line)
            workflow, seq, head = (part.decode() for part in found.groups())
            batch.append(Head(workflow=workflow, seq=int(seq), hash=head))
            if len(batch) == ledger.AT_ONCE:
                yield tuple(batch)
                batch = []
    if batch:
        yield tuple(batch)
    if digest.hexdigest() != signed.heads:
        raise Altered("it changed while it was read", file=path.name)
