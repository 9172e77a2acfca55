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
from approval_engine.policy.canary import SHARES, WHOLE, percent
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
        raise WrongOption(f"Expected {SHARES}, but got {percent(wish.share)}.")
    if wish.share is None and wish.segment:
        sentence = (
            f"Expected a share beside the segment '{wish.segment}', but got none: in"
            " the shadow every quote is compared, and none is routed."
        )
        raise WrongOption(sentence)
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


def must_go_on(row: CanaryRow, wish: Wish) -> None:
    """
    Raises InvalidState if a wish would take quotes from a canary that routes some.
    """
    share = f"{percent(row.share)} %"
    if wish.share is None:
        wanted, got = f"keep its share of {share} or give it a larger one", "none"
    elif wish.share < row.share:
        wanted, got = f"keep its share of {share} or grow", f"{percent(wish.share)} %"
    elif wish.segment != row.segment:
        names = (
            f"'{each}'" if each else "all quotes"
            for each in (row.segment, wish.segment)
        )
        old, got = names
        wanted = f"keep its segment, {old}"
    else:
        return
    sentence = (
        f"Expected {row.subject} to {wanted}, but got {got}: it routes quotes, and none"
        " of them goes back; stop it and begin another one."
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
