"""
How roles and people answer, from what was known: enough, too little, and long queues.
"""

from math import log1p
from random import Random

import pytest

from approval_engine.analytics.forecast.habits import ENOUGH, Habits
from approval_engine.analytics.forecast.past import Known


def known(hours, role="finance", person=None, beside=0, *, answered=True):
    return Known(
        hours=hours, answered=answered, role=role, person=person, queue=log1p(beside)
    )


def habits(rows):
    return Habits(sorted(rows, key=lambda each: each.hours))


def test_a_role_with_enough_answers_is_told_by_its_own():
    rows = [known(10.0) for _ in range(200)]
    rows += [known(100.0, "legal") for _ in range(200)]
    found = habits(rows)

    assert found.curve("finance").when(0.5) == 10
    assert found.curve("legal").when(0.5) == 100


def test_a_role_with_few_answers_leans_on_all():
    rows = [known(10.0) for _ in range(100)]
    rows += [known(100.0, "legal") for _ in range(3)]
    found = habits(rows)

    # Three of its own against as many as ten of all.
    assert found.curve("legal").left(50) == pytest.approx(
        (3 + 10 * 3 / 103) / 13, abs=1e-9
    )


@pytest.mark.parametrize("answers", [0, 19, 20])
def test_too_little_is_said_of_each_role(answers):
    rows = [known(5.0) for _ in range(answers)]
    rows += [known(5.0, answered=False) for _ in range(50)]
    rows += [known(5.0, "legal") for _ in range(ENOUGH)]

    lacks = f"Too little history: a role needs 20 answers, and Finance has {answers}."
    assert habits(rows).too_few(["legal", "finance"]) == (
        None if answers == ENOUGH else lacks
    )


def test_a_person_leans_on_his_role():
    rows = [known(10.0, person="fred") for _ in range(100)]
    rows += [known(40.0, person="fiona") for _ in range(100)]
    found = habits(rows)

    assert found.curve("finance", "fred").when(0.5) == 10
    assert found.curve("finance", "fiona").when(0.5) == 40
    # Of somebody new his role is all that is known.
    assert found.curve("finance", "felix").left(20) == pytest.approx(0.5)


def planted(drag, count=600):
    dice = Random(7)  # noqa: S311 the same each time
    rows = []
    for _ in range(count):
        beside = dice.randrange(12)
        hours = 8 * dice.lognormvariate(0, 0.7) * (1 + beside) ** drag
        rows.append(known(hours, beside=beside))
    return habits(rows)


def test_queues_that_make_slow_are_found_and_told():
    found = planted(0.6)

    assert found.drag == pytest.approx(0.6, abs=0.12)
    assert found.slow("finance", 11) > 1.3
    assert found.slow("finance", 0) < 0.7


def test_queues_that_make_no_difference_are_told_as_none():
    found = planted(0.0)

    assert found.drag < 0.1
    assert found.slow("finance", 40) < 1.25
