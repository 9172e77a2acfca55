"""
A sender dies at any point: nothing is lost, and what comes twice is the same message.
"""

import pytest

from tests.concurrency import posting
from tests.concurrency.oracle import assert_all_holds
from tests.concurrency.zygote import SAID


def test_a_sender_killed_at_any_point_loses_nothing(company, worker):
    with posting.opened(company, "workflow.approved") as office:
        died_at = posting.kill_at_every_point(office, worker)
        again, came = posting.told_twice(office)

    assert SAID in died_at
    assert 0 < again < came


def test_without_a_kill_everything_comes_once(company, worker):
    with posting.opened(company, "task.opened") as office:
        posting.undisturbed(office, worker)

        assert posting.told_twice(office)[0] == 0


@pytest.mark.proof
def test_senders_killed_at_random_moments_lose_nothing(company, worker, figure):
    with posting.opened(company, "task.opened") as office:
        died = posting.kill_at_random(office, worker, kills=1000, seed=5)
        again, came = posting.told_twice(office)

    assert_all_holds(company.runtime)
    # How many come twice is a matter of how many messages there are for each death.
    share = f"{again} of {came} came twice under one identity ({again / came:.1%})"
    figure(
        "senders killed at any moment, a mail server with mishaps",
        "1,000 killed, 0 lost, twice 5 % or fewer",
        f"{died} killed, 0 lost, {share}",
    )
