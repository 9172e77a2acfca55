"""
Planted faults: each takes one protection away, so that the harness must notice.

A fault gets `patch(object, name, value)`: `setattr` in a child that dies anyway, or
pytest's monkeypatch.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from approval_engine.domain.events import Event
from approval_engine.executor import answer
from approval_engine.store import answers, catalog, events, messages, workflows
from approval_engine.store.database import Database, _translated
from approval_engine.store.schema import EVENT, IDEMPOTENCY, WORKFLOW

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def no_lock(patch):
    """
    Nobody waits: plain SELECT on PostgreSQL, a deferred BEGIN on SQLite.
    """

    begin = Database.begin

    @contextmanager
    def deferred(self):
        if not self.is_sqlite:
            with begin(self) as transaction:
                yield transaction
            return
        with _translated(), self._readers.begin() as transaction:
            yield transaction

    patch(Database, "begin", deferred)
    patch(workflows, "_LOCK", workflows._READ)
    patch(workflows, "_LOCK_IF_FREE", workflows._READ)
    patch(catalog, "_LOCK_QUOTE", catalog._QUOTE)


def no_lock_and_no_fence(patch):
    """
    Nobody waits, no version is compared, and an event that is there stays as it is.
    """
    no_lock(patch)
    unfenced = update(WORKFLOW).where(WORKFLOW.c.id == bindparam("the_id"))
    values = {name: bindparam(name) for name in workflows._CHANGED}
    patch(workflows, "_UPDATE_WORKFLOW", unfenced.values(values))

    def append(transaction, new, texts=()):
        del texts
        columns = Event.__slots__
        rows = [{name: getattr(each, name) for name in columns} for each in new]
        insert = _INSERT[transaction.dialect.name](EVENT).on_conflict_do_nothing()
        transaction.execute(insert, rows)

    patch(events, "append", append)


def messages_apart(patch):
    """
    Messages are stored in a transaction of their own, after that of the command.
    """
    _apart(patch, (messages, "enqueue"))


def events_apart(patch):
    """
    Events, and the messages that refer to them, are stored after the rows.
    """
    _apart(patch, (events, "append"), (messages, "enqueue"))


def answers_apart(patch):
    """
    The answer is kept in a transaction of its own, after that of the command.
    """
    _apart(patch, (answers, "keep"))


def keys_fit_anything(patch):
    """
    A key answers whatever is asked under it.
    """
    patch(answer, "sha256", lambda _: "same")


def keys_are_everybodys(patch):
    """
    A key that one person used answers another.
    """
    query = select(IDEMPOTENCY.c.fingerprint, IDEMPOTENCY.c.answer).where(
        IDEMPOTENCY.c.route == bindparam("route"),
        IDEMPOTENCY.c.key == bindparam("key"),
    )
    patch(answers, "_FIND", query)


FAULTS = {
    each.__name__: each
    for each in (
        no_lock,
        no_lock_and_no_fence,
        messages_apart,
        events_apart,
        answers_apart,
        keys_fit_anything,
        keys_are_everybodys,
    )
}


def _apart(patch, *places):
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

    for module, name in places:
        patch(module, name, putting_off(getattr(module, name)))
    patch(Database, "begin", begin_twice)
