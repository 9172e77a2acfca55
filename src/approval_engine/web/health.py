"""
Is the process alive, and can it serve: for load balancers, which see nothing else.
"""

from flask import Blueprint, Response

from approval_engine.domain.events import stamp
from approval_engine.errors import StorageError
from approval_engine.store import workers
from approval_engine.store.upgrade import require_newest
from approval_engine.store.workers import Watch
from approval_engine.web import context, stopping

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """
    Yes, as long as the process answers at all.
    """
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """
    Yes if the database answers and has the schema of this program, else 503.

    A server that is about to stop says 503 while it still answers everybody.

    Without a worker people can still decide, so that is a yes too; it says `degraded`
    while something is overdue that no worker is there to do.
    """
    if stopping.has_begun():
        return Response("stopping\n", 503, mimetype="text/plain")
    runtime = context.runtime()
    try:
        require_newest(runtime.database)
        with runtime.database.read() as transaction:
            watch = workers.watch(transaction, runtime.clock())
    except StorageError:
        return Response("the database is not ready\n", 503, mimetype="text/plain")
    return Response(_state(watch), mimetype="text/plain")


def _state(watch: Watch) -> str:
    if not watch.is_degraded or watch.overdue_since is None:
        return "ok\n"
    seen = f"since {stamp(watch.seen_at)}" if watch.seen_at else "yet"
    since = stamp(watch.overdue_since)
    return f"degraded: a timer is due since {since}, no worker was seen {seen}\n"
