"""
Planted faults: each takes one protection away, so that the harness must notice.

A fault is a context manager. What is done in SQL is taken out of the SQL text itself,
so a fault knows nothing of how the store makes it; one that finds nothing to take away
fails its test.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from sqlalchemy import Engine, event

from approval_engine.executor import answer
from approval_engine.store import answers, events, messages
from approval_engine.store.database import Database
from approval_engine.store.turns import Turns

_LOCKS = (
    (r"\s+FOR UPDATE( OF \w+)?( SKIP LOCKED)?", ""),
    (r"BEGIN IMMEDIATE", "BEGIN"),
)
_FENCES = (
    (r"workflow_instance\.seq = ", "0 <= "),
    (r"^(INSERT INTO workflow_event .*)", r"\1 ON CONFLICT DO NOTHING"),
)


def no_lock():
    """
    Nobody waits: plain SELECT on PostgreSQL, a deferred BEGIN out of turn on SQLite.
    """
    return _unlocked(*_LOCKS)


def no_lock_and_no_fence():
    """
    Nobody waits, no version is compared, and an event that is there stays as it is.
    """
    return _unlocked(*_LOCKS, *_FENCES)


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
        patch.setattr(Turns, "mine", lambda _: nullcontext())
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
