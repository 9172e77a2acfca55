"""
A replan beside a canary, and a segment over money where the versions count otherwise.
"""

import json
from dataclasses import replace

import pytest

from approval_engine.errors import InvalidState
from approval_engine.executor import canary_replay
from approval_engine.executor.commands import canary as ending
from approval_engine.executor.commands.replan import preview, replan
from approval_engine.operations import intake
from approval_engine.operations.rates import import_rates
from approval_engine.store import events
from tests.integration.executor.company import STEPS, document, policy
from tests.integration.executor.test_canary import (
    DANA,
    first,
    ids,
    refusing,
    seen,
    start,
)

SLOWER = {**STEPS, "finance": {**STEPS["finance"], "slaHours": 48}}
RATES = b"currency,date,rate\nGBP,2026-02-27,2\nEUR,2026-02-27,2\n"
LOWER = b"currency,date,rate\nGBP,2026-02-27,1.5\n"
CORPORATE, TREASURY = (
    {"set": n, "on": "first_submit"} for n in ("corporate", "treasury")
)


def test_a_replan_that_the_new_version_refuses_goes_by_the_one_in_force(company):
    start(company, document=refusing("3"))
    quotes = [*ids(company, below=5000), *ids(company, from_=5000)]
    before = [company.submit(company.quote(each)).workflow for each in quotes]
    ending.stop(company.runtime, DANA)
    newer = document(policy(version="2", steps=SLOWER))
    intake.publish_policy(company.runtime, newer, "dana")
    company.wait(minutes=1)
    start(company, version="3", share=5000)

    rules = []
    for workflow in before:
        foreseen = preview(company.runtime, workflow)
        done = replan(company.runtime, workflow, DANA)
        assert (foreseen.policy_version, done.policy_version) == ("2", "2")
        assert (foreseen.kept, foreseen.added) == (done.kept, done.added)
        rules.append(first(company, done.successor)["canary"]["rule"])

    assert rules == ["failed", "share"]
    assert company.is_sound()
    assert not company.findings()


def test_a_replan_that_has_no_other_version_to_go_by_changes_nothing(company):
    start(company, document=refusing())
    (inside,) = ids(company, below=5000)
    workflow = company.submit(company.quote(inside)).workflow
    company.wait(minutes=1)
    start(company, share=5000)

    for deed in (
        lambda: preview(company.runtime, workflow),
        lambda: again(company, workflow),
    ):
        with pytest.raises(InvalidState, match="has policy 'deal-desk' version 1"):
            deed()
    assert company.case(workflow).status == "pending"


def again(company, workflow):
    return replan(company.runtime, workflow, DANA)


@pytest.mark.parametrize(
    ("currency", "changes"),
    [
        ("GBP", {"rates": TREASURY}),
        ("EUR", {"currency": "EUR"}),
        ("USD", {"currency": "EUR", "rates": CORPORATE}),
    ],
    ids=["other rates", "other currency", "in the money of the old one"],
)
def test_a_segment_over_money_is_judged_again_as_it_was(
    make_company, currency, changes
):
    company = make_company(rates=CORPORATE)
    import_rates(company.runtime, RATES, "rates.csv")
    import_rates(company.runtime, LOWER, "rates.csv", "treasury")
    new = document(policy(version="2", **changes))
    start(company, document=new)
    segment = "amount >= 1000000"
    start(company, share=5000, segment=segment)
    (inside,), (small,) = (
        ids(company, below=5000),
        ids(company, below=5000, count=2)[1:],
    )
    # 1,200,000 and 600,000 in the money of the version in force.
    large = {"USD": "1200000"}.get(currency, "600000")
    half = {"USD": "600000"}.get(currency, "300000")

    workflow, other = (
        company.submit(company.quote(name, currency=currency, amount=amount)).workflow
        for name, amount in ((inside, large), (small, half))
    )

    assert first(company, other)["canary"]["rule"] == "segment"
    assert first(company, workflow)["canary"]["rule"] in {"share", "failed"}
    assert seen(company)[inside].worth == 1_200_000_00
    assert company.is_sound()
    assert not company.findings()


def test_a_rate_of_a_segment_that_was_forged_is_found(make_company):
    company = make_company(rates=CORPORATE)
    import_rates(company.runtime, RATES, "rates.csv")
    start(company, document=document(policy(version="2", currency="EUR")))
    start(company, share=5000, segment="amount >= 1000000")
    (inside,) = ids(company, below=5000)
    quote = company.quote(inside, currency="EUR", amount="600000")
    workflow = company.submit(quote).workflow

    with company.runtime.database.read() as transaction:
        log = events.of(transaction, workflow)
        data = json.loads(log[0].data)
        assert data["canary"]["side"] == "canary"
        assert data["canary"]["rate"] == {
            "currency": "EUR",
            "into": "USD",
            "on": "2026-02-27",
            "rate": "2",
        }
        data["canary"]["rate"]["rate"] = "1"
        forged = (replace(log[0], data=json.dumps(data)), *log[1:])
        found = canary_replay.difference(company.runtime, transaction, forged)
        assert "canary rule" in found
        assert canary_replay.difference(company.runtime, transaction, log) is None
