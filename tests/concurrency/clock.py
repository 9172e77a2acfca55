"""
The clock meets people: on a step that silence rejects, and on a seat that two share.
"""

from functools import partial

from approval_engine.domain.actions import Action
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.tick import tick
from tests.concurrency.company import LATE, MANAGERS, NOW, caller
from tests.concurrency.oracle import assert_sound
from tests.concurrency.race import inside, together
from tests.concurrency.scenes import word

SHARED, SILENT = 40, 50
"""The discounts that ask the step of that name alone."""

PERSON_FIRST, CLOCK_FIRST = 0, 1

OUTCOMES = {
    (SILENT, PERSON_FIRST): (("applied", "nothing"), "approved", ["approved"]),
    (SILENT, CLOCK_FIRST): (("InvalidState", "applied"), "rejected", ["not_required"]),
    (SHARED, PERSON_FIRST): (("applied", "nothing"), "approved", ["approved"]),
    (SHARED, CLOCK_FIRST): (
        ("applied", "applied"),
        "approved",
        ["approved", "not_required"],
    ),
}
"""What both come to, and workflow and tasks, by discount and who is first."""

BOTH_ANSWER = {
    ("applied", "InvalidState"): ["approved", "not_required"],
    ("InvalidState", "applied"): ["escalated", "approved"],
}
"""What becomes of the two tasks of a seat when both are answered at once."""


def person_and_clock(company, discount, first, where):
    """
    One of them meets the other inside its transaction.
    """
    workflow = company.submitted(discount)
    sides = _sides(company, workflow, (MANAGERS[0], 0), None)
    outcomes = inside(sides[first], sides[1 - first], where)
    words = tuple(word(each) for each in outcomes)
    expected, status, tasks = OUTCOMES[discount, first]
    assert words == (expected[first], expected[1 - first])
    assert _seen(company, workflow) == (status, tasks)


def person_and_clock_at_once(company, discount, rounds):
    """
    Both go at the same moment, again and again.
    """
    possible = [OUTCOMES[discount, first] for first in (PERSON_FIRST, CLOCK_FIRST)]
    for _ in range(rounds):
        workflow = company.submitted(discount)
        sides = _sides(company, workflow, (MANAGERS[0], 0), None)
        words = tuple(word(each) for each in together([each.call for each in sides]))
        assert (words, *_seen(company, workflow)) in possible


def both_answer(company, rounds):
    """
    Whoever was asked first and whoever was asked beside him approve at once.
    """
    for _ in range(rounds):
        workflow = company.submitted(SHARED)
        tick(company.late, workflow)
        sides = _sides(company, workflow, (MANAGERS[0], 0), ("dana", 1))
        words = tuple(word(each) for each in together([each.call for each in sides]))
        assert _seen(company, workflow) == ("approved", BOTH_ANSWER[words])


def _sides(company, workflow, *deeds):
    """
    A side for each deed: a person on one of the tasks, or the clock for None.
    """
    sides = company.sides(*(LATE if deed is None else NOW for deed in deeds))
    for side, deed in zip(sides, deeds, strict=True):
        if deed is None:
            side.call = partial(tick, side.runtime, workflow)
            continue
        person, number = deed
        task = company.read(workflow).tasks[number].id
        wish = Wish(workflow=workflow, task=task, action=Action.APPROVE)
        side.call = partial(act, side.runtime, wish, caller(person))
    return sides


def _seen(company, workflow):
    assert_sound(company.runtime, workflow)
    found = company.read(workflow)
    return str(found.status), [str(task.status) for task in found.tasks]
