"""
The pair matrix: what two commands that meet on one workflow may come to.
"""

from itertools import combinations_with_replacement

WON, TOO_LATE, NOT_MINE, AGAIN, NOTHING = (
    "applied", "InvalidState", "Forbidden", "duplicate", "nothing",
)  # fmt: skip

LATER = "now or later"
"""A timer is left for the next round while somebody is busy; it waits on SQLite."""

ELEVEN = (
    "approve",
    "approve by another",
    "reject",
    "delegate",
    "recall",
    "revise",
    "escalate",
    "remind",
    "override",
    "withdraw",
    "replan",
)
"""Every two of these meet, also each one with itself."""

_ONE = ((WON, TOO_LATE), (TOO_LATE, WON))
_SAME = ((WON, AGAIN), (AGAIN, WON))
_ENDS = ((WON, NOTHING), (WON, WON))
"""A person ends what a clock would have moved; if that was first, he does so then."""

_REPLACED = ((WON, WON), (TOO_LATE, WON))
"""What is done before is replaced, and nothing is done in what was replaced."""

PAIRS = {
    ("approve", "approve"): _SAME,
    ("approve", "approve by another"): _ONE,
    ("approve", "reject"): _ONE,
    ("approve", "delegate"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("approve", "recall"): _ONE,
    ("approve", "revise"): _REPLACED,
    ("approve", "escalate"): ((WON, NOTHING), (NOT_MINE, WON)),
    ("approve", "remind"): _ENDS,
    ("approve", "override"): _ONE,
    # A seat is not withdrawn where that alone would approve the step.
    ("approve", "withdraw"): ((WON, NOT_MINE), (WON, WON)),
    ("approve", "replan"): _ONE,
    ("approve by another", "approve by another"): _SAME,
    ("approve by another", "reject"): _ONE,
    ("approve by another", "delegate"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("approve by another", "recall"): _ONE,
    ("approve by another", "revise"): _REPLACED,
    ("approve by another", "escalate"): ((WON, NOTHING), (NOT_MINE, WON)),
    ("approve by another", "remind"): _ENDS,
    ("approve by another", "override"): _ONE,
    # Where each has a seat of his own nobody answers for another.
    ("approve by another", "withdraw"): ((NOT_MINE, WON), (NOT_MINE, WON)),
    ("approve by another", "replan"): _ONE,
    ("reject", "reject"): _SAME,
    ("reject", "delegate"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("reject", "recall"): _ONE,
    ("reject", "revise"): _REPLACED,
    ("reject", "escalate"): ((WON, NOTHING), (NOT_MINE, WON)),
    ("reject", "remind"): _ENDS,
    ("reject", "override"): _ONE,
    ("reject", "withdraw"): ((WON, TOO_LATE), (WON, WON)),
    ("reject", "replan"): _ONE,
    ("delegate", "delegate"): ((WON, NOT_MINE), (NOT_MINE, WON)),
    ("delegate", "recall"): _REPLACED,
    ("delegate", "revise"): _REPLACED,
    ("delegate", "escalate"): ((WON, LATER), (NOT_MINE, WON)),
    ("delegate", "remind"): ((WON, LATER), (WON, WON)),
    ("delegate", "override"): _REPLACED,
    ("delegate", "withdraw"): ((WON, WON), (WON, WON)),
    ("delegate", "replan"): _REPLACED,
    ("recall", "recall"): _SAME,
    ("recall", "revise"): _REPLACED,
    ("recall", "escalate"): _ENDS,
    ("recall", "remind"): _ENDS,
    ("recall", "withdraw"): ((WON, TOO_LATE), (WON, WON)),
    ("recall", "replan"): _ONE,
    ("revise", "revise"): _SAME,
    ("revise", "escalate"): _ENDS,
    ("revise", "remind"): _ENDS,
    ("revise", "withdraw"): ((WON, TOO_LATE), (WON, WON)),
    ("revise", "replan"): ((WON, TOO_LATE), (WON, WON)),
    ("escalate", "escalate"): ((WON, NOTHING), (NOTHING, WON)),
    # Whoever is asked now needs no reminder of what his predecessor missed.
    ("escalate", "remind"): ((WON, NOTHING), (LATER, WON)),
    # Somebody who is there has the seat now.
    ("escalate", "withdraw"): ((WON, TOO_LATE), (LATER, WON)),
    ("escalate", "replan"): ((WON, WON), (NOTHING, WON)),
    ("remind", "remind"): ((WON, NOTHING), (NOTHING, WON)),
    ("remind", "withdraw"): ((WON, WON), (LATER, WON)),
    ("remind", "replan"): ((WON, WON), (NOTHING, WON)),
    ("override", "recall"): _ONE,
    ("override", "revise"): _REPLACED,
    ("override", "escalate"): _ENDS,
    ("override", "remind"): _ENDS,
    ("override", "override"): _SAME,
    ("override", "withdraw"): ((WON, TOO_LATE), (WON, WON)),
    ("override", "replan"): _ONE,
    ("withdraw", "withdraw"): _SAME,
    ("withdraw", "replan"): _REPLACED,
    ("replan", "replan"): _ONE,
    # Beside the eleven.
    ("approve", "return"): _ONE,
    ("approve", "claim"): ((WON, TOO_LATE), (WON, WON)),
    ("approve", "claim by another"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("approve", "reassign"): ((WON, TOO_LATE), (NOT_MINE, WON)),
    ("approve", "add-approver"): ((WON, TOO_LATE), (WON, WON)),
    ("approve", "request-info"): ((WON, TOO_LATE), (WON, WON)),
    ("approve", "provide-info"): ((WON, TOO_LATE), (WON, WON)),
    ("approve by the stand-in", "delegate"): ((NOT_MINE, WON), (WON, WON)),
    ("reassign", "add-approver"): ((WON, WON), (WON, WON)),
    ("claim", "claim by another"): ((WON, NOT_MINE), (NOT_MINE, WON)),
    ("claim", "claim"): _SAME,
    # While somebody is asked the clock stands still, and then it runs on from there.
    ("request-info", "escalate"): ((WON, NOTHING), (NOT_MINE, WON)),
    ("escalate", "provide-info"): ((NOTHING, WON), (NOTHING, WON)),
}
"""The two outcomes if the first command is first, and if the second one is."""

MATRIX = tuple(
    pair if pair in PAIRS else pair[::-1]
    for pair in combinations_with_replacement(ELEVEN, 2)
)
"""The pairs of the eleven, as they stand in the table."""


def fit(words, expected):
    """
    Whether two commands came to what was expected of them.
    """
    return all(
        said == wanted or (wanted == LATER and said in {WON, NOTHING})
        for said, wanted in zip(words, expected, strict=True)
    )
