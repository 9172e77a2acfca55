"""
A running database → a file; such a file → a database that can be worked with.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor.runtime import Runtime
from approval_engine.operations import dumps, lost
from approval_engine.operations.invariants import Checked, check_all
from approval_engine.operations.invariants.model import Finding
from approval_engine.operations.invariants.table import Watched
from approval_engine.store import audit, backup, ledger, restored, upgrade
from approval_engine.store.database import Database
from approval_engine.store.ledger import Head
from approval_engine.store.restored import Ended, Told

SKIPPED = 10_000
"""How many numbers of each kind are left out after a restore, unless told otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """
    A file that was written: its size in bytes, its hash, and what is in it.
    """

    file: str
    bytes: int
    sha256: str
    schema: str
    workflows: int
    events: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """
    How to restore: by whom, and what of the time before goes on.

    `tokens` go on if true; `messages` that wait are sent if true, else held. `skip` is
    how many numbers of each kind are left out. `known` are heads from after the backup.
    Without `check` only the database itself is asked whether its files are in order.
    """

    by: str
    tokens: bool = False
    messages: bool = False
    skip: int = SKIPPED
    check: bool = True
    known: tuple[Head, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """
    What came of it: the schema of the file, what was ended, what is missing or wrong.
    """

    schema: str
    ended: Ended
    missing: tuple[lost.Missing, ...]
    checked: Checked


def make(runtime: Runtime, path: Path) -> Backup:
    """
    Copy the database into a new file while others go on working.

    It holds what was committed at one moment. Raises InvalidState if the file is there
    or a program that is needed is not.
    """
    upgrade.require_newest(runtime.database)
    with _new_file(path) as part:
        if runtime.database.is_sqlite:
            backup.copy_out(runtime.database, part)
            copy = Database(f"sqlite:///{part}")
            try:
                with copy.read() as transaction:
                    sizes = backup.sizes(transaction)
            finally:
                copy.close()
            backup.without_log(part)
        else:
            with backup.lent_snapshot(runtime.database) as (transaction, snapshot):
                sizes = backup.sizes(transaction)
                dumps.dump(runtime.database.url, part, snapshot)
    return Backup(
        file=str(path),
        bytes=path.stat().st_size,
        sha256=_hash_of(path),
        schema=upgrade.NEWEST,
        workflows=sizes[0],
        events=sizes[1],
    )


def restore(
    runtime: Runtime, path: Path, wish: Wish, watched: Watched = iter
) -> Restored:
    """
    Make the empty database of the runtime what the file says, and end what was lost.

    It is migrated if the file is older, and checked if that is wished.

    Raises InvalidState if the database is not empty or the file is none of its kind or
    not whole.
    """
    database = runtime.database
    kind = "sqlite" if database.is_sqlite else "postgresql"
    if not path.is_file():
        raise NotFound(f"There is no file '{path}'.")
    if backup.kind_of(path) != kind:
        sentence = f"Expected '{path}' to be a backup of {kind}, but it is none."
        raise InvalidState(sentence)
    if backup.has_tables(database):
        where = database.url.render_as_string()
        sentence = (
            f"Expected an empty database to restore into, but {where} has tables."
        )
        raise InvalidState(sentence)
    if not database.is_sqlite:
        dumps.load(database.url, path)
        return settle(runtime, path.name, wish, watched)
    target = Path(database.url.database or "")
    part = target.with_name(f"{target.name}.restoring")
    with _gone_unless_done(part):
        backup.copy_in(path, part)
        beside = replace(runtime, database=Database(f"sqlite:///{part}"))
        try:
            found = settle(beside, path.name, wish, watched)
        finally:
            beside.database.close()
        # What is open knows the empty file that is about to be replaced.
        database.close()
        backup.without_log(part)
        _durable(part)
        part.replace(target)
    return found


def settle(
    runtime: Runtime, source: str, wish: Wish, watched: Watched = iter
) -> Restored:
    """
    End in a database that was brought back from a source what was lost since.
    """
    database = runtime.database
    schema = upgrade.version_of(database)
    upgrade.upgrade(database)
    told = Told(at=stamp(runtime.clock()), by=wish.by, file=source)
    with database.begin() as transaction:
        here = lost.highest(ledger.every_head(transaction))
        skip = wish.skip + max(0, lost.highest(wish.known) - here)
        ended = restored.settle(
            transaction, told, skip=skip, tokens=wish.tokens, messages=wish.messages
        )
    with database.read() as transaction:
        missing = tuple(lost.missing(transaction, wish.known))
    checked = check_all(runtime, watched) if wish.check else _looked_at(database)
    return Restored(schema=schema or "", ended=ended, missing=missing, checked=checked)


def _looked_at(database: Database) -> Checked:
    with database.read() as transaction:
        workflows, events = backup.sizes(transaction)
        wrong = tuple(
            Finding(invariant="I26", detail=each)
            for each in audit.complaints(transaction)
        )
    return Checked(workflows=workflows, events=events, findings=wrong)


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """
    A file beside that path which takes its place once the block is through.

    Nobody else may read it: it holds what people wrote, and hashes of passwords.
    """
    if path.exists():
        raise InvalidState(f"Expected a new file, but '{path}' is there already.")
    part = path.with_name(f"{path.name}.part")
    with _gone_unless_done(part):
        try:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            reason = error.strerror or str(error)
            raise InvalidState(f"'{part}' cannot be written: {reason}.") from error
        yield part
        _durable(part)
        # Unlike a rename, a link never takes the place of what somebody else wrote.
        os.link(part, path)


@contextmanager
def _gone_unless_done(part: Path) -> Iterator[None]:
    if part.exists():
        sentence = f"Expected to work alone, but '{part}' is there; is it left over?"
        raise InvalidState(sentence)
    try:
        yield
    finally:
        for each in (
            part,
            *(Path(f"{part}{end}") for end in ("-wal", "-shm", "-journal")),
        ):
            each.unlink(missing_ok=True)


def _durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
