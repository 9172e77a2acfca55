"""
Each control on planted rows: asked at its limit, and silent on the other side of it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from approval_engine.analytics.controls.dormant import dormant
from approval_engine.analytics.controls.finding import HEADING, cells
from approval_engine.analytics.controls.haste import hasty
from approval_engine.analytics.controls.pairs import mutual
from approval_engine.analytics.controls.past import (
    Approval,
    Past,
    Rules,
    Thresholds,
    approvals_of,
)
from approval_engine.analytics.controls.requesters import bound
from approval_engine.analytics.controls.splits import splits
from approval_engine.domain.delegation import Delegation
from approval_engine.policy.limits import Limit
from approval_engine.store.controls import Submission
from approval_engine.store.eventlog import Happened

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
USUAL = Thresholds()
HUNDRED = Limit(amount=Decimal(100_000), reached_at=True)
RULES = {"p": Rules(currency="USD", limits=(HUNDRED,))}


def at(**time):
    return (MONDAY + timedelta(**time)).timestamp()


def review(number, amount="60000", days=0.0, **changes):
    return Submission(
        **{
            "workflow": f"WF-{number}",
            "quote": f"Q-{number}",
            "account": "ACME",
            "submitted_by": "sam",
            "owner": None,
            "amount": Decimal(amount),
            "reasons": frozenset(),
            "policy_sha256": "p",
            "status": "approved",
            "created_s": at(days=days),
            **changes,
        }
    )


def past(*reviews, **changes):
    found = Past(
        reviews=reviews,
        approvals=(),
        rules=RULES,
        windows=(),
        used=frozenset(),
        at_s=at(days=100),
    )
    return replace(found, **changes)


def approval(by, author="sam", number=1, took="60", hours=1, **changes):
    known = review(number, submitted_by=author)
    return Approval(
        **{
            "review": known,
            "task": f"T-{number}",
            "person": by,
            "on_behalf_of": None,
            "at_s": at(hours=hours),
            "reached": "task_opened",
            "took": Decimal(took),
            **changes,
        }
    )


def window(principal, delegate, starts=0, ends=200, **changes):
    return Delegation(
        **{
            "id": "D-1",
            "principal": principal,
            "delegate": delegate,
            "starts_at": MONDAY + timedelta(days=starts),
            "ends_at": MONDAY + timedelta(days=ends),
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (review(2, "40000"), 1),
        (review(2, "39999.99"), 0),
        (review(2, "100000"), 0),
        (review(2, days=14), 1),
        (review(2, days=14.01), 0),
        (review(2, account="Other"), 0),
        (review(2, submitted_by="olga"), 0),
        (review(2, status="pending"), 1),
        (review(2, status="rejected"), 0),
        (review(2, status="superseded"), 0),
        # A second review of the same quote is the same deal.
        (review(1), 0),
        (review(2, policy_sha256="other"), 0),
        (review(2, amount="-1"), 0),
    ],
)
def test_deals_are_one_where_they_reach_together_what_each_is_below(second, found):
    other = {"other": Rules(currency="EUR", limits=(HUNDRED,))}
    asked = [*splits(past(review(1), second, rules=RULES | other), USUAL)]

    assert len(asked) == found


def test_a_limit_that_may_be_met_is_reached_above_it():
    limit = replace(HUNDRED, reached_at=False)
    rules = {"p": Rules(currency="USD", limits=(limit,))}
    level = past(review(1, "50000"), review(2, "50000"), rules=rules)
    above = past(review(1, "50000"), review(2, "50000.01"), rules=rules)

    assert [*splits(level, USUAL)] == []
    assert len([*splits(above, USUAL)]) == 1


def test_a_limit_of_a_ladder_counts_for_whom_the_ladder_is_asked():
    limit = replace(HUNDRED, reason="discount")
    rules = {"p": Rules(currency="USD", limits=(limit,))}
    reasons = frozenset({"discount", "margin"})
    both = past(review(1, reasons=reasons), review(2, reasons=reasons), rules=rules)
    one = past(review(1, reasons=reasons), review(2), rules=rules)

    assert len([*splits(both, USUAL)]) == 1
    assert [*splits(one, USUAL)] == []


def test_deals_are_told_once_at_their_highest_limit():
    low = replace(HUNDRED, amount=Decimal(70_000))
    rules = {"p": Rules(currency="USD", limits=(low, HUNDRED))}
    (found,) = splits(past(review(1), review(2, days=3), rules=rules), USUAL)

    assert found.measure == "120000 USD of 100000"
    assert found.question(str.title) == (
        "Sam submitted 2 quotes of ACME within 14 days, each below the limit of"
        " 100000 USD and together 120000 USD: was this one deal?"
    )
    assert (found.quotes, found.people) == (("Q-1", "Q-2"), ("sam",))
    assert (found.first_s, found.last_s) == (at(), at(days=3))


@pytest.mark.parametrize(("took", "found"), [("9.999999", 1), ("10", 0), ("0", 1)])
def test_an_approval_is_quick_below_the_seconds(took, found):
    asked = [*hasty(past(approvals=(approval("maria", took=took),)), USUAL)]

    assert len(asked) == found
    assert all("Opening a page is not recorded" in each.question() for each in asked)


def test_what_never_came_before_anybody_was_not_quick():
    known = replace(approval("maria"), took=None, reached=None)

    assert [*hasty(past(approvals=(known,)), USUAL)] == []


def happened(seq, action, actor, seconds, task="T-1"):
    return Happened(
        workflow="WF-1",
        seq=seq,
        task=task,
        action=action,
        actor=actor,
        on_behalf_of=None,
        channel="t",
        timestamp=f"2026-03-02T09:00:{seconds:09.6f}Z",
    )


def test_an_approval_takes_since_the_task_came_last():
    log = (
        happened(1, "submitted", "sam", 0, task=None),
        happened(2, "task_opened", "system", 0),
        happened(3, "task_opened", "system", 1, task="T-2"),
        happened(4, "task_claimed", "maria", 20.25),
        happened(5, "task_approved", "maria", 24.5),
        happened(6, "task_rejected", "fred", 30, task="T-2"),
        happened(7, "task_approved", "lara", 31, task="T-3"),
    )
    first, last = approvals_of([review(1)], [("WF-1", log), ("WF-2", log)])

    assert (first.person, first.reached, first.took) == (
        "maria",
        "task_claimed",
        Decimal("4.250000"),
    )
    assert (last.task, last.took) == ("T-3", None)


def both_ways(there, back, others=0):
    return (
        *(approval("maria", "sam", n) for n in range(there)),
        *(approval("sam", "maria", 100 + n) for n in range(back)),
        *(approval("fred", "sam", 200 + n) for n in range(others)),
    )


@pytest.mark.parametrize(
    ("counts", "found"),
    [((3, 3), 1), ((3, 2), 0), ((2, 3), 0), ((3, 3, 2), 1), ((3, 3, 3), 0)],
)
def test_a_pair_approves_enough_of_each_other_and_most_of_it(counts, found):
    asked = [*mutual(past(approvals=both_ways(*counts)), USUAL)]

    assert len(asked) == found


def test_a_pair_is_told_with_its_counts():
    (found,) = mutual(past(approvals=both_ways(4, 3, 1)), USUAL)

    assert found.question() == (
        "maria approved 4 of the 5 approved quotes of sam, who approved 3 of the 3 of"
        " maria: does anybody else look at them?"
    )
    assert len(found.tasks) == 7


def test_approvals_of_one_quote_count_once():
    often = [approval("maria", "sam", 1), approval("maria", "sam", 1)] * 3

    assert [*mutual(past(approvals=(*often, *both_ways(1, 3))), USUAL)] == []


@pytest.mark.parametrize(
    ("ties", "found"),
    [
        ([window("sam", "maria")], 1),
        ([window("maria", "sam")], 1),
        ([window("sam", "fred")], 0),
        ([window("fred", "sam")], 0),
        # It was over when the review began, or began after the approval.
        ([window("sam", "maria", starts=-9, ends=0)], 0),
        ([window("sam", "maria", starts=1)], 0),
        ([window("sam", "maria", ended_at=MONDAY + timedelta(minutes=1))], 1),
        ([], 0),
    ],
)
def test_a_delegation_ties_who_approves_to_who_asks(ties, found):
    known = past(approvals=(approval("maria"),), windows=tuple(ties))

    assert len([*bound(known, USUAL)]) == found


def test_an_owner_asks_too():
    mine = replace(review(1), owner="olga")
    known = approval("maria", review=mine)
    (found,) = bound(
        past(approvals=(known,), windows=(window("olga", "maria"),)), USUAL
    )

    assert found.question() == (
        "maria approved Q-1, and maria stood in for olga who asked for it:"
        " was that independent?"
    )
    assert (found.windows, found.tasks) == (("D-1",), ("T-1",))


@pytest.mark.parametrize(
    ("principal", "ties", "found"),
    [
        ("mona", [window("mona", "sam")], 1),
        ("mona", [window("mona", "fred")], 0),
        ("dora", [window("mona", "sam")], 0),
        # The rules let nobody do this; a record of it would be asked about.
        ("sam", [], 1),
    ],
)
def test_a_principal_ties_who_approves_to_who_asks(principal, ties, found):
    known = (approval("maria", on_behalf_of=principal),)

    assert len([*bound(past(approvals=known, windows=tuple(ties)), USUAL)]) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"starts": 40}, 0),
        ({"starts": 39}, 1),
        ({"starts": 39, "ends": 100}, 0),
        ({"ended_at": MONDAY}, 0),
        ({"id": "D-used"}, 0),
    ],
)
def test_a_window_is_dormant_after_the_days(changes, found):
    known = past(windows=(window("sam", "maria", **changes),), used={"D-used"})
    asked = [*dormant(known, USUAL)]

    assert len(asked) == found
    assert all(each.windows == ("D-1",) for each in asked)


def test_thresholds_are_heeded():
    quick = past(approvals=(approval("maria", took="60"),))
    idle = past(windows=(window("sam", "maria", starts=90),))
    far = past(review(1), review(2, days=20))
    few = past(approvals=both_ways(1, 1))
    wide = Thresholds(split_days=20, seconds=61, mutual=1, dormant_days=9)
    asked = ((splits, far), (hasty, quick), (mutual, few), (dormant, idle))

    assert [len([*test(known, USUAL)]) for test, known in asked] == [0] * 4
    assert [len([*test(known, wide)]) for test, known in asked] == [1] * 4


def test_a_row_has_a_cell_under_every_heading():
    (found,) = splits(past(review(1), review(2)), USUAL)

    assert tuple(found.row()) == HEADING
    assert cells(found.row())[4] == "Q-1 Q-2"
