"""
`/metrics`: what this process counted of its requests, and how the database stands.

Under several processes each answers for all: what they count lies in files that they
share, and what is asked of the database is the same whoever asks.
"""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from approval_engine.accounts import tokens
from approval_engine.accounts.tokens import Scope
from approval_engine.domain.rights import Right, may
from approval_engine.errors import StorageError, Unauthenticated
from approval_engine.executor.runtime import Runtime
from approval_engine.store import gauges
from approval_engine.store.gauges import Gauges
from approval_engine.store.replica import Replica
from approval_engine.web import context
from approval_engine.web.bearer import token_of

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own variable; the server's settings set it before anything counts."""

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that are told apart; what else somebody makes up is one."""

_KEY = "approval_engine.counters"
_Samples = Mapping[str, float] | float

blueprint = Blueprint("metrics", __name__)


class Counters:
    """
    What is counted of the requests of one application.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "cpq_http_requests",
            "Requests that were answered.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "cpq_http_request_seconds",
            "How long answers took.",
            ("route", "method"),
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """
        One more request; `route` is a template, so there are only so many.
        """
        known = method if method in METHODS else "other"
        self._requests.labels(route, known, str(status)).inc()
        self._seconds.labels(route, known).observe(seconds)


def install(app: Flask, token: str | None) -> Counters:
    """
    Count for this application, and let whoever knows the token read it.
    """
    counters = Counters()
    app.extensions[_KEY] = (counters, token)
    app.register_blueprint(blueprint)
    return counters


@blueprint.get("/metrics")
def metrics() -> Response:
    """
    Everything in the text format of Prometheus, for who has the token or may look.
    """
    counters, token = current_app.extensions[_KEY]
    if not _may_read(token):
        refused = Response("Send a token that may read this.\n", 401)
        refused.mimetype = "text/plain"
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    body = generate_latest(_shared() or counters.registry)
    standing = CollectorRegistry()
    standing.register(_Standing(context.runtime()))
    return Response(body + generate_latest(standing), content_type=CONTENT_TYPE_LATEST)


def _may_read(expected: str | None) -> bool:
    sent = token_of(request.headers.get("Authorization", ""))
    if not sent:
        return False
    if expected and secrets.compare_digest(sent.encode(), expected.encode()):
        return True
    return _is_of_the_office(sent)


def _is_of_the_office(sent: str) -> bool:
    try:
        token = tokens.owner(context.runtime(), sent)
        with context.runtime().database.read() as transaction:
            roles = context.directory(transaction).roles_of(token.user)
    except (Unauthenticated, StorageError):
        return False
    return Scope.READ in token.scopes and may(roles, Right.SEE_OFFICE)


def _shared() -> CollectorRegistry | None:
    """
    What all processes counted, if they share; those that ended included.
    """
    if SHARED_FOLDER not in os.environ:
        return None
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library's own
    return registry


class _Standing:
    """
    How the database stands, asked at each scrape; without it the counters still show.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        """
        The gauges, after one that says whether the database answers.
        """
        now = self._runtime.clock()
        try:
            with self._runtime.database.read() as transaction:
                found = gauges.read(transaction, now)
        except StorageError:
            found = None
        yield _gauge(
            "cpq_database_up", "Whether the database answers.", float(bool(found))
        )
        if self._runtime.database.replica is not None:
            yield from _followed(self._runtime.database.replica)
        if found is not None:
            yield from _gauges(found, now)
            yield from _waits(found, self._runtime.database.writers_waiting)


def _gauges(found: Gauges, now: datetime) -> Iterable[Metric]:
    watch = found.workers
    yield _gauge("cpq_tasks_open", "Open tasks.", found.open_tasks, "role")
    yield _gauge("cpq_tasks_late", "Open tasks past due.", found.late_tasks, "role")
    yield from _flow(found, now)
    yield _gauge("cpq_workflows", "Workflows.", found.workflows, "status")
    yield _gauge("cpq_incidents_open", "Workflows that are held.", found.incidents)
    yield _gauge(
        "cpq_timer_overdue_seconds",
        "How long the oldest timer that is due has waited.",
        _age(found.timer_due_at, now),
    )
    yield _gauge("cpq_outbox_waiting", "Messages to be sent.", found.outbox_waiting)
    yield _gauge("cpq_outbox_dead", "Messages that were given up.", found.outbox_dead)
    yield _gauge(
        "cpq_outbox_overdue_seconds",
        "How long the oldest message that is due has waited.",
        _age(found.outbox_due_at, now),
    )
    yield _gauge("cpq_workers_live", "Workers seen in the last minute.", watch.workers)
    if watch.seen_at is not None:
        yield _gauge(
            "cpq_worker_silence_seconds",
            "How long ago the last worker was seen.",
            _age(watch.seen_at, now),
        )


def _flow(found: Gauges, now: datetime) -> Iterable[Metric]:
    waited = {role: _age(since, now) for role, since in found.waits_since.items()}
    yield _gauge(
        "cpq_task_waits_seconds",
        "How long the open task waits that is due first.",
        waited,
        "role",
    )
    pace, missed = found.pace, "Those of them that were answered late or wait still."
    for name, words, counts in (
        ("due_lately", "Tasks that were due in the last 24 hours.", pace.due),
        ("missed_lately", missed, pace.missed),
        ("due_recently", "Tasks due in the last 2 hours.", pace.due_recently),
        ("missed_recently", missed, pace.missed_recently),
    ):
        yield _gauge(f"cpq_tasks_{name}", words, counts, "role")


def _followed(replica: Replica) -> Iterable[Metric]:
    lag_s = replica.lag_s()
    used = float(replica.is_near())
    yield _gauge("cpq_replica_used", "Whether the replica is near enough.", used)
    if lag_s is not None:
        yield _gauge(
            "cpq_replica_lag_seconds",
            "How far behind the replica may be.",
            lag_s,
        )


def _waits(found: Gauges, here: int) -> Iterable[Metric]:
    waits = found.waits
    sessions = waits.sessions if waits else here
    yield _gauge("cpq_lock_waits", "Who waits for a lock now.", sessions)
    if waits:
        yield _gauge(
            "cpq_lock_wait_seconds",
            "How long the first of them has waited.",
            waits.seconds,
        )


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _gauge(name: str, words: str, value: _Samples, label: str = "") -> Metric:
    if not isinstance(value, Mapping):
        return GaugeMetricFamily(name, words, value=value)
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, each in sorted(value.items()):
        family.add_metric((key,), each)
    return family
