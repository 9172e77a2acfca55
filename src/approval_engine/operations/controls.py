"""
The database → what its controls ask: bounded reads, then one pure test after another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from approval_engine.analytics.controls.dormant import dormant
from approval_engine.analytics.controls.finding import Control, Finding
from approval_engine.analytics.controls.haste import hasty
from approval_engine.analytics.controls.pairs import mutual
from approval_engine.analytics.controls.past import (
    Past,
    Rules,
    Thresholds,
    approvals_of,
)
from approval_engine.analytics.controls.requesters import bound
from approval_engine.analytics.controls.splits import splits
from approval_engine.domain.events import stamp
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.limits import limits_on
from approval_engine.store import controls as stored
from approval_engine.store import delegations, eventlog
from approval_engine.store.database import Transaction

MOST = 2000
"""So many reviews are looked at, those submitted last."""

DAYS = 90
"""The reviews of so many days are looked at, if nobody says otherwise."""

_AMOUNT = "amount"
_DEFAULT = Thresholds()
_TESTS = (
    (Control.SPLIT, splits),
    (Control.HASTE, hasty),
    (Control.MUTUAL, mutual),
    (Control.REQUESTER, bound),
    (Control.DORMANT, dormant),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """
    What the controls ask of the reviews submitted since an instant, in their order.
    """

    since: datetime
    reviews: int
    approvals: int
    findings: tuple[Finding, ...]

    def counts(self) -> Mapping[Control, int]:
        """
        How many findings each control has, those with none too.
        """
        found = [each.control for each in self.findings]
        return {control: found.count(control) for control in Control}

    @property
    def is_cut(self) -> bool:
        """
        Whether older reviews of the span are not looked at.
        """
        return self.reviews == MOST


def examined(
    runtime: Runtime, days: int = DAYS, thresholds: Thresholds = _DEFAULT
) -> Examined:
    """
    The findings of all controls in the reviews of the last days.

    Raises StorageError if a month of the archive is away in which there must be some.
    """
    now = runtime.clock()
    since = now - timedelta(days=days)
    with runtime.database.read() as transaction:
        past = _past(runtime, transaction, since, now)
    findings = (each for _, test in _TESTS for each in test(past, thresholds))
    return Examined(
        since=since,
        reviews=len(past.reviews),
        approvals=len(past.approvals),
        findings=tuple(findings),
    )


def _past(
    runtime: Runtime, transaction: Transaction, since: datetime, now: datetime
) -> Past:
    reviews = stored.submissions(transaction, stamp(since), MOST)
    logs = eventlog.logs(transaction, [each.workflow for each in reviews])
    hashes = {each.policy_sha256 for each in reviews}
    return Past(
        reviews=reviews,
        approvals=tuple(approvals_of(reviews, logs)),
        rules={each: _rules(runtime, transaction, each) for each in hashes},
        windows=delegations.listed(transaction),
        used=stored.used_windows(transaction, MOST),
        at_s=now.timestamp(),
    )


def _rules(runtime: Runtime, transaction: Transaction, sha256: str) -> Rules:
    policy = runtime.policy(transaction, sha256)
    return Rules(currency=policy.currency, limits=limits_on(policy, _AMOUNT))
