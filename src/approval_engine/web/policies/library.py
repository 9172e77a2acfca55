"""
The published policies as a request finds them: rows of today, documents, readings.
"""

from dataclasses import dataclass

from approval_engine.documents import Document, JsonValue, parse
from approval_engine.errors import NotFound
from approval_engine.executor.routed import ACTIVE, policies_today
from approval_engine.policy.model import Policy
from approval_engine.store import catalog
from approval_engine.store.catalog import PolicyRow
from approval_engine.web import context


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """
    One published version: its row, the document as it is stored, and what it means.
    """

    row: PolicyRow
    document: Document
    policy: Policy

    @property
    def value(self) -> dict[str, JsonValue]:
        """
        The document itself.
        """
        value = self.document.value
        return value if isinstance(value, dict) else {}


def rows() -> tuple[PolicyRow, ...]:
    """
    Every published version with the status it has now, the newest first.
    """
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        found = policies_today(runtime, transaction, runtime.clock())
    return tuple(reversed(found))


def row(sha256: str) -> PolicyRow:
    """
    The version with that hash. Raises NotFound.
    """
    found = next((each for each in rows() if each.sha256 == sha256), None)
    if found is None:
        sentence = "There is no such published policy version."
        raise NotFound(sentence)
    return found


def published(sha256: str) -> Published:
    """
    The version with that hash, read. Raises NotFound.
    """
    found = row(sha256)
    runtime = context.runtime()
    with runtime.database.read() as transaction:
        body = catalog.body(transaction, sha256)
        policy = runtime.policy(transaction, sha256)
    name = f"{found.name}-{found.version}"
    return Published(row=found, document=parse(body, name), policy=policy)


def in_force() -> PolicyRow | None:
    """
    The version that decides today; None before the first one is published.
    """
    return next((each for each in rows() if each.status == ACTIVE), None)
