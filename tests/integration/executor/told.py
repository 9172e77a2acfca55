"""
Who was told what, read from the outbox.
"""

from sqlalchemy import select

from approval_engine.store.schema import OUTBOX


def told(company, kind):
    """
    Everybody for whom a message of that kind was ever stored.
    """
    query = select(OUTBOX.c.recipient).where(OUTBOX.c.kind == kind)
    with company.runtime.database.read() as transaction:
        return set(transaction.execute(query).scalars())
