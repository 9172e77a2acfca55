"""
Workers are processes: they share what is due, and none of it is done twice or never.
"""

import pytest

from tests.concurrency import crew


@pytest.mark.parametrize("workers", [2, 4])
def test_worker_processes_fire_each_timer_once(company, workers):
    crew.fire(company, workers, overdue=200)


def test_a_worker_that_is_killed_leaves_nothing_undone(company):
    crew.harass(company, workers=2, overdue=60)


@pytest.mark.proof
def test_ten_thousand_timers_are_fired_once_while_workers_are_killed(company, figure):
    kills, lag_s = crew.harass(company, workers=4, overdue=10_000)

    slow = lag_s[int(len(lag_s) * 0.99)]
    said = f"{len(lag_s)} fired once, {kills} workers killed, p99 after {slow:.0f} s"
    figure("10,000 due timers, 4 workers", "each once, p99 60 s", said)
