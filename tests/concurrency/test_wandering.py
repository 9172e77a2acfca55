"""
Whatever the clocks of machines do, nothing is fired twice, too early or not at all.
"""

import pytest

from tests.concurrency import wandering
from tests.concurrency.company import Company
from tests.conftest import ON_BOTH
from tests.integration.executor.company import STEPS
from tests.integration.executor.company import Company as Office

on_both = pytest.mark.parametrize("kind", ON_BOTH)


@on_both
@pytest.mark.parametrize("meet", [wandering.jumps, wandering.apart])
def test_clocks_that_wander_fire_each_timer_once(fresh_database, kind, meet):
    company = Company(fresh_database(kind, ready=True))
    meet(company, number=4)
    company.close()


@pytest.fixture
def reminding(fresh_database, kind):
    """
    An office that reminds of each task every hour, 72 times.
    """
    steps = {
        name: {**step, "remindAfterHours": list(range(1, 73)), "escalateTo": []}
        for name, step in STEPS.items()
    }
    found = Office(
        fresh_database(kind, ready=True),
        steps={**steps, "finance": {"role": "finance", "slaHours": 96}},
        defaults={"slaHours": 96, "fallbackRole": "deal_desk"},
    )
    yield found
    found.runtime.database.close()


@on_both
def test_three_days_without_a_worker_become_one_reminder(reminding):
    wandering.backlog(reminding, number=3, down={"days": 3})


@on_both
@pytest.mark.proof
def test_a_backlog_of_three_days_is_one_reminder_for_each_task(reminding, figure):
    reminded = wandering.backlog(reminding, number=100, down={"days": 3})

    said = f"{sum(reminded)} for {len(reminded)} tasks"
    figure("reminders after three days without a worker", "1 for each task", said)
