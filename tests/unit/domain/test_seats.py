"""
Who has a seat of a step: holders, authors and principals, with all their accounts.
"""

import pytest

from approval_engine.domain.lifecycle import ANSWERED, OPEN_TASK, TaskStatus
from approval_engine.domain.seats import answered, taken
from tests.factories import make_directory, make_user
from tests.unit.domain.test_actions import make_task

TWIN = make_directory(make_user("lars", email="lena@example.com"))


def test_a_holder_and_his_principal_have_a_seat_with_all_their_accounts():
    seat = make_task(assignee="lena", principal="fred", status=TaskStatus.DELEGATED)

    assert taken((seat,), TWIN) == dict.fromkeys(("lena", "lars", "fred"), "T-1")
    assert answered((seat,), TWIN) == {}


@pytest.mark.parametrize("status", sorted(ANSWERED))
def test_an_author_has_the_seat_that_he_answered(status):
    seat = make_task(assignee="fiona", closed_by="lars", status=status)

    assert set(taken((seat,), TWIN)) == {"lena", "lars"}
    assert taken((seat,), TWIN) == answered((seat,), TWIN)


@pytest.mark.parametrize("status", sorted(set(TaskStatus) - ANSWERED - OPEN_TASK))
def test_whoever_closed_a_seat_without_an_answer_has_none(status):
    seat = make_task(assignee="fred", closed_by="fiona", status=status)

    assert taken((seat,), TWIN) == {}


def test_a_pool_is_nobodys_seat():
    assert taken((make_task(),), TWIN) == {}
