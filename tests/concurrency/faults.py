"""
Planted faults: each takes one protection away, so that the harness must notice.

A fault is a context manager. What is done in SQL is taken out of the SQL text itself,
so a fault knows nothing of how the store makes it; one that finds nothing to take away
fails its test.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import local

import pytest
from sqlalchemy import Engine, event

from approval_engine.domain.actions import guard
from approval_engine.domain.lifecycle import ANSWERED
from approval_engine.executor import answer
from approval_engine.executor.commands import act, tick
from approval_engine.executor.projection import answers as counting
from approval_engine.notifications import by_mail, by_webhook, deliver
from approval_engine.store import answers, events, messages, workflows
from approval_engine.store.database import Database
from approval_engine.store.prepared import Question
from approval_engine.store.queueing import Queue
from approval_engine.store.turns import Turns
from tests.concurrency import company

_LOCKS = (
    (r"\s+FOR UPDATE( OF \w+)?( SKIP LOCKED)?", ""),
    (r"BEGIN IMMEDIATE", "BEGIN"),
)
_VERSION = (r"workflow_instance\.seq = ", "0 <= ")
_UNIQUE = (
    r"(INSERT INTO workflow_event (?:\(.*|SELECT .*?::json\)))",
    r"\1 ON CONFLICT DO NOTHING",
)


def no_lock():
    """
    Nobody waits: plain SELECT on PostgreSQL, a deferred BEGIN out of turn on SQLite.
    """
    return _unlocked(*_LOCKS)


@contextmanager
def no_queue():
    """
    Processes do not queue for SQLite: no fault, for its own lock keeps them apart.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Queue, "mine", lambda _: nullcontext())
        yield


def no_lock_and_no_fence():
    """
    Nobody waits, no version is compared, and an event that is there stays as it is.
    """
    return _unlocked(*_LOCKS, _VERSION, _UNIQUE)


def no_version():
    """
    A writer that lost its lock writes over what others did meanwhile.
    """
    return _rewritten(_VERSION)


def no_unique():
    """
    An event that is there already stays as it is, and nobody is told.
    """
    return _rewritten(_UNIQUE)


@contextmanager
def closed_counts_as_open():
    """
    The guard does not look whether a task is open.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "must_be_open", lambda *_: None)
        yield


@contextmanager
def judged_before_the_lock():
    """
    The guard judges by what was committed before its command had the lock.
    """
    seen, judge, doing = local(), act.decide, act.act

    def early(runtime, wish, caller):
        seen.__dict__.clear()
        seen.fact = act.judge(runtime, wish, caller)
        return doing(runtime, wish, caller)

    with pytest.MonkeyPatch.context() as patch:
        found = lambda *what: seen.__dict__.pop("fact", None) or judge(*what)  # noqa: E731
        patch.setattr(act, "decide", found)
        patch.setattr(company, "act", early)
        yield


@contextmanager
def timers_seen_before_the_lock():
    """
    A worker selects what is late, and fires it once it has the lock.
    """
    seen, holding = local(), tick.held_on_failure

    def look(runtime, workflow_id):
        query = Question(workflows._READ)
        with runtime.database.read() as transaction:
            seen.found = workflows._locked(transaction, query, workflow_id, None)
        return holding(runtime, workflow_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tick, "held_on_failure", look)
        patch.setattr(workflows, "lock_if_free", lambda *_: seen.found)
        yield


def no_claim():
    """
    A worker takes what is due, whoever else has taken it.
    """
    return _rewritten((r"timer_claim\.free_at <= ", "'' <= "))


@contextmanager
def last_answer_decides():
    """
    The verdict is what the last seat wrote into the engine, not what the rule counts.
    """

    def merged(workflow, step, _rule):
        given = [task for task in workflow.seats(step) if task.status in ANSWERED]
        last = max(given, key=lambda task: task.closed_seq)
        return counting.Outcome(last.status)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "outcome_of", merged)
        yield


@contextmanager
def marked_before_sent():
    """
    A sender marks a message as sent, and only then sends it.
    """
    attempt = deliver.attempt

    def marking(office, what, send):
        office.each(what, deliver.delivery.sent)
        return attempt(office, what, send)

    with pytest.MonkeyPatch.context() as patch:
        for module in (by_mail, by_webhook):
            patch.setattr(module, "attempt", marking)
        yield


def messages_apart():
    """
    Messages are stored in a transaction of their own, after that of the command.
    """
    return _apart((messages, "enqueue"))


def events_apart():
    """
    Events, and the messages that refer to them, are stored after the rows.
    """
    return _apart((events, "append"), (messages, "enqueue"))


def answers_apart():
    """
    The answer is kept in a transaction of its own, after that of the command.
    """
    return _apart((answers, "keep"))


def keys_are_everybodys():
    """
    A key that one person used answers another.
    """
    return _rewritten((r"idempotency\.actor = ", "'' <> "))


@contextmanager
def keys_fit_anything():
    """
    A key answers whatever is asked under it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answer, "sha256", lambda _: "same")
        yield


FAULTS = {
    each.__name__: each
    for each in (
        no_lock,
        no_lock_and_no_fence,
        no_version,
        no_unique,
        closed_counts_as_open,
        judged_before_the_lock,
        timers_seen_before_the_lock,
        no_claim,
        last_answer_decides,
        marked_before_sent,
        messages_apart,
        events_apart,
        answers_apart,
        keys_are_everybodys,
        keys_fit_anything,
    )
}


@contextmanager
def _unlocked(*changes):
    with pytest.MonkeyPatch.context() as patch, _rewritten(*changes):
        for queue in (Turns, Queue):
            patch.setattr(queue, "mine", lambda _: nullcontext())
        yield


@contextmanager
def _rewritten(*changes):
    def rewrite(_connection, _cursor, statement, parameters, *_rest):
        for pattern, replacement in changes:
            statement = re.sub(pattern, replacement, statement, flags=re.DOTALL)
        return statement, parameters

    event.listen(Engine, "before_cursor_execute", rewrite, retval=True)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", rewrite)


@contextmanager
def _apart(*places):
    """
    Put off the calls of these store functions until their transaction is committed.
    """
    begin, later = Database.begin, []

    @contextmanager
    def begin_twice(self):
        with begin(self) as transaction:
            yield transaction
        with begin(self) as transaction:
            while later:
                original, arguments = later.pop(0)
                original(transaction, *arguments)

    def putting_off(original):
        def put_off(_, *arguments):
            kept = [list(a) if isinstance(a, Iterator) else a for a in arguments]
            later.append((original, kept))

        return put_off

    with pytest.MonkeyPatch.context() as patch:
        for module, name in places:
            patch.setattr(module, name, putting_off(getattr(module, name)))
        patch.setattr(Database, "begin", begin_twice)
        yield
