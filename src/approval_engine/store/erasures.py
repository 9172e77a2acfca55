"""
The chained log of erasures, and which bytes a document has since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from approval_engine.documents import canonical, load, sha256
from approval_engine.store.database import Transaction
from approval_engine.store.schema import ERASURE

_GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """
    One erasure. `documents` is the canonical JSON of an object: old hash → new hash.

    Every field but `hash` is hashed.
    """

    number: int
    erased_at: str
    erased_by: str
    person: str
    reason: str
    documents: str
    prev_hash: str
    hash: str


_HASHED = tuple(name for name in Erasure.__slots__ if name != "hash")


def every(transaction: Transaction) -> tuple[Erasure, ...]:
    """
    All of them, oldest first.
    """
    rows = transaction.execute(select(ERASURE).order_by(ERASURE.c.number))
    return tuple(Erasure(**row._mapping) for row in rows)  # noqa: SLF001 public in SQLAlchemy


def ending(transaction: Transaction) -> tuple[int, str] | None:
    """
    Number and hash of the last one; None if nobody was ever erased.
    """
    last = select(ERASURE).order_by(ERASURE.c.number.desc()).limit(1)
    row = transaction.execute(last).one_or_none()
    return (row.number, row.hash) if row is not None else None


def append(
    transaction: Transaction,
    at: str,
    who: tuple[str, str],
    reason: str,
    documents: Mapping[str, str],
) -> Erasure:
    """
    Record one; `who` erased, and who was erased.
    """
    before = every(transaction)
    row: dict[str, object] = {
        "number": len(before) + 1,
        "erased_at": at,
        "erased_by": who[0],
        "person": who[1],
        "reason": reason,
        "documents": canonical(documents).decode(),
        "prev_hash": before[-1].hash if before else _GENESIS,
    }
    new = Erasure(**row, hash=sha256(row))  # type: ignore[arg-type] # by name
    values = {name: getattr(new, name) for name in Erasure.__slots__}
    transaction.execute(ERASURE.insert().values(values))
    return new


def first_altered(log: tuple[Erasure, ...]) -> int | None:
    """
    The number of the first erasure that is changed or missing, else None.
    """
    head = _GENESIS
    for number, each in enumerate(log, start=1):
        row = {name: getattr(each, name) for name in _HASHED}
        if (each.number, each.prev_hash, each.hash) != (number, head, sha256(row)):
            return number
        head = each.hash
    return None


def now_of(log: tuple[Erasure, ...]) -> Mapping[str, str]:
    """
    The hash of the bytes that each document has by now which lost something.
    """
    found: dict[str, str] = {}
    for each in log:
        found.update(_documents(each))
    return found


def _documents(erasure: Erasure) -> Iterator[tuple[str, str]]:
    value = cast("Mapping[str, str]", load(erasure.documents.encode()))
    yield from value.items()
