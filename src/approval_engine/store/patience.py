"""
A writing transaction of SQLite that waits for other processes → begun, or refused.

SQLite itself waits longer and longer between its tries, up to a tenth of a second, and
who came last is first: under load a command may wait for seconds while others pass. So
the tries are ours, and whoever has waited longer tries more often.
"""

import sqlite3
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

_BEGIN = "BEGIN IMMEDIATE"
_FIRST_S, _LAST_S = 0.002, 0.0002
"""How long to pause before the second try, and before each one from `_SOON_S` on."""

_SOON_S = 0.02


def begin(connection: Connection) -> None:
    """
    Begin, at the latest when the connection's busy timeout is over.

    Raises OperationalError of SQLAlchemy if another process still writes then.
    """
    # A deferred transaction that upgrades to a write fails at once under load in spite
    # of the busy timeout; an immediate one waits its turn.
    raw: Any = connection.connection.driver_connection
    (patience_ms,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        connection.exec_driver_sql(_BEGIN)
    except OperationalError as error:
        if not _is_busy(error.orig):
            raise
        if not _tried(raw, patience_ms / 1000):
            connection.exec_driver_sql(_BEGIN)
    finally:
        raw.execute(f"PRAGMA busy_timeout = {patience_ms}")


def _tried(raw: sqlite3.Connection, patience_s: float) -> bool:
    start = monotonic()
    while (waited_s := monotonic() - start) < patience_s:
        sooner = (_FIRST_S - _LAST_S) * waited_s / _SOON_S
        sleep(max(_LAST_S, _FIRST_S - sooner))
        try:
            raw.execute(_BEGIN)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                return False
        else:
            return True
    return False


def _is_busy(error: BaseException | None) -> bool:
    # The upper bytes say why it is busy.
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY
