"""
What a program was told under its key: claimed while its request runs, kept afterwards.
"""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, delete, select, update

from approval_engine.errors import InProgress, KeyReused
from approval_engine.store import prepared
from approval_engine.store.database import Transaction
from approval_engine.store.schema import REPLY


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """
    A keyed request; the fingerprint tells it from others with the same key.
    """

    actor: str
    route: str
    key: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """
    An answer as it was sent.
    """

    status: int
    location: str | None
    body: str


_SCOPE = ("actor", "route", "key")
_MINE = and_(*(REPLY.c[name] == bindparam(f"its_{name}") for name in _SCOPE))
_FIND = select(REPLY).where(_MINE)
_CLAIM = prepared.insert_missing(REPLY)


def claim(
    transaction: Transaction, request: Request, at: str, lost_before: str
) -> Kept | None:
    """
    None if the caller is to run the request now, else what it was answered before.

    A claim from before `lost_before` is nobody's any more. Raises KeyReused if another
    request has the key, InProgress if the same one still runs.
    """
    row = {name: getattr(request, name) for name in Request.__slots__}
    row |= {"claimed_at": at, "status": None, "location": None, "body": None}
    if _CLAIM.run(transaction, [row]):
        return None
    found = transaction.execute(_FIND, _scope(request)).one_or_none()
    if found is None:
        # Who had it let go of it between the two statements.
        raise InProgress(_running(request))
    if found.fingerprint != request.fingerprint:
        sentence = f"The idempotency key '{request.key}' was used for another request."
        raise KeyReused(sentence)
    if found.status is not None:
        return Kept(status=found.status, location=found.location, body=found.body)
    # Of two who find a lost claim one may have it.
    lost = (_MINE, REPLY.c.claimed_at == found.claimed_at)
    if found.claimed_at < lost_before:
        taken = update(REPLY).where(*lost).values(claimed_at=at)
        if transaction.execute(taken, _scope(request)).rowcount:
            return None
    raise InProgress(_running(request))


def keep(transaction: Transaction, request: Request, at: str, answer: Kept) -> None:
    """
    Keep the answer to a request that was claimed at that instant.
    """
    values = {name: getattr(answer, name) for name in Kept.__slots__}
    transaction.execute(
        update(REPLY).where(_MINE, REPLY.c.claimed_at == at).values(values),
        _scope(request),
    )


def release(transaction: Transaction, request: Request, at: str) -> None:
    """
    Let go of a request that came to nothing: the same key may try again.
    """
    mine = (_MINE, REPLY.c.claimed_at == at, REPLY.c.status.is_(None))
    transaction.execute(delete(REPLY).where(*mine), _scope(request))


def _running(request: Request) -> str:
    return f"The request with the idempotency key '{request.key}' still runs."


def _scope(request: Request) -> dict[str, str]:
    return {f"its_{name}": getattr(request, name) for name in _SCOPE}
