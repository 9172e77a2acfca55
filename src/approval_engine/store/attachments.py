"""
Attached files ↔ rows, by the hash of their content.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from approval_engine.documents import sha256
from approval_engine.store import prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import ATTACHMENT


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """
    What somebody attached. `kind` is quote or task.
    """

    kind: str
    name: str
    media_type: str
    body: bytes

    @property
    def sha256(self) -> str:
        """
        The hash that a quote or an event holds of it.
        """
        return sha256(self.body)


_PUT = prepared.insert_missing(ATTACHMENT)
_BODY = select(ATTACHMENT.c.body).where(ATTACHMENT.c.sha256 == bindparam("sha256"))


def put(transaction: Transaction, files: Iterable[File]) -> None:
    """
    Store files; a content that is already there stays as it is.
    """
    found = {file.sha256: file for file in files}
    rows = [
        {
            "sha256": digest,
            "kind": file.kind,
            "media_type": file.media_type,
            "size": len(file.body),
            "name": file.name,
            "body": file.body,
        }
        # In one order always, so that two who store the same never wait in a circle.
        for digest, file in sorted(found.items())
    ]
    _PUT.later(transaction, rows)


def body(transaction: Transaction, digest: str) -> bytes | None:
    """
    The content of that hash; None if it is kept elsewhere.
    """
    found = transaction.execute(_BODY, {"sha256": digest}).scalar_one_or_none()
    return None if found is None else bytes(found)


def kept(transaction: Transaction, digests: Iterable[str]) -> frozenset[str]:
    """
    Those of these hashes whose content is here.
    """
    wanted = sorted(set(digests))
    if not wanted:
        return frozenset()
    query = select(ATTACHMENT.c.sha256).where(ATTACHMENT.c.sha256.in_(wanted))
    return frozenset(transaction.execute(query).scalars())


def contents(transaction: Transaction) -> Iterator[tuple[str, int, bytes]]:
    """
    Hash, size and content of every file, one after the other.
    """
    query = select(ATTACHMENT.c.sha256, ATTACHMENT.c.size, ATTACHMENT.c.body)
    result = transaction.execute(query.execution_options(yield_per=10))
    return ((row.sha256, row.size, bytes(row.body)) for row in result)
