"""
Workers are processes: they share what is due, and none of it is done twice or never.
"""

import pytest

from tests.concurrency import crew


@pytest.mark.parametrize("workers", [2, 4])
def test_worker_processes_fire_each_timer_once(company, workers):
    crew.fire(company, workers, overdue=200)


@pytest.mark.proof
@pytest.mark.parametrize("workers", [2, 4])
def test_ten_thousand_timers_are_fired_once_although_a_worker_is_killed(
    company, workers, figure
):
    crew.fire(company, workers, overdue=10_000, kill=True)

    found = "10,000 due, each fired once"
    figure(f"{workers} workers, of which one is killed", found, found)
