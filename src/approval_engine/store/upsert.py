"""
An insert that says what to do if the row is there, in the words of the database.
"""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from approval_engine.store.database import Transaction


def insert(transaction: Transaction, table: Table) -> sqlite.Insert | postgresql.Insert:
    """
    An insert into the table that knows `on_conflict_do_update`.
    """
    if transaction.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
