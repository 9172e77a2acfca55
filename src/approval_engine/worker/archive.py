"""
Reviews that ended long ago → their logs in the archive, a portion at a time.

Nothing is deleted: what moves is read from there by whoever asks.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from approval_engine.domain.events import stamp
from approval_engine.executor.runtime import Runtime
from approval_engine.store import archiving
from approval_engine.store.archiving import Moved

_LOG = logging.getLogger(__name__)


class _Undo(Exception):
    """
    Takes a portion back once it is counted.
    """


def days_of(runtime: Runtime) -> int | None:
    """
    How many days after its end a review is put away; None is never.
    """
    with runtime.database.read() as transaction:
        return archiving.days(transaction)


def archive(
    runtime: Runtime, before: datetime, *, dry_run: bool = False
) -> tuple[Moved, int]:
    """
    Put away what ended before that instant; what was moved, and how many logs wait.

    Those wait that have messages left, or that somebody is busy with. With `dry_run`
    the first portion is counted, and nothing moved.
    """
    moved = Moved()
    while (portion := _portion(runtime, stamp(before), dry_run=dry_run)).workflows:
        moved += portion
        if dry_run:
            break
    with runtime.database.read() as transaction:
        left = archiving.waiting(transaction, stamp(before))
    return moved, left - moved.workflows if dry_run else left


def sweep(runtime: Runtime) -> None:
    """
    Put away what is old enough by the setting. Raises StorageError.
    """
    after = days_of(runtime)
    if after is None:
        return
    moved, left = archive(runtime, runtime.clock() - timedelta(days=after))
    if moved.workflows:
        counts = f"workflows={moved.workflows} events={moved.events}"
        _LOG.info("action=archived %s left=%d", counts, left)


def _portion(runtime: Runtime, before: str, *, dry_run: bool) -> Moved:
    moved = Moved()
    with suppress(_Undo), runtime.database.begin() as transaction:
        moved = archiving.move(transaction, before)
        if dry_run:
            raise _Undo
    return moved
