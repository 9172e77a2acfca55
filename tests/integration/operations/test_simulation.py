"""
What a draft of a policy would change, on quotes of the past and on a file of quotes.
"""

import pytest

from approval_engine.errors import DocumentError, InvalidInput
from approval_engine.operations import simulation
from approval_engine.policy.load import load
from tests.integration.executor.company import (
    INPUTS,
    TRIGGERS,
    Company,
    document,
    policy,
    quote,
)


@pytest.fixture
def company(ready_database_url):
    company = Company(ready_database_url)
    yield company
    company.runtime.database.close()


def draft(floor="< 24", **changes):
    margin = {**TRIGGERS[0], "when": {"margin_pct": floor}}
    triggers = {"triggers": [margin, *TRIGGERS[1:]]}
    return load(document(policy(version="2", **triggers | changes)))


def words(found):
    made = found.figures
    counts = (made.automatic, made.caught, made.refused, made.admitted)
    return made.quotes, [each.quote for each in found.changed], counts


def test_the_same_rules_change_nothing(company):
    for number, margin in enumerate(("21.4", "30")):
        company.submit(company.quote(f"Q-{number}", margin_pct=margin))

    found = simulation.of_history(company.runtime, draft())

    assert words(found) == (2, [], (0, 0, 0, 0))
    asked = [(each.step, each.before, each.after) for each in found.steps]
    assert asked == [("finance", 1, 1), ("manager", 1, 1)]


@pytest.mark.parametrize(
    ("floor", "changed", "counts"),
    [
        ("< 20", ["Q-low"], (1, 0, 0, 0)),
        ("< 35", ["Q-high"], (0, 1, 0, 0)),
        ("< 10", ["Q-low"], (1, 0, 0, 0)),
    ],
)
def test_what_nobody_or_somebody_at_last_is_asked_about_is_counted(
    company, floor, changed, counts
):
    company.submit(company.quote("Q-low", margin_pct="21.4"))
    company.submit(company.quote("Q-high", margin_pct="30"))

    found = simulation.of_history(company.runtime, draft(floor))

    assert words(found) == (2, changed, counts)


def test_the_past_is_every_submitted_revision_and_no_quote_that_was_not(company):
    first = company.started(margin_pct="21.4")
    company.act(first, "finance", "return", "fred")
    company.revised(first, margin_pct="30")
    company.quote("Q-draft")

    found = simulation.of_history(company.runtime, draft("< 35"))

    assert found.figures.quotes == 2
    assert [(each.quote, each.revision) for each in found.changed] == [("Q-1", 2)]
    assert simulation.of_history(company.runtime, draft("< 35"), 1).figures.quotes == 1


def test_quotes_of_a_file_need_not_be_stored_and_are_not(company):
    quotes = document([quote("Q-new", margin_pct="30"), quote("Q-old")])

    found = simulation.of_file(company.runtime, draft("< 35"), quotes)

    assert words(found) == (2, ["Q-new"], (0, 1, 0, 0))
    assert simulation.of_history(company.runtime, draft()).figures.quotes == 0


def test_a_quote_that_only_one_of_them_can_judge_is_told_with_the_reason(company):
    inputs = [*INPUTS[:2], {"name": "clause", "type": "number"}]
    triggers = [TRIGGERS[0], TRIGGERS[2]]
    company.submit(company.quote(margin_pct="30"))

    found = simulation.of_history(
        company.runtime, draft(inputs=inputs, triggers=triggers)
    )

    assert words(found) == (1, ["Q-1"], (0, 0, 1, 0))
    assert "clause" in found.changed[0].after.refused
    assert found.changed[0].before.refused == ""


def test_what_is_no_quote_is_refused_as_a_whole(company):
    quotes = document([quote("Q-1"), {"id": "Q-2"}])

    with pytest.raises(DocumentError):
        simulation.of_file(company.runtime, draft(), quotes)
    with pytest.raises(InvalidInput, match="there are none"):
        simulation.of_file(company.runtime, draft(), document([]))
