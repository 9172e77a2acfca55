"""
Answers kept under an idempotency key: the same request gets the same answer again.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from approval_engine.errors import Conflict, KeyReused
from approval_engine.store import prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import IDEMPOTENCY


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """
    An idempotency key in its scope, and the fingerprint of the request that brought it.
    """

    actor: str
    route: str
    key: str
    fingerprint: str


SCOPE = ("actor", "route", "key")
_FIND = select(IDEMPOTENCY.c.fingerprint, IDEMPOTENCY.c.answer).where(
    *(IDEMPOTENCY.c[name] == bindparam(name) for name in SCOPE)
)
_KEEP = prepared.insert_missing(IDEMPOTENCY)


def find(transaction: Transaction, key: Key) -> str | None:
    """
    The answer kept under this key. Raises KeyReused if another request used the key.
    """
    scope = {name: getattr(key, name) for name in SCOPE}
    row = transaction.execute(_FIND, scope).one_or_none()
    return checked(key, row.fingerprint, row.answer) if row is not None else None


def checked(key: Key, fingerprint: str | None, answer: str | None) -> str | None:
    """
    The answer found under a key. Raises KeyReused if another request got it.
    """
    if fingerprint not in {None, key.fingerprint}:
        sentence = f"The idempotency key '{key.key}' was used for another request."
        raise KeyReused(sentence)
    return answer


def keep(transaction: Transaction, key: Key, answer: str, at: str) -> None:
    """
    Keep the answer. Raises Conflict if the key was taken at the same moment.
    """
    row = {name: getattr(key, name) for name in Key.__slots__}
    row |= {"answer": answer, "created_at": at}
    sentence = f"The idempotency key '{key.key}' is busy with another request."
    _KEEP.later(transaction, [row], Conflict(sentence))
