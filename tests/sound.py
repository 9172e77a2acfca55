"""
Whatever a test did: what must hold of every database holds of its databases.

A test that breaks rows on purpose, or shows what a broken one does, is marked `broken`.
"""

from pathlib import Path

from sqlalchemy import make_url

from approval_engine.executor.runtime import Runtime
from approval_engine.operations.invariants import check_all
from approval_engine.store import upgrade
from approval_engine.store.database import Database


def assert_sound(url: str) -> None:
    """
    Nothing is found in the database at this address, if it is one of today's schema.
    """
    path = make_url(url).database
    if url.startswith("sqlite") and not Path(path).exists():
        return
    database = Database(url)
    try:
        if upgrade.version_of(database) == upgrade.NEWEST:
            found = check_all(Runtime(database=database)).findings
            assert not found, "\n".join(str(each.line()) for each in found)
    finally:
        database.close()
