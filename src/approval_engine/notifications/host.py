"""
What the notifications need of the runtime that stands above them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.planner.plan import RoutingPlan
from approval_engine.policy.model import Policy
from approval_engine.store.database import Database, Transaction


class Host(Protocol):
    """
    The part of `executor.runtime.Runtime` that messages are made from.
    """

    @property
    def database(self) -> Database:
        """
        Where the outbox is kept.
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

    def policy(self, transaction: Transaction, sha256: str) -> Policy:
        """
        The policy version of that hash.
        """

    def quote(self, transaction: Transaction, sha256: str) -> Quote:
        """
        The quote revision of that hash.
        """

    def plan(self, transaction: Transaction, sha256: str) -> RoutingPlan:
        """
        The routing plan of that hash.
        """
