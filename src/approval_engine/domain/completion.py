"""
A step's rule and the answers so far → approved, rejected, returned or undecided.

The truth table of completion rules; it is the only place that counts answers.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


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
