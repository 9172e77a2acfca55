"""
The words of a mail about one workflow: facts against thresholds, lines, people.
"""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from approval_engine.notifications.wording import Case
from approval_engine.planner.plan import FactSeen
from approval_engine.policy.model import InputType
from tests.factories import make_directory, make_line, make_quote, make_user
from tests.unit.definitions.plans import make_plan, make_reason, make_step


def fact(name="margin_pct", value="21.4", test="< 24", lines=()):
    return FactSeen(name=name, value=value, test=test, lines=lines)


def step(*facts):
    return make_step(reasons=(make_reason(reason="below_floor", facts=facts),))


def case(quote=None, *steps):
    money = SimpleNamespace(name="amount", type=InputType.MONEY)
    return Case(
        workflow=SimpleNamespace(id="WF-1"),
        plan=make_plan(*steps),
        quote=quote or make_quote(),
        policy=SimpleNamespace(inputs=(money,), currency="EUR"),
        directory=make_directory(make_user("fred", name="Fred Albright")),
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([fact()], "margin 21.4 %, floor 24 %"),
        ([fact(test="<= 24")], "margin 21.4 %, floor 24 %"),
        (
            [fact("amount", "624096", "> 500000")],
            "amount EUR 624,096, limit EUR 500,000",
        ),
        ([fact("region", "APAC", '"APAC"')], "region APAC"),
        # What has a bound says more than what has none.
        ([fact("region", "APAC", '"APAC"'), fact()], "margin 21.4 %, floor 24 %"),
        ([], ""),
    ],
)
def test_a_subject_has_the_fact_that_says_most(facts, said):
    assert case().brief(step(*facts)) == said


def test_each_fact_stands_once_against_its_threshold():
    assert case().facts(
        step(fact(), fact(), fact("region", "APAC", 'not("EMEA")'))
    ) == (
        "Margin 21.4 %, asked when below 24 %",
        "Region APAC, asked when not EMEA",
    )


def test_lines_that_breach_are_named_with_what_they_are_and_cost():
    lines = (make_line("1"), replace(make_line("2"), product="Seat\r\nBcc: x"))
    about = step(fact(lines=("2",)), fact(lines=("9",)))

    (said,) = case(make_quote(lines=lines)).breaching(about)
    assert said.startswith("2 Seat Bcc: x: ")
    assert said.endswith(", below floor")


def test_the_amount_is_that_of_the_lines_or_the_one_that_was_given():
    lines = (replace(make_line(), quantity=Decimal(2), net_price=Decimal("1.5")),)
    with_lines = make_quote(lines=lines, currency="USD")
    without = make_quote(lines=(), inputs={"amount": "184000"}, currency="USD")

    assert case(with_lines).amount == "USD 3"
    assert case(without).amount == "USD 184,000"
    assert case(make_quote(lines=(), inputs={})).amount == ""


def test_people_have_names_and_strangers_their_id():
    assert case().names(["fred", "eve"]) == "Fred Albright or eve"


def test_what_others_wrote_is_one_line():
    found = case(make_quote("Q-1\u2028x", account="ACME\r\n\r\nPay me"))

    assert found.account == "ACME Pay me"
    assert found.subject == "Q-1 x revision 1"
