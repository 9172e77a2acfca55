"""
Numbers that people read aloud, such as WF-8821 and T-22: each is given out once.
"""

from sqlalchemy import bindparam, func, literal, select, union_all, update

from approval_engine.store.database import Transaction
from approval_engine.store.schema import COUNTER

_TAKE_SQLITE = (
    update(COUNTER)
    .values(
        {
            column: column + bindparam(f"take_{column.name}")
            for column in COUNTER.columns
        }
    )
    .returning(*COUNTER.columns)
)
# All kinds in one statement, for each one waits for the server.
_TAKE_POSTGRES = union_all(
    *(
        select(
            literal(column.name).label("kind"),
            func.nextval(f"{column.name}_number").label("number"),
        ).select_from(func.generate_series(1, bindparam(f"take_{column.name}")))
        for column in COUNTER.columns
    )
)


def take(transaction: Transaction, **counts: int) -> dict[str, tuple[int, ...]]:
    """
    Fresh numbers for people to read aloud, as many of each kind as asked for, rising.
    """
    takes = {f"take_{column.name}": counts.get(column.name, 0) for column in COUNTER.c}
    if transaction.dialect.name == "sqlite":
        after = transaction.execute(_TAKE_SQLITE, takes).one()
        return {
            kind: tuple(range(getattr(after, kind) - count, getattr(after, kind)))
            for kind, count in counts.items()
        }
    taken = transaction.execute(_TAKE_POSTGRES, takes).all()
    return {
        kind: tuple(sorted(row.number for row in taken if row.kind == kind))
        for kind in counts
    }
