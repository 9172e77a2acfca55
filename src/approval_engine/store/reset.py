"""
Whether a database holds anything of ours, and how all of it is thrown away.
"""

from sqlalchemy import inspect, select, text

from approval_engine.store.catalog import setting
from approval_engine.store.database import Database, Transaction
from approval_engine.store.schema import DOCUMENT, METADATA, SEQUENCES, SQLITE_ONLY

REHEARSAL = "rehearsal"
"""The setting that marks a database of made-up content."""


def has_content(database: Database) -> bool:
    """
    Whether anything was ever imported: every import leaves a document.
    """
    with database.read() as transaction:
        if not inspect(transaction).has_table(DOCUMENT.name):
            return False
        found = transaction.execute(select(DOCUMENT.c.sha256).limit(1))
        return found.one_or_none() is not None


def is_rehearsal(database: Database) -> bool:
    """
    Whether the content is made up, so that nothing is lost with it.
    """
    with database.read() as transaction:
        known = inspect(transaction).has_table("setting")
        return known and setting(transaction, REHEARSAL) == "1"


def drop_all(database: Database) -> None:
    """
    Drop our tables, numbers and guards in one transaction; other tables stay.
    """
    with database.begin() as transaction:
        METADATA.drop_all(transaction)
        SQLITE_ONLY.drop_all(transaction)
        transaction.execute(text("DROP TABLE IF EXISTS alembic_version"))
        if transaction.dialect.name == "postgresql":
            _drop_numbers_and_guards(transaction)


def _drop_numbers_and_guards(transaction: Transaction) -> None:
    for name in SEQUENCES:
        transaction.execute(text(f"DROP SEQUENCE IF EXISTS {name}"))
    for name in (
        "refuse_event_change",
        "refuse_event_loss",
        "refuse_change",
        "feed_webhooks",
        "mark_new_message",
        "refuse_erasure_change",
    ):
        transaction.execute(text(f"DROP FUNCTION IF EXISTS {name}()"))
