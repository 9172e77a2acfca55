"""
Controls on a real database: each plant is found, and a clean history says nothing.
"""

import pytest
from sqlalchemy import event

from approval_engine.operations import controls
from tests.integration.archived import grown_old, put_away
from tests.integration.executor.company import Company
from tests.integration.operations.planted import clean, planted, submitted


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def test_a_clean_history_raises_no_question(company):
    clean(company)
    company.wait(days=61)
    found = controls.examined(company.runtime)

    # The window of the stand-in who decided was used, so it is not dormant either.
    assert (found.reviews, found.approvals, found.findings) == (9, 7, ())
    assert set(found.counts().values()) == {0}


def test_each_plant_is_found_and_nothing_else(company):
    clean(company)
    plants = planted(company)
    found = controls.examined(company.runtime)
    told = {
        str(each.control): (each.workflows, each.windows) for each in found.findings
    }
    (pair,) = (each for each in found.findings if each.control == "mutual_approvals")
    told["mutual_approvals"] = pair.people

    assert set(found.counts().values()) == {1}
    assert told == plants
    assert company.findings() == ()


def test_only_the_days_are_looked_at(company):
    clean(company)
    planted(company)
    found = controls.examined(company.runtime, 60)

    assert (found.reviews, found.approvals) == (0, 0)
    # A delegation is dormant now, whatever was submitted lately.
    assert [str(each.control) for each in found.findings] == ["dormant_delegations"]


def test_no_more_than_the_newest_reviews_are_read(company, monkeypatch):
    clean(company)
    monkeypatch.setattr(controls, "MOST", 4)
    sent = []
    engine = company.runtime.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    found = controls.examined(company.runtime)
    reads = [each for each in sent if each.startswith("SELECT")]

    assert (found.reviews, found.is_cut) == (4, True)
    # Reviews, months, events, a policy, windows, and which of these were used.
    assert len(reads) <= 6


def test_logs_that_were_put_away_are_looked_at(company):
    quick = submitted(company)
    company.act(quick, "finance", "approve", "fred")
    company.act(quick, "manager", "approve", "maria")
    before = controls.examined(company.runtime, 3650)
    grown_old(company)
    put_away(company)
    after = controls.examined(company.runtime, 3650)

    assert [each.tasks for each in after.findings] == [
        each.tasks for each in before.findings
    ]
    assert len(after.findings) == 2
