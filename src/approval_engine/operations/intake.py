"""
Files → what the database decides by: the directory, policies, delegations.

Each function is one transaction; a file with any problem changes nothing.
"""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from approval_engine.documents import Document as Parsed
from approval_engine.documents import canonical, in_order, sha256
from approval_engine.domain.delegation import Delegation, check_new
from approval_engine.domain.events import stamp
from approval_engine.errors import InvalidState, NotFound, StaleRevision
from approval_engine.escalations.times import check_times
from approval_engine.executor.commands.canary import must_not_run
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.granting import EVERYTHING, Bounds, check_grant
from approval_engine.policy.load import load as load_policy
from approval_engine.policy.model import Policy
from approval_engine.policy.quotes import read_directory
from approval_engine.store import canaries, catalog, delegations, numbers
from approval_engine.store.catalog import Document, PolicyRow
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """
    What a policy is published with: why, and what is wrong with it all the same.

    `accepts` are the findings of its proof that are accepted, by code and place, with
    the reason; None where it was proved already, or nobody decides by it. `accepted`
    are sentences on what else was found and accepted.
    """

    comment: str = ""
    accepted: tuple[str, ...] = ()
    accepts: Mapping[str, str] | None = None


NO_REMARK = Remark()


def import_directory(
    runtime: Runtime, document: Parsed, seen: str | None = None
) -> tuple[int, int]:
    """
    Make this the directory; the numbers of its users and roles.

    Raises StaleRevision if the one that it replaces is no longer the one `seen`.
    """
    directory = read_directory(document)
    body = canonical(document.value)
    with runtime.database.begin() as transaction:
        delegations.lock(transaction)
        if seen is not None and catalog.current(transaction).directory != seen:
            sentence = (
                "The directory was changed since you looked; nothing was imported."
                " Look at the changes again."
            )
            raise StaleRevision(sentence)
        _point(transaction, "directory", body)
        _snapshot_delegations(transaction)
    return len(directory.users), len(directory.roles)


def publish_policy(
    runtime: Runtime,
    document: Parsed,
    actor: str,
    *,
    accept_fallback: bool = False,
    remark: Remark = NO_REMARK,
    within: Transaction | None = None,
) -> PolicyRow:
    """
    Make this policy the active one. Publishing the active one again changes nothing.

    A version name that was published with other content is refused, and so is a policy
    with a step that a process in use has a task for, or one that would orphan pinned
    processes, unless that is accepted. Nothing is published beside a canary but by
    promoting it, which does so `within` its own transaction. Whoever publishes a file
    has it proved here, by the people who are there at that very moment: raises
    Unaccepted with each finding that nobody accepts.
    """
    policy = load_policy(document)
    check_times(document, policy, runtime.clock())
    row = PolicyRow(
        name=policy.name,
        version=policy.version,
        sha256=policy.sha256,
        status="active",
        published_at=stamp(runtime.clock()),
        published_by=actor,
        comment=remark.comment,
    )
    own = nullcontext(within) if within else runtime.database.begin()
    with own as transaction:
        canaries.lock(transaction)
        for known in catalog.policies(transaction):
            if (known.name, known.version) == (row.name, row.version):
                return _same_version(known, row)
        if within is None:
            _must_go_beside_no_canary(transaction, row)
        accepted = _accepted(runtime, transaction, policy, remark)
        row = replace(row, accepted="\n".join(accepted))
        must_fit_processes(
            runtime, transaction, policy, accept_fallback=accept_fallback
        )
        body = in_order(document.value)
        catalog.put(
            transaction, [Document(sha256=row.sha256, kind="policy", body=body)]
        )
        catalog.publish(transaction, row)
    return row


def _accepted(
    runtime: Runtime, transaction: Transaction, policy: Policy, remark: Remark
) -> tuple[str, ...]:
    if remark.accepts is None:
        return remark.accepted
    # Whoever imports quotes proves nothing.
    from approval_engine.operations.proving import taken_upon

    found = taken_upon(runtime, transaction, policy, remark.accepts)
    return (*remark.accepted, *found)


