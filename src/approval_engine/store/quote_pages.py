"""
Pages of quotes by id, in which nothing moves while a program goes through them.
"""

from sqlalchemy import func, select

from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction
from approval_engine.store.schema import QUOTE


def after(
    transaction: Transaction, submitted_by: str | None, last: str | None, limit: int
) -> tuple[QuoteRow, ...]:
    """
    The newest revisions of the quotes whose ids come after that one.
    """
    ids = select(QUOTE.c.id, func.max(QUOTE.c.revision).label("revision"))
    if last is not None:
        ids = ids.where(QUOTE.c.id > last)
    if submitted_by is not None:
        ids = ids.where(QUOTE.c.submitted_by == submitted_by)
    page = ids.group_by(QUOTE.c.id).order_by(QUOTE.c.id).limit(limit).subquery("page")
    rows = select(QUOTE).join(
        page, (page.c.id == QUOTE.c.id) & (page.c.revision == QUOTE.c.revision)
    )
    return tuple(
        QuoteRow(**{name: getattr(row, name) for name in QuoteRow.__slots__})
        for row in transaction.execute(rows.order_by(QUOTE.c.id))
    )
