"""
How a completion rule is drawn, and that the drawing says what the rule decides.
"""

from decimal import Decimal

import pytest

from approval_engine.definitions import seats
from approval_engine.domain.completion import (
    Completion,
    Outcome,
    Rule,
    Tally,
    decide,
)
from approval_engine.policy.conditions import evaluate, parse_condition
from tests.unit.definitions.plans import make_step

RULES = [
    Completion(rule=Rule.ANY),
    Completion(rule=Rule.FIRST_RESPONSE),
    Completion(rule=Rule.ALL),
    Completion(rule=Rule.ALL_RESPOND_ANY),
    *(Completion(rule=Rule.QUORUM, count=count) for count in range(1, 6)),
    *(
        Completion(rule=Rule.PERCENT, percent=Decimal(share))
        for share in ("1", "33.3", "50", "66.7", "100")
    ),
]

ANSWERS = {
    Outcome.APPROVED: "approvals",
    Outcome.REJECTED: "rejections",
    Outcome.RETURNED: "returns",
}


@pytest.mark.parametrize(
    ("completion", "drawn"),
    [
        (Completion(rule=Rule.ANY), False),
        (Completion(rule=Rule.FIRST_RESPONSE), False),
        (Completion(rule=Rule.QUORUM, count=1), False),
        (Completion(rule=Rule.QUORUM, count=2), True),
        (Completion(rule=Rule.ALL), True),
        (Completion(rule=Rule.ALL_RESPOND_ANY), True),
        (Completion(rule=Rule.PERCENT, percent=Decimal(50)), True),
    ],
)
def test_a_task_is_drawn_for_several_if_the_rule_asks_them_one_by_one(
    completion, drawn
):
    assert seats.several(make_step(completion=completion)) is drawn
    assert seats.several(make_step(completion=completion, ask_everyone=True))


@pytest.mark.parametrize(
    ("completion", "words"),
    [
        (Completion(rule=Rule.ALL), "all"),
        (Completion(rule=Rule.QUORUM, count=2), "quorum 2"),
        (Completion(rule=Rule.PERCENT, percent=Decimal("60.0")), "percent 60"),
    ],
)
def test_a_rule_is_said_in_the_words_of_the_policy(completion, words):
    assert seats.spoken(completion) == words


def tallies(seats_in_all):
    """
    Every number of answers that this many people can have given, by who came first.
    """
    numbers = range(seats_in_all + 1)
    for approvals in numbers:
        for rejections in numbers:
            for returns in range(seats_in_all - approvals - rejections + 1):
                counts = (approvals, rejections, returns)
                firsts = [
                    outcome
                    for outcome, count in zip(ANSWERS, counts, strict=True)
                    if count
                ]
                for first in firsts or [None]:
                    yield Tally(
                        seats=seats_in_all,
                        approvals=approvals,
                        rejections=rejections,
                        returns=returns,
                        first=first,
                    )


def drawn_as_decided(completion, tally, vetoes=0):
    names = {
        "approvals": Decimal(tally.approvals),
        "rejections": Decimal(tally.rejections),
        "returns": Decimal(tally.returns),
        "vetoes": Decimal(vetoes),
        "nrOfInstances": Decimal(tally.seats),
        "nrOfCompletedInstances": Decimal(tally.seats - tally.pending),
    }
    return evaluate(parse_condition(seats.decided(completion)), names)


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize("rule", RULES, ids=seats.spoken)
def test_the_drawn_condition_holds_exactly_when_the_rule_decides(rule, wait):
    completion = Completion(
        rule=rule.rule, count=rule.count, percent=rule.percent, wait_for_all=wait
    )
    for number in range(rule.count or 1, 6):
        for tally in tallies(number):
            decided = decide(completion, tally) is not None
            assert drawn_as_decided(completion, tally) is decided, tally


def test_a_veto_ends_the_task_where_the_rule_knows_one():
    tally = Tally(
        seats=3, approvals=0, rejections=1, vetoed=True, first=Outcome.REJECTED
    )
    vetoed = Completion(rule=Rule.ANY, veto=("general_counsel",))
    assert decide(vetoed, tally) is Outcome.REJECTED
    assert drawn_as_decided(vetoed, tally, vetoes=1) is True
    assert drawn_as_decided(Completion(rule=Rule.ANY), tally, vetoes=1) is False
