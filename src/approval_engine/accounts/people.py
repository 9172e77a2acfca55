"""
What the accounts need of the runtime, and today's directory seen through it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from approval_engine.documents import sha256
from approval_engine.domain.people import Directory, User
from approval_engine.store import catalog
from approval_engine.store.database import Database, Transaction


class Host(Protocol):
    """
    The part of `executor.runtime.Runtime` that stands above this package.
    """

    @property
    def database(self) -> Database:
        """
        Where credentials and sessions are kept.
        """

    @property
    def clock(self) -> Callable[[], datetime]:
        """
        The time now, aware UTC.
        """

    def directory(self, transaction: Transaction, sha256: str) -> Directory:
        """
        The directory of that hash.
        """


def active_user(host: Host, transaction: Transaction, user_id: str) -> User | None:
    """
    The person of that id in today's directory; None if unknown or no longer active.
    """
    current = catalog.current(transaction).directory
    if current is None:
        return None
    user = host.directory(transaction, current).user(user_id)
    return user if user is not None and user.active else None


def hashed(secret: str) -> str:
    """
    What is stored of a random secret; it is long enough to need no slow hash.
    """
    return sha256(secret.encode())
