"""
What every command needs: the database, the clock, and documents read once per content.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from approval_engine.config import Settings
from approval_engine.documents import sha256 as hash_of
from approval_engine.domain.delegation import Delegation
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.domain.step_up import StepUp
from approval_engine.errors import (
    BROKEN,
    EngineError,
    StorageError,
    reason,
)
from approval_engine.executor import stored
from approval_engine.planner.document import plan_of
from approval_engine.planner.plan import RoutingPlan
from approval_engine.policy.evaluation import Terms
from approval_engine.store import catalog, lists
from approval_engine.store.database import Database, Transaction
from approval_engine.store.engines import CONNECTIONS
from approval_engine.store.replica import WITHIN_S

if TYPE_CHECKING:
    from approval_engine.executor import engine
    from approval_engine.policy.model import Policy

T = TypeVar("T")

_KEPT = 2000
"""How many read documents a process keeps; a plan is a few kilobytes."""


class _Kept:
    """
    A bounded memory of immutable values by content hash; safe between threads.
    """

    def __init__(self) -> None:
        self._values: OrderedDict[str, object] = OrderedDict()
        self._lock = Lock()

    def get(self, sha256: str) -> object | None:
        with self._lock:
            value = self._values.get(sha256)
            if value is not None:
                self._values.move_to_end(sha256)
            return value

    def put(self, sha256: str, value: object) -> None:
        with self._lock:
            self._values[sha256] = value
            if len(self._values) > _KEPT:
                self._values.popitem(last=False)


def database_of(settings: Settings) -> Database:
    """
    The database that the settings name, and the replica that may be read instead.

    Raises InvalidInput if an address is none of ours.
    """
    connections = settings.database_connections or CONNECTIONS
    database = Database(settings.database_url, connections)
    if settings.read_database_url:
        within_s = settings.read_lag_seconds or WITHIN_S
        database.follow(settings.read_database_url, within_s, connections)
    return database


def step_up_of(settings: Settings) -> StepUp:
    """
    What the settings say of fresh log-ins.
    """
    return StepUp(over=settings.step_up_amount, within=settings.step_up_within)


def wall_clock() -> datetime:
    """
    The time of this machine.
    """
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Runtime:
    """
    One database and one clock; made once per process, shared by its threads.

    `step_up` says what needs a fresh log-in; None is nothing.
    """

    database: Database
    clock: Callable[[], datetime] = wall_clock
    step_up: StepUp | None = None
    _kept: _Kept = field(default_factory=_Kept)

    def body(self, transaction: Transaction, sha256: str) -> bytes:
        """
        The bytes of the document of that hash. Raises NotFound.
        """
        return catalog.body(transaction, sha256)

    def policy(self, transaction: Transaction, sha256: str) -> "Policy":
        """
        The policy version of that hash. Raises EngineError if its bytes were altered.
        """
        return self._document(
            transaction, sha256, lambda body: stored.policy_of(body, sha256)
        )

    def directory(self, transaction: Transaction, sha256: str) -> Directory:
        """
        The directory of that hash.
        """
        return self._document(transaction, sha256, stored.directory_of)

    def quote(self, transaction: Transaction, sha256: str) -> Quote:
        """
        The quote revision of that hash.
        """
        return self._document(transaction, sha256, stored.quote_of)

    def quote_of(self, sha256: str, body: bytes) -> Quote:
        """
        The quote revision of that hash, whose document is at hand already.
        """
        return self.derived(sha256, lambda: stored.quote_of(body))

    def plan(self, transaction: Transaction, sha256: str) -> RoutingPlan:
        """
        The routing plan of that hash.
        """
        return self._document(transaction, sha256, plan_of)

    def plans(
        self, transaction: Transaction, hashes: Iterable[str]
    ) -> dict[str, RoutingPlan | None]:
        """
        The routing plans of these hashes; those not read yet come in one statement.

        None stands for one that is not there any more.
        """
        wanted = dict.fromkeys(hashes)
        known = {each: self._kept.get(each) for each in wanted}
        missing = [each for each, plan in known.items() if plan is None]
        for sha256, body in lists.bodies(transaction, missing).items():
            known[sha256] = self.derived(sha256, lambda body=body: plan_of(body))  # type: ignore[misc] # mypy cannot infer a lambda with a default
        return known  # type: ignore[return-value] # what is there is a plan by now

    def read_ahead(self, transaction: Transaction, workflows: Iterable[str]) -> None:
        """
        Read what commands on these workflows will ask for, in two statements for all.

        What cannot be read is left to the command that needs it.
        """
        makers: dict[str, Callable[[bytes], object]] = {}
        for plan, quote, evaluation in lists.documents_of(transaction, workflows):
            makers |= {
                plan: plan_of,
                quote: stored.quote_of,
                evaluation: stored.terms_of,
            }
        missing = [each for each in makers if self._kept.get(each) is None]
        for sha256, body in lists.bodies(transaction, missing).items():
            with suppress(*BROKEN):
                self.keep(sha256, makers[sha256](body))

    def delegations(
        self, transaction: Transaction, sha256: str
    ) -> tuple[Delegation, ...]:
        """
        The delegation windows of that hash.
        """
        return self._document(transaction, sha256, stored.delegations_of)

    def definition(self, transaction: Transaction, sha256: str) -> "engine.Definition":
        """
        The compiled process definition of that hash, which was accepted once.

        Raises EngineError if it would not be accepted: it came another way.
        """
        from approval_engine.executor.compiled import compiled

        def body(key: str) -> bytes:
            return self.body(transaction, key)

        with _readable(sha256):
            return compiled(self.derived, sha256, body)

    def drawn(
        self, transaction: Transaction, xml: bytes, sha256: str | None = None
    ) -> "engine.Definition":
        """
        The compiled process definition in these bytes, which need not be stored yet.

        `sha256` is their hash, where it is known.
        """
        from approval_engine.executor.compiled import compiled

        mine = sha256 or hash_of(xml)

        def body(key: str) -> bytes:
            return xml if key == mine else self.body(transaction, key)

        return compiled(self.derived, mine, body)

    def terms(self, transaction: Transaction, sha256: str) -> Terms:
        """
        What the evaluation of that hash was made by, beside policy and quote.
        """
        return self._document(transaction, sha256, stored.terms_of)

    def keep(self, sha256: str, value: object) -> None:
        """
        Remember a value that was just made, so that nobody reads it back.
        """
        self._kept.put(sha256, value)

    def derived(self, key: str, make: Callable[[], T]) -> T:
        """
        What always follows from documents that never change; made once per key.
        """
        value = self._kept.get(key)
        if value is None:
            value = make()
            self._kept.put(key, value)
        return value  # type: ignore[return-value] # one maker per kind of key

    def _document(
        self, transaction: Transaction, sha256: str, read: Callable[[bytes], T]
    ) -> T:
        def make() -> T:
            with _readable(sha256):
                return read(self.body(transaction, sha256))

        return self.derived(sha256, make)


@contextmanager
def _readable(sha256: str) -> Iterator[None]:
    """
    Around what reads a stored document: whatever is wrong with it is an EngineError.
    """
    try:
        yield
    except BROKEN as error:
        if isinstance(error, EngineError | StorageError):
            raise
        sentence = f"The document '{sha256}' cannot be read: {reason(error)}"
        raise EngineError(sentence) from error
