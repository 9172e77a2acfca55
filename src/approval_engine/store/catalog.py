"""
What workflows are decided under: documents by content, quotes, policies, the directory.

Documents never change, so their bytes may be cached by whoever reads them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Row,
    ScalarSelect,
    Select,
    bindparam,
    select,
    update,
)

from approval_engine.domain.exceptions import Grant
from approval_engine.domain.workflow import Attempt
from approval_engine.errors import NotFound, StorageError
from approval_engine.store import prepared, upsert
from approval_engine.store.database import Transaction
from approval_engine.store.moment import remembered
from approval_engine.store.schema import DOCUMENT, POLICY, QUOTE, SETTING
from approval_engine.store.schema.base import word
from approval_engine.store.schema.catalog import NO_DAY, NO_WORTH

CANARY_SETTING = "canary"
"""The setting with the terms of the canary that runs, if one does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """
    Bytes under their SHA-256. `kind` says what reads them.
    """

    sha256: str
    kind: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteRow:
    """
    Where one quote revision lies, and what lists find and sort it by.

    `worth` is in hundredths of the currency of the quote, rounded down.
    """

    id: str
    revision: int
    sha256: str
    account: str
    submitted_by: str
    owner: str | None = None
    worth: int = NO_WORTH
    needed_by: str = NO_DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyRow:
    """
    Where one published policy version lies, and with which words it was published.

    `accepted` are the sentences on what was known to be wrong with it, one a line.
    """

    name: str
    version: str
    sha256: str
    status: str
    published_at: str
    published_by: str
    comment: str = ""
    accepted: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Current:
    """
    The hashes that a submit is decided under today; None where nothing was imported.

    `processes` lists the newest version of each process that was deployed.
    `exceptions` are those of the account in question, and `attempts` the workflows of
    the quote, once they were looked up. `canary` are the terms of the one that runs.
    """

    policy: str | None
    directory: str | None
    delegations: str | None
    processes: str | None = None
    canary: str | None = None
    exceptions: tuple[Grant, ...] = ()
    attempts: tuple[Attempt, ...] | None = None

    def people(self) -> tuple[str, str]:
        """
        The hashes of directory and delegations. Raises StorageError before an import.
        """
        if self.directory is None or self.delegations is None:
            sentence = "The database has no directory; run 'cpq directory import'."
            raise StorageError(sentence)
        return self.directory, self.delegations


_PUT = prepared.insert_missing(DOCUMENT)
_BODY = select(DOCUMENT.c.body).where(DOCUMENT.c.sha256 == bindparam("sha256"))
_SETTING = select(SETTING.c.value).where(SETTING.c.name == bindparam("name"))
_QUOTE = select(QUOTE).where(QUOTE.c.id == bindparam("id"))
_AT_ONCE = 500
_KNOWN = select(QUOTE.c.id, QUOTE.c.revision).where(
    QUOTE.c.id.in_(bindparam("ids", expanding=True))
)
_POLICIES = select(POLICY).order_by(POLICY.c.published_at, POLICY.c.version)


def _pointer(name: str) -> ScalarSelect[Any]:
    return select(SETTING.c.value).where(SETTING.c.name == word(name)).scalar_subquery()


CURRENT = (
    select(POLICY.c.sha256)
    .where(POLICY.c.status == word("active"))
    .scalar_subquery()
    .label("current_policy"),
    _pointer("directory").label("current_directory"),
    _pointer("delegations").label("current_delegations"),
    _pointer("processes").label("current_processes"),
    _pointer(CANARY_SETTING).label("current_canary"),
)
"""The columns of `Current`, for whoever reads them beside something else."""

_CURRENT: Select[Any] = select(*CURRENT)


def put(transaction: Transaction, documents: Iterable[Document]) -> None:
    """
    Store documents; one that is already there stays as it is.
    """
    rows = [
        {"sha256": document.sha256, "kind": document.kind, "body": document.body}
        # In one order always, so that two who store the same never wait in a circle.
        for document in sorted(documents, key=lambda each: each.sha256)
    ]
    _PUT.later(transaction, rows)


