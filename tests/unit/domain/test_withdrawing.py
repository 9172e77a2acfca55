"""
Withdrawing a seat: every rule, every answer, every order, up to four seats.

Whatever happens, only the answer of a person may approve.
"""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations, product

import pytest

from approval_engine.domain.actions import Withdrawal, withdraw
from approval_engine.domain.actions.withdrawing import without_seat
from approval_engine.domain.completion import Completion, Outcome, Rule
from approval_engine.domain.events import Fact
from approval_engine.domain.outcome import outcome_of
from approval_engine.errors import Forbidden, InvalidInput, InvalidState
from tests.factories import make_task, make_workflow
from tests.unit.domain.test_actions import make_around

ADMINS = {"admin": ("dora", "sam")}
AROUND = make_around(roles=ADMINS, inactive=("fred",))
ANSWERS = ("open", "approved", "rejected", "returned")


def rules(seats):
    yield Completion(rule=Rule.ANY)
    yield Completion(rule=Rule.FIRST_RESPONSE)
    yield Completion(rule=Rule.ALL)
    yield Completion(rule=Rule.ALL_RESPOND_ANY)
    for count in range(1, seats + 1):
        yield Completion(rule=Rule.QUORUM, count=count)
    for percent in (10, 34, 50, 51, 67, 100):
        yield Completion(rule=Rule.PERCENT, percent=Decimal(percent))


CASES = [
    (replace(rule, wait_for_all=waits), seats)
    for seats in range(1, 5)
    for waits in (False, True)
    for rule in rules(seats)
]


def undecided(rule, seats):
    """
    Every state of a step in which the leaver's seat is open and nothing is decided.
    """
    gone = make_task("T-1", seat=1, assignee="fred")
    for statuses in product(ANSWERS, repeat=seats - 1):
        answered = [n for n, status in enumerate(statuses) if status != "open"]
        for order in permutations(answered):
            others = (
                make_task(
                    f"T-{number + 2}",
                    seat=number + 2,
                    assignee="maria",
                    status=status,
                    closed_seq=order.index(number) if number in answered else None,
                )
                for number, status in enumerate(statuses)
            )
            workflow = make_workflow(gone, *others)
            if outcome_of(workflow, "finance", rule) is None:
                yield workflow


def ask(rule, workflow, task=None, around=AROUND, **changes):
    values = {"actor": "dora", "channel": "t", "comment_sha256": "c" * 64, **changes}
    request = Withdrawal(rule=rule, **values)
    return withdraw(workflow, task or workflow.tasks[0], request, around)


def refusal(rule, workflow):
    """
    The sentence that says no to taking the leaver's seat out; None if it may go.
    """
    try:
        ask(rule, workflow)
    except Forbidden as refused:
        return str(refused)
    return None


def still_wanted(rule, workflow):
    """
    How many more people must approve, found by letting them; None if none can.
    """
    left = [task for task in workflow.tasks if task.is_open]
    for count in range(len(left) + 1):
        tasks = workflow.tasks
        for number, task in enumerate(left[:count]):
            yes = replace(task, status="approved", closed_seq=100 + number)
            tasks = tuple(yes if each.id == task.id else each for each in tasks)
        if outcome_of(replace(workflow, tasks=tasks), "finance", rule) is (
            Outcome.APPROVED
        ):
            return count
    return None


