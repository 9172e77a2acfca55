"""
A database that was restored → one that nobody can take for the one that was lost.

What was given out between the backup and its end must not come to life again: numbers,
ids of messages, log-ins, links in mails and tokens that were ended since.
"""

import re
from dataclasses import dataclass

from sqlalchemy import delete, null, select, text, update

from approval_engine.documents import canonical
from approval_engine.store.catalog import set_setting, setting
from approval_engine.store.database import Transaction
from approval_engine.store.schema import (
    API_TOKEN,
    COUNTER,
    MAIL_LINK,
    OUTBOX,
    OUTBOX_FAILURE,
    REPLY,
    SEQUENCES,
    SESSION,
    TIMER_CLAIM,
    WORKER,
)

RESTORES = "restores"
"""The setting that counts how often the database was restored; missing if never."""

LAST = "restored"
"""The setting that tells of the last time: when, by whom, from which file."""

HELD = "held since a restore: it may have been sent after the backup was made"
"""Why a message is not sent by itself any more."""


_MARK = re.compile(r":r[1-9][0-9]*$")
_ON_SQLITE = (
    "DROP TRIGGER IF EXISTS outbox_after_restore",
    """
    CREATE TRIGGER outbox_after_restore AFTER INSERT ON outbox BEGIN
        UPDATE outbox SET id = NEW.id || '<mark>' WHERE id = NEW.id;
    END
    """,
)
_ON_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION mark_new_message() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.id := NEW.id || '<mark>'; RETURN NEW; END $$
    """,
    "DROP TRIGGER IF EXISTS outbox_after_restore ON outbox",
    """
    CREATE TRIGGER outbox_after_restore BEFORE INSERT ON outbox
    FOR EACH ROW EXECUTE FUNCTION mark_new_message()
    """,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """
    Who restored what, when; kept with the database.
    """

    at: str
    by: str
    file: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """
    What was ended: how many of each; `restores` counts this time too.
    """

    restores: int
    sessions: int
    tokens: int
    links: int
    held: int


def settle(
    transaction: Transaction, told: Told, *, skip: int, tokens: bool, messages: bool
) -> Ended:
    """
    End what may have changed since the backup; skip so many numbers of each kind.

    `tokens` are kept if true; `messages` that wait are sent if true, else held.
    """
    restores = int(setting(transaction, RESTORES) or 0) + 1
    set_setting(transaction, RESTORES, str(restores))
    row = {"at": told.at, "by": told.by, "file": told.file}
    set_setting(transaction, LAST, canonical(row).decode())
    _skip(transaction, skip)
    _mark_new_messages(transaction, restores)
    for table in (WORKER, TIMER_CLAIM):
        transaction.execute(delete(table))
    # Whoever ran these requests is gone; what was answered belongs to the backup.
    transaction.execute(delete(REPLY).where(REPLY.c.status.is_(None)))
    return Ended(
        restores=restores,
        sessions=transaction.execute(delete(SESSION)).rowcount,
        tokens=0 if tokens else _end_tokens(transaction, told.at),
        links=transaction.execute(delete(MAIL_LINK)).rowcount,
        held=0 if messages else _hold(transaction, told.at),
    )


def unmarked(message_id: str) -> str:
    """
    The id that a message has in a database that was never restored.
    """
    return _MARK.sub("", message_id)


def held(transaction: Transaction) -> tuple[str, ...]:
    """
    The messages that a restore held and nobody has looked at yet, oldest first.
    """
    query = (
        select(OUTBOX.c.id)
        .join(OUTBOX_FAILURE, OUTBOX_FAILURE.c.message_id == OUTBOX.c.id)
        .where(OUTBOX.c.status == "dead", OUTBOX_FAILURE.c.detail == HELD)
        .order_by(OUTBOX.c.created_at, OUTBOX.c.id)
    )
    return tuple(transaction.execute(query).scalars())


def _skip(transaction: Transaction, numbers: int) -> None:
    if transaction.dialect.name == "sqlite":
        on = {column: column + numbers for column in COUNTER.columns}
        transaction.execute(update(COUNTER).values(on))
        return
    for name in SEQUENCES:
        # `is_called` says whether the last value was given out already.
        following = f"setval('{name}', last_value + :numbers, is_called)"
        query = text(f"SELECT {following} FROM {name}")  # noqa: S608 our names
        transaction.execute(query, {"numbers": numbers})


def _end_tokens(transaction: Transaction, at: str) -> int:
    live = API_TOKEN.c.expires_at.is_(None) | (API_TOKEN.c.expires_at > at)
    ended = update(API_TOKEN).where(live).values(expires_at=at)
    return transaction.execute(ended).rowcount


def _hold(transaction: Transaction, at: str) -> int:
    waits = OUTBOX.c.status == "waiting"
    rows = [
        {"message_id": each, "failed_at": at, "detail": HELD}
        for each in transaction.execute(select(OUTBOX.c.id).where(waits)).scalars()
    ]
    if not rows:
        return 0
    mine = OUTBOX_FAILURE.c.message_id.in_(select(OUTBOX.c.id).where(waits))
    transaction.execute(delete(OUTBOX_FAILURE).where(mine))
    transaction.execute(OUTBOX_FAILURE.insert(), rows)
    # The try of which nobody knows counts as one.
    tries = OUTBOX.c.attempts + 1
    dead = {"status": "dead", "next_attempt_at": null(), "attempts": tries}
    transaction.execute(update(OUTBOX).where(waits).values(dead))
    return len(rows)


def _mark_new_messages(transaction: Transaction, restores: int) -> None:
    """
    Let the database give every new message an id that no lost one had.

    Events are numbered on from the backup, so that what follows may have the id of a
    message that was sent before; whoever received that one would drop the new one.
    """
    is_sqlite = transaction.dialect.name == "sqlite"
    for statement in _ON_SQLITE if is_sqlite else _ON_POSTGRESQL:
        transaction.exec_driver_sql(statement.replace("<mark>", f":r{restores}"))