def must_fit_processes(
    runtime: Runtime,
    transaction: Transaction,
    policy: Policy,
    *,
    accept_fallback: bool,
) -> None:
    """
    Raises InvalidState for a step that a process in use has a task for.

    Unless it is accepted, also for pinned processes that would serve no plan any more.
    """
    # Whoever imports quotes needs no XML.
    from approval_engine.operations import orphans

    orphans.must_name_no_task(runtime, transaction, policy)
    if not accept_fallback:
        orphans.must_orphan_nothing(runtime, transaction, policy)


def _must_go_beside_no_canary(transaction: Transaction, row: PolicyRow) -> None:
    what = f"policy '{row.name}' version {row.version}"
    must_not_run(transaction, f"publish {what}")
    for tried in canaries.every(transaction):
        other = tried.sha256 != row.sha256
        if other and (tried.name, tried.version) == (row.name, row.version):
            sentence = (
                f"Expected to publish {what}, but canary {tried.number} tried other"
                " content under that name; give it a new version."
            )
            raise InvalidState(sentence)


def add_delegation(
    runtime: Runtime,
    people: tuple[str, str],
    window: tuple[datetime, datetime],
    role: str | None,
    bounds: Bounds = EVERYTHING,
) -> Delegation:
    """
    Open a window in which the second person may act for the first.

    It counts from now on at the earliest: nobody is given a right for the past, and
    what was decided before stays right. One that is over already counts for nothing.

    The worker moves what is open at its next round, also if the window runs already.
    """
    principal, delegate = people
    with runtime.database.begin() as transaction:
        delegations.lock(transaction)
        check_grant(runtime, transaction, people, role, bounds)
        known = delegations.listed(transaction)
        number = numbers.take(transaction, delegation=1)["delegation"][0]
        new = Delegation(
            id=f"D-{number}",
            principal=principal,
            delegate=delegate,
            role=role,
            starts_at=window[0],
            ends_at=window[1],
            process=bounds.process,
            within=bounds.within,
        )
        check_new(known, new)
        new = replace(new, starts_at=from_now_on(new, runtime.clock()))
        delegations.add(transaction, new)
        _snapshot_delegations(transaction)
    return new


def end_delegation(runtime: Runtime, delegation_id: str) -> None:
    """
    End a window now. Raises NotFound if there is no such window that still runs.
    """
    with runtime.database.begin() as transaction:
        delegations.lock(transaction)
        if not delegations.end(transaction, delegation_id, stamp(runtime.clock())):
            sentence = f"There is no running delegation '{delegation_id}'."
            raise NotFound(sentence)
        _snapshot_delegations(transaction)


def from_now_on(window: Delegation, now: datetime) -> datetime:
    """
    When a window that is added now begins to count.
    """
    return min(max(window.starts_at, now), window.ends_at)


def _same_version(known: PolicyRow, row: PolicyRow) -> PolicyRow:
    if known.sha256 == row.sha256 and known.status == "active":
        return known
    if known.sha256 == row.sha256:
        state = "is retired"
    else:
        state = "was published with other content"
    sentence = (
        f"Policy '{row.name}' version {row.version} {state}; give it a new version."
    )
    raise InvalidState(sentence)


def snapshot(windows: Iterable[Delegation]) -> bytes:
    """
    The document that holds these windows.
    """
    rows = [{n: getattr(each, n) for n in Delegation.__slots__} for each in windows]
    return canonical(rows)


def _snapshot_delegations(transaction: Transaction) -> None:
    body = snapshot(delegations.listed(transaction))
    _point(transaction, "delegations", body)


def _point(transaction: Transaction, kind: str, body: bytes) -> None:
    document = Document(sha256=sha256(body), kind=kind, body=body)
    catalog.put(transaction, [document])
    catalog.set_setting(transaction, kind, document.sha256)
