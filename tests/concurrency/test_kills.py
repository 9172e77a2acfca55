"""
A process dies at any point of any command, and the next one finds nothing half done.
"""

import pytest

from tests.concurrency.kills import COMMANDS, kill_at_every_point, kill_at_random
from tests.concurrency.oracle import assert_all_holds
from tests.concurrency.zygote import COMMITTED


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_killed_at_any_point_takes_effect_once(company, worker, name):
    died_at = kill_at_every_point(company, worker, name)

    assert died_at[-2:] == ["commit", COMMITTED]
    assert died_at.count("commit") == 1
    assert_all_holds(company.runtime)


@pytest.mark.proof
def test_a_thousand_kills_at_random_moments_lose_and_double_nothing(
    company, worker, figure
):
    kill_at_random(company, worker, kills=1000, seed=1)

    assert_all_holds(company.runtime)
    lost = "0 lost, 0 doubled, 0 stuck"
    figure("commands killed at any moment", f"1,000, {lost}", f"1,000, {lost}")
