"""
A step's rule and the answers so far → approved, rejected, returned or undecided.

The truth table of completion rules; it is the only place that counts answers.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from approval_engine.errors import EngineError


class Rule(StrEnum):
    """
    How the answers of a step's seats become its outcome.
    """

    ANY = "any"  # first approval wins
    FIRST_RESPONSE = "first_response"  # first answer wins, whatever it is
    ALL = "all"  # every seat approves
    ALL_RESPOND_ANY = "all_respond_any"  # every seat answers, one approval is enough
    QUORUM = "quorum"  # `count` approvals
    PERCENT = "percent"  # `percent` of the seats approve, rounded up


class Outcome(StrEnum):
    """
    What a person's answer says, and what a step ends as.
    """

    APPROVED = "approved"  # go on
    REJECTED = "rejected"  # the quote is refused
    RETURNED = "returned"  # the submitter must change something first


STRICTNESS = (
    Rule.ANY,
    Rule.QUORUM,
    Rule.PERCENT,
    Rule.ALL_RESPOND_ANY,
    Rule.FIRST_RESPONSE,
    Rule.ALL,
)
"""Rules that need equally many approvals, the most lenient first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """
    The completion rule of a step; `count` for quorum, `percent` for percent.
    """

    rule: Rule = Rule.ANY
    count: int | None = None
    percent: Decimal | None = None
    veto: tuple[str, ...] = ()
    wait_for_all: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """
    The answers so far.

    `seats` is frozen when the step opens, but for those `withdrawn` since, which count
    no more. `vetoed` says that a person of a veto role rejected; `first` is the
    earliest answer.
    """

    seats: int
    withdrawn: int = 0
    approvals: int = 0
    rejections: int = 0
    returns: int = 0
    vetoed: bool = False
    first: Outcome | None = None

    @property
    def pending(self) -> int:
        """
        Seats that have not answered yet.
        """
        return self.seats - self.approvals - self.rejections - self.returns


def one_seat(completion: Completion) -> bool:
    """
    Whether the rule opens one shared seat, unless the step asks everyone.
    """
    single = completion.rule in {Rule.ANY, Rule.FIRST_RESPONSE}
    return single or (completion.rule is Rule.QUORUM and completion.count == 1)


def needed(completion: Completion, seats: int) -> int:
    """
    How many of `seats` must approve, at least one.

    Raises EngineError if a quorum has no count, or a percent rule no percentage.
    """
    match completion:
        case Completion(rule=Rule.ANY | Rule.FIRST_RESPONSE | Rule.ALL_RESPOND_ANY):
            return 1
        case Completion(rule=Rule.ALL):
            return max(1, seats)
        case Completion(rule=Rule.QUORUM, count=int(count)):
            return max(1, count)
        case Completion(rule=Rule.PERCENT, percent=Decimal() as percent):
            share = (percent * seats / 100).to_integral_value(rounding=ROUND_CEILING)
            return max(1, int(share))
    message = f"Expected a number for rule '{completion.rule}', but it has none."
    raise EngineError(message)


def wanted(completion: Completion, tally: Tally) -> int:
    """
    How many must approve, whatever was withdrawn since the step opened.

    `all` wants all who are left, any other rule as many as at first: else a share of
    fewer seats would be met by approvals that were too few a moment ago.
    """
    left = completion.rule is Rule.ALL
    return needed(completion, tally.seats + (0 if left else tally.withdrawn))


def decide(completion: Completion, tally: Tally) -> Outcome | None:
    """
    The outcome of the step, or None while it is open.

    A veto rejects and a return returns at once, whatever the rule. With `wait_for_all`
    nothing is decided before the last seat answered; then a veto or a rejection that
    the rule reaches stands, any return keeps the rest from being an approval.
    Raises EngineError if the tally cannot be: no seat, more answers than seats, or
    answers of which none was the first.
    """
    _check(tally)
    if completion.wait_for_all and tally.pending:
        return None
    if tally.vetoed:
        return Outcome.REJECTED
    verdict = _by_rule(completion, tally)
    if tally.returns and not (completion.wait_for_all and verdict is Outcome.REJECTED):
        return Outcome.RETURNED
    return verdict


def at_deadline(completion: Completion, tally: Tally, silence: Outcome) -> Outcome:
    """
    The outcome of an undecided step whose time is over.

    `silence` is what the policy takes no answer for; with `wait_for_all` every seat
    that did not answer counts as having said that.
    Raises EngineError if silence is a return, or if the tally cannot be.
    """
    if silence is Outcome.RETURNED:
        message = "Expected silence to approve or to reject, but it returns."
        raise EngineError(message)
    if not completion.wait_for_all:
        return silence
    missing = tally.pending
    approves = silence is Outcome.APPROVED
    filled = replace(
        tally,
        approvals=tally.approvals + (missing if approves else 0),
        rejections=tally.rejections + (0 if approves else missing),
        first=tally.first or silence,
    )
    return decide(completion, filled) or silence


def strictest(a: Completion, b: Completion, seats: int) -> Completion:
    """
    The stricter of two rules for one step of `seats`, with the vetoes of both.

    More needed approvals are stricter; at a tie the order is any, quorum, percent,
    all_respond_any, first_response, all. Whoever waits for all makes both wait.
    """
    veto = tuple(sorted({*a.veto, *b.veto}))
    wait_for_all = a.wait_for_all or b.wait_for_all
    stricter = max(a, b, key=lambda each: _strictness(each, seats))
    return replace(stricter, veto=veto, wait_for_all=wait_for_all)


def _strictness(completion: Completion, seats: int) -> tuple[int, int, int, Decimal]:
    return (
        needed(completion, seats),
        STRICTNESS.index(completion.rule),
        completion.count or 0,
        completion.percent or Decimal(0),
    )


def _by_rule(completion: Completion, tally: Tally) -> Outcome | None:
    if completion.rule is Rule.FIRST_RESPONSE:
        return tally.first
    if completion.rule is Rule.ALL_RESPOND_ANY and tally.pending:
        return None
    count = wanted(completion, tally)
    if tally.approvals >= count:
        return Outcome.APPROVED
    if tally.seats - tally.rejections < count:
        return Outcome.REJECTED
    return None


def _check(tally: Tally) -> None:
    answers = (tally.approvals, tally.rejections, tally.returns)
    possible = tally.seats >= 1 and min(*answers, tally.pending) >= 0
    if not possible or (any(answers) and tally.first is None):
        message = f"Expected answers of {tally.seats} seats, but counted {tally}."
        raise EngineError(message)
