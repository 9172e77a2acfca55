"""
What is kept for some time only → deleted once it is older, a portion at a time.

Nothing that anything is proved by goes: events, documents and decisions stay.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidInput
from approval_engine.executor.runtime import Runtime
from approval_engine.store import archiving, tidying
from approval_engine.store.catalog import set_setting, setting
from approval_engine.worker import archive

SWEPT = "swept_at"
"""The setting that says when somebody swept last."""

EVERY = timedelta(hours=1)
"""How often a worker sweeps, if no other one did."""

ARCHIVE = "archive"
"""The kind that is put away: logs of reviews that have ended."""

_KINDS = (*tidying.DAYS, ARCHIVE)
_LOG = logging.getLogger(__name__)


class _Undo(Exception):
    """
    Takes a portion back once it is counted.
    """


def keep_for(
    runtime: Runtime, changes: Mapping[str, int | None]
) -> dict[str, int | None]:
    """
    Change for how many days some kinds are kept, None is for ever; all of them by then.

    After its days of `archive` a log is put away, not deleted. Raises InvalidInput.
    """
    for name, days in changes.items():
        if name not in _KINDS or (days is not None and days < 1):
            known = ", ".join(_KINDS)
            sentence = f"Expected one day or more of {known}, but got {days} of {name}."
            raise InvalidInput(sentence)
    with runtime.database.begin() as transaction:
        kept = tidying.retention(transaction)
        found = {**kept, ARCHIVE: archiving.days(transaction), **changes}
        _must_go_first(found["messages"], found[ARCHIVE])
        archiving.put_away_after(transaction, found[ARCHIVE])
        tidying.keep_for(transaction, {name: found[name] for name in kept})
    return found


def _must_go_first(messages: int | None, archive: int | None) -> None:
    """
    Raise InvalidInput if logs would be put away while messages tell of their events.
    """
    if archive is not None and (messages is None or archive < messages):
        kept = f"{messages} days" if messages else "forever"
        sentence = (
            "Expected logs to be archived no sooner than their messages go,"
            f" but these are kept {kept}, and logs would be archived after {archive}."
        )
        raise InvalidInput(sentence)


def sweep(runtime: Runtime, *, dry_run: bool = False) -> dict[str, int]:
    """
    Delete what is older than it is kept; how many rows of each kind.

    With `dry_run` the first portion of each kind is counted, and nothing deleted.
    """
    now = runtime.clock()
    with runtime.database.read() as transaction:
        days = tidying.retention(transaction)
    counts = dict.fromkeys(days, 0)
    for name, kept in days.items():
        before = stamp(now - timedelta(days=kept)) if kept else ""
        while gone := _portion(runtime, name, before, dry_run=dry_run):
            counts[name] += gone
            if dry_run:
                break
    return counts


def sweep_if_due(runtime: Runtime) -> None:
    """
    Sweep if nobody has for an hour. Raises StorageError.
    """
    now = runtime.clock()
    with runtime.database.begin() as transaction:
        last = setting(transaction, SWEPT) or ""
        if last > stamp(now - EVERY):
            return
        # Whoever comes meanwhile finds it done.
        set_setting(transaction, SWEPT, stamp(now))
    counts = sweep(runtime)
    told = " ".join(f"{name}={count}" for name, count in counts.items() if count)
    if told:
        _LOG.info("action=tidied %s", told)
    # Last, so that a role without the right to do this has done the rest.
    archive.sweep(runtime)


def _portion(runtime: Runtime, name: str, before: str, *, dry_run: bool) -> int:
    gone = 0
    with suppress(_Undo), runtime.database.begin() as transaction:
        gone = tidying.KINDS[name](transaction, before)
        if dry_run:
            raise _Undo
    return gone
