"""
However many ask at once, each thing happens once and everybody is told what is true.
"""

from statistics import quantiles

import pytest

from tests.concurrency import scenes
from tests.concurrency.race import AT_COMMIT, AT_WRITE

each_place = pytest.mark.parametrize("where", [AT_WRITE, AT_COMMIT])


def test_repeated_approvals_have_one_effect(company):
    scenes.same_approval(company, threads=16, times=25)


@pytest.mark.proof
def test_ten_thousand_repeated_approvals_have_one_effect(company, figure):
    scenes.same_approval(company, threads=16, times=625)

    found = "10,000 requests, 1 effect, 9,999 told of it"
    figure("the same approval again and again", found, found)


def test_one_of_twenty_clients_decides(company):
    scenes.contention(company, clients=20, rounds=5)


@pytest.mark.proof
def test_one_of_fifty_clients_decides(company, figure):
    took_s = scenes.contention(company, clients=50, rounds=20)

    found = "50 clients × 20, 20 winners, the others refused in words, 99 % within"
    said = f"{found} {quantiles(took_s, n=100)[-1]:.1f} s"
    figure("many want different things of one task", f"{found} 1 s", said)


def test_submits_at_once_start_one_workflow(company):
    scenes.same_submit(company, threads=16)


@each_place
def test_a_second_submit_waits_for_the_first(company, where):
    scenes.second_submit(company, where)


@each_place
def test_two_delegations_at_once_both_count(company, where):
    scenes.second_window(company, where)


def test_two_imports_of_the_same_quotes_both_succeed(company):
    scenes.same_import(company, rounds=5)


def test_one_key_serves_one_of_two_requests(company):
    scenes.one_key_two_requests(company)


def test_one_key_serves_two_people_apart(company):
    scenes.one_key_two_people(company)


def test_two_workers_fire_each_timer_once(company):
    scenes.timers(company, workers=2, overdue=200)