def body(transaction: Transaction, sha256: str) -> bytes:
    """
    The bytes of a document. Raises NotFound.
    """
    found = transaction.execute(_BODY, {"sha256": sha256}).scalar_one_or_none()
    if found is None:
        sentence = f"There is no document '{sha256}'."
        raise NotFound(sentence)
    return bytes(found)


def setting(transaction: Transaction, name: str) -> str | None:
    """
    The value of a setting, or None.
    """
    return transaction.execute(_SETTING, {"name": name}).scalar_one_or_none()


def set_setting(transaction: Transaction, name: str, value: str) -> None:
    """
    Set a setting, whether it was there or not.
    """
    # Two that set it for the first time at one moment must not be in each other's way.
    transaction.execute(
        upsert.insert(transaction, SETTING)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


def add_quotes(
    transaction: Transaction, quotes: Iterable[QuoteRow], imported_at: str
) -> int:
    """
    Record quote revisions that are not there yet; the number of new ones.

    A revision that is there with other content must have been refused before.
    """
    quotes = tuple(quotes)
    # Only their own: whoever drafts one quote need not read all there are.
    ids = sorted({quote.id for quote in quotes})
    known = {
        (row.id, row.revision)
        for start in range(0, len(ids), _AT_ONCE)
        for row in transaction.execute(_KNOWN, {"ids": ids[start : start + _AT_ONCE]})
    }
    rows = [
        {name: getattr(quote, name) for name in QuoteRow.__slots__}
        | {"imported_at": imported_at}
        for quote in quotes
        if (quote.id, quote.revision) not in known
    ]
    if rows:
        transaction.execute(QUOTE.insert(), rows)
    return len(rows)


def quote(
    transaction: Transaction, quote_id: str, revision: int | None = None
) -> QuoteRow | None:
    """
    A revision of a quote, the newest if none is named.
    """
    query = _QUOTE if revision is None else _QUOTE.where(QUOTE.c.revision == revision)
    rows = transaction.execute(query, {"id": quote_id}).all()
    newest = max(rows, key=lambda row: row.revision, default=None)
    return quote_of(newest) if newest is not None else None


def revisions(
    transaction: Transaction, quote_id: str, newest: int
) -> tuple[QuoteRow, ...]:
    """
    The revisions of a quote up to that one, in their order.
    """
    query = _QUOTE.where(QUOTE.c.revision <= newest).order_by(QUOTE.c.revision)
    return tuple(map(quote_of, transaction.execute(query, {"id": quote_id})))


def current(transaction: Transaction) -> Current:
    """
    What a submit is decided under today.
    """
    return remembered(
        transaction, "current", lambda: current_of(transaction.execute(_CURRENT).one())
    )


def current_of(row: Row[Any]) -> Current:
    """
    The value of the columns `CURRENT` in a row.
    """
    return Current(
        policy=row.current_policy,
        directory=row.current_directory,
        delegations=row.current_delegations,
        processes=row.current_processes,
        canary=row.current_canary,
    )


def quote_of(row: object) -> QuoteRow:
    """
    The value of a row with the columns of a quote.
    """
    return QuoteRow(**{name: getattr(row, name) for name in QuoteRow.__slots__})


def publish(transaction: Transaction, policy: PolicyRow) -> None:
    """
    Make this policy version the active one; the one before it is retired.
    """
    transaction.execute(
        update(POLICY).where(POLICY.c.status == "active").values(status="retired")
    )
    transaction.execute(
        POLICY.insert().values(
            {name: getattr(policy, name) for name in PolicyRow.__slots__}
        )
    )


def policies(transaction: Transaction) -> tuple[PolicyRow, ...]:
    """
    Every published policy version, oldest first.
    """
    return tuple(
        PolicyRow(**{name: getattr(row, name) for name in PolicyRow.__slots__})
        for row in transaction.execute(_POLICIES)
    )
