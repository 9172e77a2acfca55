"""
Worker health: who lives, what each has claimed, what is late, and what rests.
"""

from flask import Response

from approval_engine.escalations.due import LEASE
from approval_engine.store import crew, oversight
from approval_engine.store import workers as store
from approval_engine.store.workers import PATIENCE
from approval_engine.web import context
from approval_engine.web.admin.area import LIMIT, office, page

blueprint = office("workers", "/workers")

SHOWN = 10
"""So many of the claims of a worker are named."""


@blueprint.get("")
def workers() -> Response:
    """
    The workers, those that were seen last before the others.
    """
    runtime = context.runtime()
    now = runtime.clock()
    with runtime.database.read() as transaction:
        rows = crew.members(transaction, LIMIT)
        claims = {
            each.id: crew.claimed_by(transaction, each.id, SHOWN)
            for each in rows
            if each.claims
        }
        watch = store.watch(transaction, now)
        late = oversight.late_timers(transaction, now - PATIENCE)
        resting = crew.resting(transaction, now, LIMIT)
    return page(
        "workers.html",
        rows=rows,
        claims=claims,
        watch=watch,
        late=late,
        resting=resting,
        since=now - PATIENCE,
        lease=LEASE,
    )
