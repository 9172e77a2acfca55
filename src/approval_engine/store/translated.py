"""
What a driver or the pool raises → the errors of this product.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from approval_engine.errors import Conflict, StorageError

FAILURES = (SQLAlchemyError, StorageError, Conflict)
"""
What a database fails with within a transaction, and what `translated` makes of it.

PostgreSQL does nothing more in that transaction, so nobody may go on in it.
"""

_SQLITE_UNIQUE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_POSTGRES_UNIQUE = "23505"


@contextmanager
def translated() -> Iterator[None]:
    """
    Around all that asks a database.

    Raises Conflict if a unique constraint caught what no lock had stopped, StorageError
    for everything else.
    """
    try:
        yield
    except DBAPIError as error:
        if _is_race(error):
            sentence = "Somebody else did the same at the same moment; nothing changed."
            raise Conflict(sentence) from error
        reason = next(iter(str(error.orig).strip().splitlines()), "it gave no reason")
        sentence = f"The database cannot do this now: {reason}."
        raise StorageError(sentence) from error
    except PoolTimeoutError as error:
        sentence = "The database cannot do this now: too many requests wait for it."
        raise StorageError(sentence) from error


def _is_race(error: DBAPIError) -> bool:
    """
    Whether a unique constraint stopped it, in the words of either driver.
    """
    name = getattr(error.orig, "sqlite_errorname", None)
    state = getattr(error.orig, "sqlstate", None)
    return name in _SQLITE_UNIQUE or state == _POSTGRES_UNIQUE
