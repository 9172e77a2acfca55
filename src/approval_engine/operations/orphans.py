"""
A policy that is to be published → the processes that it would leave without use.

A pinned process serves plans that equal its own. Where the policy changes one of its
steps no plan does any more, and what ran on it runs on the frame: nobody is asked less,
but what the analyst drew around it is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from approval_engine.definitions import claims, pinned
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.domain.events import stamp
from approval_engine.domain.processes import Role, Version
from approval_engine.errors import InvalidState
from approval_engine.executor.deployed import deployed_in
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.routing import rehearsal
from approval_engine.policy.model import Policy
from approval_engine.store import catalog, processes
from approval_engine.store.database import Transaction

DAYS = 90
"""Over how many days its share of the quotes is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Orphan:
    """
    A pinned process, why it serves no plan any more, and how much ran on it lately.
    """

    version: Version
    because: str
    workflows: int
    of_all: int

    def __str__(self) -> str:
        share = f"{self.workflows} of {self.of_all} workflows"
        return (
            f"'{self.version.name}' version {self.version.version}, which had {share}"
            f" of the last {DAYS} days: {self.because}"
        )


def must_orphan_nothing(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> None:
    """
    Raises InvalidState, which names every pinned process that would serve no plan.
    """
    found = "; ".join(map(str, orphans(runtime, transaction, policy)))
    if found:
        sentence = (
            f"Expected policy '{policy.name}' version {policy.version} to leave pinned"
            f" processes in use, but it orphans {found} Their quotes would run on the"
            " frame: publish with --accept-fallback if that is meant."
        )
        raise InvalidState(sentence)


def must_name_no_task(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> None:
    """
    Raises InvalidState if a step of the policy has a name that a process in use takes.

    Every quote of that process would be refused, so no wish can accept it.
    """
    plan = rehearsal(policy)
    asked = tuple(step.id for step in plan.steps)
    for version, body in _in_use(runtime, transaction):
        process = read(body, version.file, EVERY_NAME).process
        found = [*claims.problems(process, asked, version.file)]
        if version.role is Role.FRAME and not found:
            found += claims.colliding(body, process, plan, version.file)
        if found:
            sentence = (
                f"Expected policy '{policy.name}' version {policy.version} to have no"
                f" step that process '{version.name}' version {version.version} takes"
                f" for a task of its own: {found[0].sentence} Deploy that first."
            )
            raise InvalidState(sentence)


def _in_use(
    runtime: Runtime, transaction: Transaction
) -> Iterator[tuple[Version, bytes]]:
    """
    The versions that the next quote may run on, with what runs.
    """
    current = catalog.current(transaction).processes
    offered = deployed_in(runtime, transaction, current) if current else {}
    for version in processes.versions(transaction) if offered else ():
        mine = offered.get(version.name, ())
        if any(each.version == version.version for each in mine):
            yield version, catalog.body(transaction, version.runs)


def orphans(
    runtime: Runtime, transaction: Transaction, policy: Policy
) -> Iterator[Orphan]:
    """
    The pinned processes in use that the policy would orphan, by name and version.
    """
    since = stamp(runtime.clock() - timedelta(days=DAYS))
    counts: dict[str, int] | None = None
    for version, body in _in_use(runtime, transaction):
        if version.role is not Role.PINNED:
            continue
        process = read(body, version.file, EVERY_NAME).process
        problems = pinned.changed_steps(process, policy, version.file)
        if problems:
            # Counting goes through all workflows, and most policies orphan nothing.
            if counts is None:
                counts = processes.counted_since(transaction, since)
            yield Orphan(
                version=version,
                because=problems[0].sentence,
                workflows=counts.get(version.runs, 0),
                of_all=sum(counts.values()),
            )
