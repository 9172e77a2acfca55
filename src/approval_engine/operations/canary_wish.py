"""
What somebody wants to try beside the policy in force, and whether that can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from approval_engine.analytics.canaries import terms_of
from approval_engine.analytics.guard import METRICS, TOLERATED
from approval_engine.documents import Document as Parsed
from approval_engine.documents import in_order
from approval_engine.errors import InvalidState, NotFound, WrongOption
from approval_engine.escalations.times import check_times
from approval_engine.executor.runtime import Runtime
from approval_engine.operations.proving import accepted, proved
from approval_engine.policy.canary import WHOLE
from approval_engine.policy.load import load
from approval_engine.policy.model import Policy
from approval_engine.store import catalog
from approval_engine.store.canaries import CanaryRow
from approval_engine.store.catalog import Document
from approval_engine.store.database import Transaction

_LARGEST_ALPHA = 0.2
_MOST = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """
    What somebody wants to try: a document, a version tried before, or what runs.

    `share` counts ten-thousandths, None stays in the shadow. The guard errs with a
    chance of `alpha` over all metrics together, and waits for `at_least` quotes of each
    version; `tolerated` names rate ratios other than the usual ones. What is None or
    not named was not said. `accepts` are the findings of the proof that are accepted
    for the routing, by code and place, with the reason.
    """

    document: Parsed | None = None
    version: str | None = None
    share: int | None = None
    segment: str = ""
    alpha: float | None = None
    at_least: int | None = None
    tolerated: Mapping[str, float] = field(default_factory=dict)
    accept_fallback: bool = False
    accepts: Mapping[str, str] = field(default_factory=dict)

    @property
    def terms(self) -> dict[str, object]:
        """
        The terms of the guard that were said.
        """
        said = {"alpha": self.alpha, "at_least": self.at_least}
        found: dict[str, object] = {n: v for n, v in said.items() if v is not None}
        return found

    def body(self) -> dict[str, object]:
        """
        What an idempotency key stands for.
        """
        document = in_order(self.document.value).decode() if self.document else ""
        return {
            "document": document,
            "version": self.version,
            "share": self.share,
            "segment": self.segment,
            "alpha": None if self.alpha is None else str(self.alpha),
            "atLeast": self.at_least,
            "tolerated": {name: str(rate) for name, rate in self.tolerated.items()},
            "accept": dict(self.accepts),
        }


def check(wish: Wish) -> None:
    """
    Raises WrongOption if a wish is none by itself.
    """
    if wish.document is not None and wish.version is not None:
        raise WrongOption("Expected a policy or a version to try, but got both.")
    if wish.share is not None and not 0 < wish.share <= WHOLE:
        sentence = "Expected a share of more than 0 and at most 100 percent of quotes."
        raise WrongOption(sentence)
    if wish.share is None and wish.segment:
        raise WrongOption("Expected a share with the segment; the shadow sees all.")
    if wish.share is None and (wish.terms or wish.tolerated or wish.accepts):
        sentence = (
            "Expected a share with the terms of the guard and with accepted findings;"
            " the shadow routes nothing."
        )
        raise WrongOption(sentence)
    _check_terms(wish)


def _check_terms(wish: Wish) -> None:
    if wish.alpha is not None and not 0 < wish.alpha <= _LARGEST_ALPHA:
        sentence = f"Expected an error rate above 0 and up to {_LARGEST_ALPHA}."
        raise WrongOption(sentence)
    if wish.at_least is not None and not 1 <= wish.at_least <= _MOST:
        sentence = f"Expected to wait for 1 to {_MOST} quotes of each version."
        raise WrongOption(sentence)
    for name, rate in wish.tolerated.items():
        if name not in METRICS or not 1 <= rate <= _MOST:
            known = ", ".join(METRICS)
            sentence = f"Expected 1 or more times as often for one of {known}."
            raise WrongOption(sentence)


def tried(
    runtime: Runtime,
    transaction: Transaction,
    wish: Wish,
    every: tuple[CanaryRow, ...],
) -> Policy:
    """
    The policy that somebody wants to try; its document is stored.
    """
    if wish.document is not None:
        policy = load(wish.document)
        check_times(wish.document, policy, runtime.clock())
        body = in_order(wish.document.value)
        document = Document(sha256=policy.sha256, kind="policy", body=body)
        catalog.put(transaction, [document])
        return policy
    if wish.version is None:
        raise WrongOption("Expected a policy to try, but none was named.")
    found = [each for each in every if each.version == wish.version]
    if not found:
        sentence = (
            f"There is no version '{wish.version}' that was tried before;"
            " give the policy itself."
        )
        raise NotFound(sentence)
    return runtime.policy(transaction, found[-1].sha256)


def must_be_new(
    transaction: Transaction, policy: Policy, every: tuple[CanaryRow, ...]
) -> None:
    """
    Raises InvalidState if another policy has that version already.
    """
    published = catalog.policies(transaction)
    taken = any(row.version == policy.version for row in published)
    other = any(
        each.version == policy.version and each.sha256 != policy.sha256
        for each in every
    )
    if taken or other:
        state = "was published" if taken else "was tried with other content"
        sentence = (
            f"Expected to try policy '{policy.name}' version {policy.version}, but that"
            f" version {state}; give it a new version."
        )
        raise InvalidState(sentence)


def must_keep_terms(row: CanaryRow, wish: Wish) -> None:
    """
    Raises InvalidState if a wish names other terms than the guard has gone by so far.
    """
    terms = terms_of(row.terms)
    asked = {
        "alpha": (wish.alpha, terms.alpha),
        "at least": (wish.at_least, terms.at_least),
        **{
            f"tolerated {name}": (rate, terms.tolerated.get(name, TOLERATED[name]))
            for name, rate in wish.tolerated.items()
        },
    }
    for name, (new, old) in asked.items():
        if new is not None and new != old:
            sentence = (
                f"Expected the guard of {row.subject} to keep its terms, but got {name}"
                f" {new:g} in place of {old:g}; stop it and begin another one."
            )
            raise InvalidState(sentence)


def taken_upon(
    runtime: Runtime, transaction: Transaction, sha256: str, reasons: Mapping[str, str]
) -> tuple[str, ...]:
    """
    What the proof finds in a version, each with the reason for which it is accepted.

    Raises InvalidState with each finding that nobody accepts, as publishing does.
    """
    policy = runtime.policy(transaction, sha256)
    return accepted(proved(runtime, transaction, policy), reasons)
