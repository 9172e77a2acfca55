"""
Bring a database to the schema this code knows, and say so when it has another one.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from approval_engine.errors import StorageError
from approval_engine.store.catalog import set_setting, setting
from approval_engine.store.database import Database, Transaction

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0022"
"""The schema version that this code reads and writes."""

UPGRADABLE: frozenset[str] = frozenset(
    f"{number:04}" for number in range(1, int(NEWEST))
)
"""The older versions that migrations lead from."""


OLDEST = "oldest_program"
"""
The setting that names the oldest schema whose programs may still run here, and the one
of which that is true.
"""


def upgrade(database: Database) -> str:
    """
    Run the migrations that are missing; the version reached. Twice is harmless.

    A newer schema beside which this program may run is left as it is.
    """
    with database.begin() as transaction:
        if transaction.dialect.name == "postgresql":
            # Two servers that start at once must not both create the tables.
            transaction.execute(text("SELECT pg_advisory_xact_lock(20261122)"))
        version = _version(transaction)
        if version == NEWEST:
            return NEWEST
        if version is not None and version not in UPGRADABLE:
            _must_let_us_run(transaction, version)
            return version
        migrate(transaction)
        set_setting(transaction, OLDEST, f"{_oldest(version or '')} {NEWEST}")
    return NEWEST


def migrate(transaction: Transaction, version: str = "head") -> None:
    """
    Run the migrations up to a version, all of them if none is named.
    """
    # Alembic costs a cold command more than everything else it imports.
    from alembic import command

    config = _config()
    config.attributes["connection"] = transaction
    command.upgrade(config, version)


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).with_name("migrations"))
    )
    return config


def _oldest(since: str) -> str:
    """
    The oldest schema whose programs may run beside this one, if it was `since` before.

    A migration that only adds says so by its own `OLDEST`: programs of that schema may
    go on beside it. Any other one shuts out all that knew only what was before it.
    """
    from alembic.script import ScriptDirectory

    added = ScriptDirectory.from_config(_config()).walk_revisions()
    return max(
        str(getattr(each.module, "OLDEST", each.revision))
        for each in added
        if each.revision > since
    )


def shut_out_older_programs(transaction: Transaction, since: str) -> None:
    """
    From now on no program of before that schema runs here.
    """
    oldest, _, of = (setting(transaction, OLDEST) or "").partition(" ")
    if oldest < since:
        set_setting(transaction, OLDEST, f"{since} {of}".strip())


def require_newest(database: Database) -> None:
    """
    Raise StorageError unless this program may run on the schema of the database.

    That is its own, or a newer one that has only more than it. A file that is not there
    is not made.
    """
    if database.is_missing:
        sentence = (
            f"There is no database '{database.url.database}';"
            " run 'cpq db upgrade' or 'cpq seed' to make one."
        )
        raise StorageError(sentence)
    with database.read() as transaction:
        version = _version(transaction)
        if version is None:
            sentence = (
                "The database is empty; run 'cpq db upgrade' or 'cpq seed' first."
            )
            raise StorageError(sentence)
        if version != NEWEST:
            _must_let_us_run(transaction, version)


def _must_let_us_run(transaction: Transaction, version: str) -> None:
    told = setting(transaction, OLDEST) if version > NEWEST else None
    oldest, _, of = (told or "").partition(" ")
    # Of another schema than that of today it tells nothing.
    if of != version or oldest > NEWEST:
        raise StorageError(_other(version))


def _other(version: str) -> str:
    older = version < NEWEST
    return (
        f"The database has schema {version}, {'older' if older else 'newer'} than"
        f" {NEWEST} of this program;"
        f" {'run cpq db upgrade' if older else 'use the newer program'}."
    )


def version_of(database: Database) -> str | None:
    """
    The schema version of a database; None if it has no schema of ours.
    """
    with database.read() as transaction:
        return _version(transaction)


def is_empty(database: Database) -> bool:
    """
    Whether no schema was ever created in the database, or there is no database.
    """
    if database.is_missing:
        return True
    with database.read() as transaction:
        return _version(transaction) is None


def _version(transaction: Transaction) -> str | None:
    if not inspect(transaction).has_table("alembic_version"):
        return None
    query = text("SELECT version_num FROM alembic_version")
    return transaction.execute(query).scalar_one_or_none()
