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


@on_both
def test_three_days_without_a_worker_become_one_reminder(fresh_database, kind):
    steps = {
        name: {**step, "remindAfterHours": list(range(1, 73)), "escalateTo": []}
        for name, step in STEPS.items()
    }
    office = Office(
        fresh_database(kind, ready=True),
        steps={**steps, "finance": {"role": "finance", "slaHours": 96}},
        defaults={"slaHours": 96, "fallbackRole": "deal_desk"},
    )
    wandering.backlog(office, number=3, down={"days": 3})
    office.runtime.database.close()
