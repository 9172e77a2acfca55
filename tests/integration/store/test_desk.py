"""
Lists of quotes, of reviews and of exceptions on both databases: order, pages, filters.
"""

from datetime import date

import pytest

from approval_engine.domain.exceptions import Waives
from approval_engine.domain.lifecycle import ExceptionStatus
from approval_engine.store import desk, exceptions, quotes, register
from approval_engine.store.desk import Only, Order, QueueFilter
from approval_engine.store.exceptions import ExceptionRow
from approval_engine.store.quotes import QuoteFilter
from approval_engine.store.register import RegisterFilter, Standing
from tests.integration.executor.company import Company

TODAY = date(2026, 3, 2)
NOW = "2026-03-02T09:00:00.000000Z"


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def pages(company, list_of, wanted, going_on):
    """
    The pages of two each, to the end.
    """
    found = []
    with company.runtime.database.read() as transaction:
        while rows := list_of(transaction, wanted, 2):
            found.append(rows)
            wanted = going_on(wanted, rows[-1])
    return found


def further(wanted, last):
    fields = {name: getattr(wanted, name) for name in wanted.__slots__}
    return type(wanted)(**{**fields, "after": last.place})


@pytest.mark.parametrize("few", [desk.FEW, 0], ids=["sorted", "along an index"])
@pytest.mark.parametrize(
    ("order", "expected"),
    [(Order.VALUE, "54132"), (Order.CLOSING, "23145"), (Order.AGE, "12345")],
)
def test_the_queue_in_pages(company, monkeypatch, few, order, expected):
    monkeypatch.setattr(desk, "FEW", few)
    days = ["2026-04-02", "2026-04-01", "2026-04-01", None, None]
    for amount, day in zip("31299", days, strict=True):
        company.started(amount=amount, neededBy=day)
    company.started(amount="50", margin_pct="30")
    found = pages(company, desk.queue, QueueFilter(now=NOW, order=order), further)
    names = [row.quote_id.removeprefix("Q-") for rows in found for row in rows]

    assert "".join(names) == expected
    assert [len(rows) for rows in found] == [2, 2, 1]


def test_the_filters_of_the_queue(company):
    company.started()
    company.started(clause=True)
    company.act("WF-8810", "manager", "approve", "maria")

    def found(**wanted):
        with company.runtime.database.read() as transaction:
            wanted = QueueFilter(now=NOW, order=Order.AGE, **wanted)
            return [row.workflow for row in desk.queue(transaction, wanted, 10)]

    assert found(role="legal") == ["WF-8810"]
    assert found(holder="maria") == ["WF-8809"]
    assert found(search="ACM") == ["WF-8809", "WF-8810"]
    assert found(search="100%") == []
    assert found(only=Only.LATE) == found(only=Only.HELD) == []


def test_my_quotes_in_pages(company):
    for number in range(5):
        company.quote(f"Q-{number}", submittedBy="olga", owner="sam")
        company.wait(hours=1)
    company.quote("Q-4", revision=2, owner="sam")
    company.quote("Q-9", submittedBy="olga")
    company.submit("Q-4")
    found = pages(company, quotes.page, QuoteFilter(person="sam"), further)
    rows = [row for each in found for row in each]

    assert [row.quote.id for row in rows] == ["Q-4", "Q-3", "Q-2", "Q-1", "Q-0"]
    assert (rows[0].quote.revision, rows[0].status) == (2, "pending")
    assert all(row.is_draft for row in rows[1:])


def test_the_register_in_pages(company):
    for _ in range(3):
        company.started()
    with company.runtime.database.begin() as transaction:
        for number in range(1, 4):
            exceptions.add(transaction, exception(number, date(2026, 3, number)))

    def following(wanted, last):
        before = int(last.id.removeprefix("EX-"))
        fields = {name: getattr(wanted, name) for name in wanted.__slots__}
        return RegisterFilter(**{**fields, "before": before})

    def found(standing=None):
        wanted = RegisterFilter(today=TODAY, standing=standing)
        listed = pages(company, register.page, wanted, following)
        return [row.id for rows in listed for row in rows]

    assert found() == ["EX-3", "EX-2", "EX-1"]
    assert found(Standing.ACTIVE) == found(Standing.SOON) == ["EX-3", "EX-2"]
    assert found(Standing.EXPIRED) == ["EX-1"]
    assert found(Standing.PENDING) == []
    with company.runtime.database.read() as transaction:
        assert register.uses(transaction, exception(1, TODAY), 10) == ()


def exception(number, last_day):
    waives = Waives(trigger="band", within="amount<=1", ends_on=last_day, uses=None)
    return ExceptionRow(
        id=f"EX-{number}",
        account="ACME",
        waives=waives,
        used=0,
        status=ExceptionStatus.ACTIVE,
        requested_by="sam",
        granted_by=("dora",),
        workflow_id=f"WF-{8808 + number}",
        created_at=NOW,
    )
