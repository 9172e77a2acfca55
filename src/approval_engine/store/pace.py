"""
The database → how many of the tasks that were due lately were answered in time.

For the scrape of the metrics, along the index of due times and no further than a cap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text, and_, bindparam, case, func, or_, select

from approval_engine.domain.events import stamp
from approval_engine.store.database import Transaction
from approval_engine.store.schema import TASK
from approval_engine.store.schema.base import word

LATELY = timedelta(hours=24)
"""Of so long what was due is counted."""

RECENTLY = timedelta(hours=2)
"""A twelfth of it says whether what went wrong still does."""

MOST = 20_000
"""So many tasks that were due lately are looked at, the last of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """
    By role: what was due lately, and what of it was answered late or waits still.

    The same of what was due recently, for those of these roles.
    """

    due: Mapping[str, int]
    missed: Mapping[str, int]
    due_recently: Mapping[str, int]
    missed_recently: Mapping[str, int]


_DUE = (
    select(TASK.c.role, TASK.c.closed_at, TASK.c.due_at)
    .where(
        TASK.c.due_at > bindparam("since", type_=Text),
        TASK.c.due_at <= bindparam("now", type_=Text),
        # What nobody had to answer any more was not missed.
        TASK.c.status.not_in([word("cancelled"), word("not_required")]),
    )
    .order_by(TASK.c.due_at.desc(), TASK.c.id.desc())
    .limit(MOST)
    .subquery()
)
_LATE = or_(_DUE.c.closed_at.is_(None), _DUE.c.closed_at > _DUE.c.due_at)
_RECENT = _DUE.c.due_at > bindparam("recent", type_=Text)
_COUNTED = select(
    _DUE.c.role,
    func.count(),
    func.sum(case((_LATE, 1), else_=0)),
    func.sum(case((_RECENT, 1), else_=0)),
    func.sum(case((and_(_RECENT, _LATE), 1), else_=0)),
).group_by(_DUE.c.role)


def lately(transaction: Transaction, now: datetime) -> Pace:
    """
    What was due in the time before now.
    """
    known = {
        "since": stamp(now - LATELY),
        "recent": stamp(now - RECENTLY),
        "now": stamp(now),
    }
    rows = transaction.execute(_COUNTED, known).all()
    due, missed, due_recently, missed_recently = (
        {row[0]: int(row[column]) for row in rows} for column in range(1, 5)
    )
    return Pace(
        due=due,
        missed=missed,
        due_recently=due_recently,
        missed_recently=missed_recently,
    )
