"""
Everything that is deployed → where each serves today, and which serve nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from approval_engine.domain.processes import DECISION, Role, Version
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.orphans import orphans
from approval_engine.policy.model import Policy
from approval_engine.policy.reading.triggers import STANDARD
from approval_engine.store import catalog, processes
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """
    A version that calls or asks another one; `outdated` if that has a newer version.
    """

    version: Version
    outdated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """
    What has one name: its versions, newest first, and what they are good for today.

    `chosen` says that the active policy sends quotes to it. `users` are the newest
    versions that call or ask it, `orphaned` why versions serve no plan any more.
    `workflows` are counted up to `processes.MOST`.
    """

    name: str
    versions: tuple[Version, ...]
    chosen: bool
    users: tuple[User, ...]
    orphaned: tuple[tuple[int, str], ...]
    workflows: int

    @property
    def role(self) -> Role:
        """
        What the newest version is for.
        """
        return self.versions[0].role

    @property
    def shown_workflows(self) -> str:
        """
        The count as it is shown.
        """
        most = processes.MOST
        return f"{most}+" if self.workflows > most else str(self.workflows)


def served(runtime: Runtime, transaction: Transaction) -> tuple[Serving, ...]:
    """
    Everything that is deployed, by name.
    """
    current = catalog.current(transaction)
    policy = runtime.policy(transaction, current.policy) if current.policy else None
    lost = orphans(runtime, transaction, policy) if policy else ()
    because = [(o.version.name, (o.version.version, o.because)) for o in lost]
    known = processes.versions(transaction)
    names = tuple(dict.fromkeys(version.name for version in known))
    counts = processes.counted(transaction, names)
    return tuple(
        Serving(
            name=name,
            versions=tuple(v for v in reversed(known) if v.name == name),
            chosen=policy is not None and name in _chosen(policy),
            users=users(known, name),
            orphaned=tuple(why for lost_name, why in because if lost_name == name),
            workflows=counts[name],
        )
        for name in names
    )


def users(known: Iterable[Version], name: str) -> tuple[User, ...]:
    """
    The newest versions that call or ask what has that name, by their names.
    """
    newest = {version.name: version for version in known}
    found = (
        (version, sha256)
        for version in newest.values()
        for need, sha256 in version.needs.items()
        if need in {name, f"{DECISION}{name}"}
    )
    mine = newest.get(name)
    return tuple(
        User(version=version, outdated=mine is not None and sha256 != mine.runs)
        for version, sha256 in found
    )


def _chosen(policy: Policy) -> frozenset[str]:
    return frozenset({rule.use for rule in policy.processes} | {STANDARD})
