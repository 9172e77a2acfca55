"""
The outcome of a step with added approvers, by every order of every answer.
"""

from itertools import permutations, product

import pytest

from approval_engine.domain.completion import Completion, Outcome, Rule
from approval_engine.domain.outcome import outcome_of
from tests.unit.domain.test_actions import make_task, make_workflow

STATUSES = ("open", "approved", "rejected", "returned")
RULES = [
    Completion(rule=Rule.ANY),
    Completion(rule=Rule.FIRST_RESPONSE),
    Completion(rule=Rule.ALL),
    Completion(rule=Rule.ALL_RESPOND_ANY),
    Completion(rule=Rule.QUORUM, count=2),
    Completion(rule=Rule.ALL, wait_for_all=True),
]


def seats(statuses, *, ad_hoc, order):
    return tuple(
        make_task(
            f"T-{'A' if ad_hoc else 'P'}{number}",
            seat=number + 10 * ad_hoc,
            status=status,
            ad_hoc=ad_hoc,
            closed_seq=None if status == "open" else order[number],
        )
        for number, status in enumerate(statuses)
    )


def outcome(rule, policy, added, order=None, **changes):
    order = order or tuple(range(len(policy) + len(added)))
    first = seats(policy, ad_hoc=False, order=order)
    second = seats(added, ad_hoc=True, order=order[len(policy) :])
    tasks = (make_task("T-0", **changes),) if changes else ()
    workflow = make_workflow(*tasks, *first, *second)
    return outcome_of(workflow, "finance", rule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.rule))
def test_it_is_a_yes_only_if_rule_and_every_added_approver_say_yes(rule):
    for policy in product(STATUSES, repeat=2):
        for added in product(STATUSES, repeat=2):
            for order in permutations(range(4)):
                alone = outcome(rule, policy, (), order[:2])
                found = outcome(rule, policy, added, order)
                if found is Outcome.APPROVED:
                    assert alone is Outcome.APPROVED
                    assert set(added) == {"approved"}
                if alone in {Outcome.REJECTED, Outcome.RETURNED}:
                    assert found is alone
                elif {"rejected", "returned"} & set(added):
                    assert found in {Outcome.REJECTED, Outcome.RETURNED}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.rule))
def test_without_added_approvers_the_rule_decides_alone(rule):
    assert outcome(rule, ("approved", "approved"), ()) is Outcome.APPROVED
    assert outcome(rule, ("open", "open"), ()) is None


def test_a_yes_waits_for_whoever_is_to_be_asked_after_it():
    waits = {"status": "approved", "closed_seq": 1, "then_ask": ("dora",)}

    assert outcome(RULES[0], (), (), **waits) is None
    assert outcome(RULES[0], (), (), **{**waits, "then_ask": ()}) is Outcome.APPROVED


def test_an_added_seat_that_was_closed_without_an_answer_approves_nothing():
    assert outcome(RULES[0], ("approved",), ("not_required",)) is None
