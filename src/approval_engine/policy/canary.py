"""
A quote and the terms of a canary → which version of the policy it gets, by which rule.

The choice follows from what is recorded alone: the id of the quote, the hash of the new
policy, and the share. So the same quote always comes to the same side, a larger share
only adds quotes, and whoever has the log can make the choice again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from approval_engine.documents import canonical, load
from approval_engine.domain.quote import Value
from approval_engine.domain.rates import Rate
from approval_engine.errors import WrongOption
from approval_engine.policy.conditions import (
    ConditionError,
    Expression,
    Kind,
    evaluate,
    inputs_of,
    kind_of,
    parse_expression,
)
from approval_engine.policy.model import Policy
from approval_engine.policy.reading.draft import KIND_OF_TYPE

WHOLE = 10_000
"""All quotes, as a share: shares count ten-thousandths."""

SHARES = "a share of 0.01 to 100 percent, with two decimals at most"
"""What a share may be, in the words of every refusal."""

_BYTES = 8


class Side(StrEnum):
    """
    Which version a quote gets: the one in force, or the new one.
    """

    ACTIVE = "active"
    CANARY = "canary"


class Rule(StrEnum):
    """
    By what a quote came to its side.
    """

    SHADOW = "shadow"  # nothing is routed by the new version yet
    DATES = "dates"  # the new version is not in force on that day
    EARLIER = "earlier"  # an earlier review of the quote stood on that side
    SEGMENT = "segment"  # the quote is not among those that are tried
    SHARE = "share"  # its place lies within the share, or beyond
    FAILED = "failed"  # the new version refused it or broke, and the other one did not


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """
    The terms of the canary that runs, as they stand now.

    `policy` is the hash of the new version. `share` counts ten-thousandths, `segment`
    is a condition over the inputs of the policy in force, or empty for all quotes.
    `since` is the instant since when quotes are routed by it; empty in the shadow.
    """

    number: int
    version: str
    policy: str
    share: int = 0
    segment: str = ""
    since: str = ""

    @property
    def routes(self) -> bool:
        """
        Whether any quote is routed by the new version.
        """
        return bool(self.since)

    def text(self) -> str:
        """
        What `read` reads.
        """
        return canonical({name: getattr(self, name) for name in _FIELDS}).decode()


_FIELDS = tuple(Canary.__slots__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """
    The side of one quote. `place` is its place among all quotes, in ten-thousandths.

    `earlier` is the workflow whose side it keeps.
    """

    side: Side
    rule: Rule
    place: int
    earlier: str | None = None

    def fallen(self) -> "Choice":
        """
        The choice once the new version has refused the quote or broken.
        """
        return replace(self, side=Side.ACTIVE, rule=Rule.FAILED)


@lru_cache(maxsize=16)
def read(text: str) -> Canary:
    """
    The terms in a text that `Canary.text` wrote.
    """
    found = load(text.encode())
    return Canary(**found)  # type: ignore[arg-type] # written by Canary.text


def place_of(policy: str, quote_id: str) -> int:
    """
    The place of a quote among all, from 0 to 9,999: evenly spread, and always the same.

    It is the first eight bytes of SHA-256 over `POLICY:QUOTE`, the hash of the new
    policy and the id of the quote in UTF-8, as a fraction of 2⁶⁴, in ten-thousandths
    and rounded down.
    """
    digest = sha256(f"{policy}:{quote_id}".encode()).digest()[:_BYTES]
    return int.from_bytes(digest, "big") * WHOLE >> _BYTES * 8


def choose(
    canary: Canary,
    quote_id: str,
    *,
    holds: bool,
    earlier: tuple[str, Side] | None,
    within: Callable[[], bool],
) -> Choice:
    """
    The side of a quote that is submitted now.

    `holds` says whether the new version is in force today, `earlier` is the review of
    the quote that this canary has routed, `within` tells whether it is in the segment.
    """
    place = place_of(canary.policy, quote_id)
    active = Side.ACTIVE
    if not canary.routes:
        return Choice(side=active, rule=Rule.SHADOW, place=place)
    if not holds:
        return Choice(side=active, rule=Rule.DATES, place=place)
    if earlier is not None:
        workflow, side = earlier
        return Choice(side=side, rule=Rule.EARLIER, place=place, earlier=workflow)
    if canary.segment and not within():
        return Choice(side=active, rule=Rule.SEGMENT, place=place)
    side = Side.CANARY if place < canary.share else active
    return Choice(side=side, rule=Rule.SHARE, place=place)


def is_within(segment: str, inputs: Mapping[str, Value]) -> bool:
    """
    Whether inputs meet the condition of a segment; what is unknown does not.
    """
    try:
        return evaluate(_parsed(segment), inputs) is True
    except ConditionError:
        return False


def check_segment(segment: str, policy: Policy) -> None:
    """
    Raises WrongOption unless a segment is a condition over the inputs of a policy.
    """
    known = {each.name: KIND_OF_TYPE[each.type] for each in policy.inputs}
    policies = f"policy '{policy.name}' version {policy.version}"
    subject = (
        f"Expected the segment '{segment}' to be a condition over the inputs of"
        f" {policies}, but it"
    )
    try:
        found = _parsed(segment)
    except ConditionError as error:
        raise WrongOption(f"{subject} cannot be read: {error.sentence}") from error
    if unknown := sorted(inputs_of(found) - known.keys()):
        raise WrongOption(f"{subject} names '{unknown[0]}', which is none of them.")
    kind, misuses = kind_of(found, known)
    if misuses:
        raise WrongOption(f"{subject} cannot be judged: {misuses[0]}")
    if kind is not Kind.BOOLEAN or not inputs_of(found):
        raise WrongOption(f"{subject} is no condition that a quote meets or not.")


def recorded(
    canary: Canary, choice: Choice, active: str, rate: Rate | None = None
) -> dict[str, object]:
    """
    What the first event of a workflow says of the choice; `active` is the other policy.

    `rate` is the one by which its segment was judged, if nothing else recorded says it.
    """
    found: dict[str, object] = {
        "number": canary.number,
        "version": canary.version,
        "policy": canary.policy,
        "active": active,
        "side": str(choice.side),
        "rule": str(choice.rule),
        "share": percent(canary.share),
        "hash": fraction(choice.place),
    }
    if canary.segment:
        found["segment"] = canary.segment
    if choice.earlier:
        found["earlier"] = choice.earlier
    if rate:
        on, worth = rate.on.isoformat(), format(rate.rate, "f")
        pair = {"currency": rate.currency, "into": rate.into}
        found["rate"] = {**pair, "on": on, "rate": worth}
    return found


def percent(share: int) -> str:
    """
    A share as percent points: `10`, `2.5`.
    """
    return format((Decimal(share) / 100).normalize(), "f")


def fraction(place: int) -> str:
    """
    A place as a fraction of all quotes: `0.0370`.
    """
    return f"0.{place:04}"


def told(version: str, rule: str, share: str, place: str, side: str) -> str:
    """
    A choice in words: `canary of 2026.4, 10 %, hash 0.0370`.
    """
    kept = "outside of it, " if side == Side.ACTIVE else ""
    words = {
        Rule.SHADOW: "in the shadow only",
        Rule.DATES: "not in force that day",
        Rule.EARLIER: "like the earlier review of the quote",
        Rule.SEGMENT: "not in its segment",
        Rule.SHARE: f"{kept}hash {place}",
        Rule.FAILED: f"which refused it or broke, hash {place}",
    }
    return f"canary of {version}, {share} %, {words[Rule(rule)]}"


@lru_cache(maxsize=64)
def _parsed(segment: str) -> Expression:
    return parse_expression(segment)
