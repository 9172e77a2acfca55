"""
Quotes that are asked together get the answers that each gets alone.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approval_engine.operations.alike import Asking
from approval_engine.operations.quote_intake import read_revisions
from approval_engine.operations.simulation import policies_tried
from approval_engine.policy.load import load
from tests.integration.executor.company import (
    INPUTS,
    STEPS,
    TRIGGERS,
    Company,
    document,
    policy,
    quote,
)

REGION = {"name": "region", "type": "string", "optional": True}
LADDER = {
    "sales": [
        {"role": "manager", "may": {"amount": "< 50000"}},
        {"role": "director", "may": {"amount": "< 500000"}},
        {"role": "cfo", "unlimited": True},
    ]
}
FINANCE = {
    **STEPS["finance"],
    "match": {"region": "region"},
    "slaHours": [{"when": {"margin_pct": "< 10"}, "hours": 4}, {"hours": 24}],
}
DRAFT = {
    "inputs": [*INPUTS, REGION],
    "triggers": [
        *TRIGGERS,
        {
            "id": "deep",
            "reason": "deep",
            "when": {"margin_pct": "< 15"},
            "ladder": "sales",
        },
        {
            "id": "shown",
            "reason": "shown",
            "when": {"amount": "> 900000"},
            "require": ["finance"],
            "needs": ["justification"],
        },
    ],
    "ladders": LADDER,
    "steps": {**STEPS, "finance": FINANCE},
}
LINE = {"product": "Router", "family": "HW", "quantity": 1, "listPrice": "100000"}


def lines(prices):
    return [
        {**LINE, "id": str(n), "netPrice": price} for n, price in enumerate(prices, 1)
    ]


FACTS = st.fixed_dictionaries(
    {
        "margin_pct": st.sampled_from(["9.99", "10", "14.999", "15", "24", "many"]),
        "amount": st.sampled_from(["1", "49999.99", "50000", "900001", "1000000"]),
        "clause": st.booleans(),
    },
    optional={
        "region": st.sampled_from(["EMEA", "APAC"]),
        "justification": st.sampled_from(["because", "  "]),
        "submittedBy": st.sampled_from(["sam", "maria", "fred", "carl", "nobody"]),
        "owner": st.sampled_from(["fiona", "dora"]),
        "revision": st.just(2),
        "currency": st.just("EUR"),
        "lines": st.sampled_from([lines(["90000"]), lines(["1", "2"])]),
    },
)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    path = tmp_path_factory.mktemp("alike") / "cpq.db"
    company = Company(f"sqlite:///{path}")
    yield company
    company.runtime.database.close()


def answers(company, drafted, facts, *, together):
    found = [
        quote(f"Q-{n}", **{"submittedBy": "sam", **each})
        for n, each in enumerate(facts)
    ]
    asked = [(each.row, each.quote) for each in read_revisions(document(found))]
    with company.runtime.database.read() as transaction:
        policies = policies_tried(company.runtime, transaction, drafted)
        asking = Asking(company.runtime, transaction, policies, together=together)
        return list(asking.outcomes(asked))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=1, max_size=12))
def test_quotes_get_the_same_answers_together_and_alone(company, facts):
    drafted = load(document(policy(version="2", **DRAFT)))

    together = answers(company, drafted, facts, together=True)

    assert together == answers(company, drafted, facts, together=False)


def test_of_quotes_that_are_alike_one_is_asked(company, monkeypatch):
    # Hours that depend on the margin would tell all of them apart.
    steps = {**STEPS, "finance": {**STEPS["finance"], "match": FINANCE["match"]}}
    drafted = load(document(policy(version="2", **DRAFT | {"steps": steps})))
    facts = [
        {"margin_pct": f"{n / 1000}", "amount": "7", "clause": False} for n in range(50)
    ]
    counted = []
    plain = Asking._one
    monkeypatch.setattr(
        Asking, "_one", lambda self, *given: counted.append(1) or plain(self, *given)
    )

    together = answers(company, drafted, facts, together=True)
    asked = len(counted)

    assert together == answers(company, drafted, facts, together=False)
    assert len(counted) - asked == 100
    assert asked < 5


def test_a_revision_that_is_not_stored_is_judged_as_well(company):
    drafted = load(document(policy(version="2", **DRAFT)))
    fact = {"margin_pct": "20", "amount": "7", "clause": False, "revision": 3}

    (found,) = answers(company, drafted, [fact], together=True)

    assert [each.steps for each in found] == [("manager", "finance")] * 2
