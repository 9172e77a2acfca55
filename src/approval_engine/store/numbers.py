"""
Numbers that people read aloud, such as WF-8821 and T-22: each is given out once.
"""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import bindparam, func, select, union_all, update

from approval_engine.store.database import Transaction
from approval_engine.store.prepared import Question
from approval_engine.store.schema import COUNTER
from approval_engine.store.schema.base import word


def take(transaction: Transaction, **counts: int) -> dict[str, tuple[int, ...]]:
    """
    Fresh numbers for people to read aloud, as many of each kind as asked for, rising.
    """
    kinds = tuple(counts)
    if transaction.dialect.name == "sqlite":
        (after,) = _counted(kinds).ask(transaction, counts)
        return {
            kind: tuple(range(getattr(after, kind) - count, getattr(after, kind)))
            for kind, count in counts.items()
        }
    taken = _drawn(kinds).ask(transaction, counts)
    return {
        kind: tuple(sorted(row.number for row in taken if row.kind == kind))
        for kind in kinds
    }


@cache
def _counted(kinds: Iterable[str]) -> Question:
    columns = [COUNTER.c[kind] for kind in kinds]
    further = {each: each + bindparam(each.name) for each in columns}
    return Question(update(COUNTER).values(further).returning(*columns))


@cache
def _drawn(kinds: Iterable[str]) -> Question:
    # All kinds in one statement, for each one waits for the server.
    series = ((kind, func.generate_series(1, bindparam(kind))) for kind in kinds)
    return Question(
        union_all(
            *(
                select(
                    word(kind).label("kind"),
                    func.nextval(word(f"{kind}_number")).label("number"),
                ).select_from(numbers)
                for kind, numbers in series
            )
        )
    )