@pytest.mark.parametrize(("rule", "seats"), CASES)
def test_a_seat_that_is_taken_out_approves_nothing(rule, seats):
    for before in undecided(rule, seats):
        after = without_seat(before, before.tasks[0])
        given = {str(task.status) for task in after.tasks if not task.withdrawn}
        if said := refusal(rule, before):
            # Each reason, put as somebody would count it by hand.
            wanted = rule.rule is Rule.QUORUM and rule.count
            if rule.rule is Rule.PERCENT:
                wanted = -(-int(rule.percent) * seats // 100)
            impossible = seats == 1 or wanted > seats - 1
            assert impossible or ("open" not in given and "approved" in given)
            assert "reassign it, or override the review" in said
            continue
        outcome = outcome_of(after, "finance", rule)
        assert outcome is not Outcome.APPROVED
        if outcome is not None:
            assert given & {"rejected", "returned"}
        else:
            assert "open" in given
            assert still_wanted(rule, after) != 0


@pytest.mark.parametrize(("rule", "seats"), CASES)
def test_no_fewer_people_approve_than_before_but_where_all_must(rule, seats):
    for before in undecided(rule, seats):
        if refusal(rule, before):
            continue
        after = without_seat(before, before.tasks[0])
        if (wanted := still_wanted(rule, after)) is None:
            continue
        counts_all = rule.rule is Rule.ALL or rule.wait_for_all
        counts_all |= rule.rule is Rule.ALL_RESPOND_ANY
        fewer = still_wanted(rule, before) - wanted
        assert fewer in ({0, 1} if counts_all else {0})


ALL = Completion(rule=Rule.ALL)
TWO_OF_THREE = Completion(rule=Rule.QUORUM, count=2)


def step(*statuses, **changes):
    first = make_task("T-1", **{"seat": 1, "assignee": "fred", **changes})
    others = (
        make_task(f"T-{n}", seat=n, status=status, closed_seq=n, assignee="maria")
        for n, status in enumerate(statuses, 2)
    )
    return make_workflow(first, *others)


@pytest.mark.parametrize(
    ("rule", "workflow", "words"),
    [
        (ALL, step("approved", "approved"), "that alone would approve its step"),
        (ALL, step(), "nobody would be left to decide its step"),
        (
            TWO_OF_THREE,
            step("open"),
            "its step needs 2 approvals and would have 1 seats",
        ),
        (
            Completion(rule=Rule.ALL_RESPOND_ANY),
            step("rejected", "approved"),
            "that alone would approve its step",
        ),
    ],
)
def test_what_would_decide_by_itself_is_refused(rule, workflow, words):
    with pytest.raises(Forbidden, match=words):
        ask(rule, workflow)


def test_the_fact_names_whom_it_asked_and_who_took_it_out():
    fact = ask(ALL, step("approved", "open"))

    assert (fact.action, fact.actor, fact.task_id) == (
        Fact.SEAT_WITHDRAWN,
        "dora",
        "T-1",
    )
    assert fact.data == {"asked": ("fred",), "comment": "c" * 64}


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"actor": "maria"}, Forbidden, "'maria' is no admin"),
        ({"actor": "sam"}, Forbidden, "'sam' must not decide: submitter"),
        ({"actor": "nobody"}, Forbidden, "'nobody' is not in the directory"),
        ({"comment_sha256": None}, InvalidInput, "a reason is missing"),
    ],
)
def test_only_an_admin_with_a_reason_takes_a_seat_out(changes, error, words):
    with pytest.raises(error, match=words):
        ask(ALL, step("open", "open"), **changes)


@pytest.mark.parametrize(
    "workflow",
    [
        step("open", "open", assignee="maria"),
        step("open", "open", assignee=None, candidates=("fred", "fiona")),
        step("open", "open", principal="maria", status="delegated"),
    ],
    ids=["assignee", "candidate", "principal"],
)
def test_a_seat_that_somebody_can_still_take_stays(workflow):
    with pytest.raises(InvalidState, match="somebody whom it asks is still active"):
        ask(ALL, workflow)


def test_a_seat_stays_while_a_task_beside_it_asks_somebody():
    first = step("open", "open")
    beside = make_task("T-9", seat=1, assignee="fiona", escalation_level=1)
    shared = replace(first, tasks=(*first.tasks, beside))
    with pytest.raises(InvalidState, match="still active"):
        ask(ALL, shared)

    gone = replace(beside, assignee="fred")
    both = without_seat(replace(first, tasks=(*first.tasks, gone)), first.tasks[0])
    assert [task.id for task in both.tasks if task.withdrawn] == ["T-1", "T-9"]
    assert (both.tally("finance").seats, both.tally("finance").withdrawn) == (2, 1)


def test_what_is_closed_is_not_taken_out():
    with pytest.raises(InvalidState, match="but it is not required"):
        ask(ALL, step("open", status="not_required"))


def test_an_added_seat_is_no_longer_waited_for_but_approves_nothing():
    waits = step("open", ad_hoc=True)
    ask(Completion(), waits)
    after = without_seat(waits, waits.tasks[0])
    yes = replace(after.tasks[1], status="approved")
    done = replace(after, tasks=(after.tasks[0], yes))
    assert outcome_of(done, "finance", Completion()) is Outcome.APPROVED

    with pytest.raises(Forbidden, match="that alone would approve"):
        ask(Completion(), step("approved", ad_hoc=True))
