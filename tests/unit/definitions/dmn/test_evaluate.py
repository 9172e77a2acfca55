"""
Which rules count, what they say, and when a decision has no answer.
"""

from decimal import Decimal

import pytest

from approval_engine.definitions.dmn.error import DecisionError
from approval_engine.definitions.dmn.evaluate import evaluate, prepare
from approval_engine.definitions.dmn.read import read
from approval_engine.definitions.dmn.results import FORMS
from approval_engine.errors import NotFound
from tests.unit.definitions.dmn.tables import cell, column, decision, file, one, table

LOW = (["< 10"], ['"manager"'])
HIGH = ([">= 5"], ['"cfo"'])
TOP = ([">= 100"], ['"cfo"'])
NUMBERS = [("n", "number")]


def decided(xml, identity="who", **names):
    return evaluate(read(xml), identity, numbers(names))


def numbers(names):
    return {
        name: Decimal(value) if isinstance(value, int) else value
        for name, value in names.items()
    }


def roles(xml, **names):
    return [row["role"] for row in decided(xml, **names).rows]


def refusal(xml, identity="who", **names):
    with pytest.raises(DecisionError) as refused:
        decided(xml, identity, **names)
    return str(refused.value)


def test_unique_takes_the_rule_that_matches_and_refuses_two():
    assert roles(one(LOW, HIGH), amount=4) == ["manager"]
    assert roles(one(LOW), amount=40) == []
    assert refusal(one(LOW, HIGH), amount=7) == (
        "Expected at most one rule of decision 'who' to match, but got the rules"
        " 1 and 2."
    )


def test_any_takes_rules_that_say_the_same_and_refuses_others():
    found = decided(one(HIGH, TOP, hit="ANY"), amount=200)

    assert (found.rules, found.rows) == (("r1",), ({"role": "cfo"},))
    assert "rules that say the same" in refusal(one(LOW, HIGH, hit="ANY"), amount=7)


def test_first_takes_the_first_rule_that_matches():
    assert roles(one(LOW, HIGH, hit="FIRST"), amount=7) == ["manager"]
    assert roles(one(LOW, HIGH, hit="FIRST"), amount=70) == ["cfo"]


@pytest.mark.parametrize("hit", ["RULE ORDER", "COLLECT"])
def test_rule_order_and_collect_take_all_that_match_in_their_order(hit):
    found = decided(one(HIGH, LOW, TOP, hit=hit), amount=7)

    assert found.rules == ("r1", "r2")
    assert [row["role"] for row in found.rows] == ["cfo", "manager"]


@pytest.mark.parametrize(
    ("aggregation", "all_match", "none_matches"),
    [("SUM", 6, None), ("MIN", 1, None), ("MAX", 3, None), ("COUNT", 3, 0)],
)
def test_collect_sums_up(aggregation, all_match, none_matches):
    rules = [(["> 0"], [str(number)]) for number in (1, 3, 2)]
    more = f' aggregation="{aggregation}"'
    xml = one(*rules, outputs=NUMBERS, hit="COLLECT", more=more)

    assert decided(xml, amount=1).rows == ({"n": all_match},)
    assert decided(xml, amount=0).rows == ({"n": none_matches},)


def test_what_is_no_number_is_not_summed_up_but_counted():
    rules = [([""], ["1"]), ([""], [""])]
    summed = one(*rules, outputs=NUMBERS, hit="COLLECT", more=' aggregation="SUM"')
    counted = one(*rules, outputs=NUMBERS, hit="COLLECT", more=' aggregation="COUNT"')

    assert "Expected numbers to take the SUM of" in refusal(summed, amount=1)
    assert decided(counted, amount=1).rows == ({"n": 2},)


@pytest.mark.parametrize("hit", ["UNIQUE", "ANY", "FIRST", "RULE ORDER", "COLLECT"])
def test_a_missing_value_that_could_change_the_answer_is_refused(hit):
    xml = one(LOW, TOP, ([""], ['"x"']), hit=hit)

    assert refusal(xml) == (
        "Expected a value for 'amount', which rule 1 of decision 'who' reads."
    )


def test_a_missing_value_that_changes_nothing_is_fine():
    rules = [(["", "1"], ['"x"']), (["> 3", "2"], ['"y"'])]
    both = ("amount", "kind")

    assert roles(one(*rules, columns=both), kind=1) == ["x"]
    assert roles(one(([""], ['"x"']), LOW, hit="FIRST")) == ["x"]
    assert roles(one(([""], ['"cfo"']), HIGH, hit="ANY")) == ["cfo"]
    assert roles(one((["null"], ['"nobody"']), (["not(null)"], ['"x"']))) == ["nobody"]


def test_a_missing_name_on_the_right_side_is_named_too():
    xml = one((["> limit"], ['"x"']))

    assert "'limit', which rule 1" in refusal(xml, amount=3)
    assert roles(xml, amount=3, limit=2) == ["x"]


def test_a_value_of_the_wrong_kind_is_refused_with_its_rule():
    assert refusal(one(LOW), amount="ten") == (
        "Expected a text beside '<', but got a number in rule 1 of decision 'who'."
    )


def test_results_and_inputs_may_be_calculated():
    xml = one((["> 100"], ["amount / 2"]), columns=["amount * 12"], outputs=NUMBERS)

    assert decided(xml, amount=10).rows == ({"n": 5},)
    assert "in the inputs of decision" in refusal(xml, amount="ten")
    divided = one(([""], ["1 / amount"]), outputs=NUMBERS)
    assert "in rule 1 of decision 'who'" in refusal(divided, amount=0)


def test_a_result_may_be_a_list_or_a_date():
    outputs = [("roles", "list"), ("until", "date")]
    xml = one(([""], ['["a","b"]', 'date("2026-01-31")']), outputs=outputs)
    (row,) = decided(xml).rows

    assert row["roles"] == ("a", "b")
    assert row["until"].isoformat() == "2026-01-31"


def test_what_a_decision_requires_is_decided_first():
    size = table((["< 10"], ['"small"']), (["else"], ['"big"'])).replace(
        "else", "&gt;= 10"
    )
    size = size.replace('name="role"', 'name="size"')
    who = table((['"small"'], ['"manager"']), columns=[column("size", "string")])
    by_id = table((['"small"'], ['"clerk"']), columns=[column("bulk", "string")])
    parts = decision(size, "bulk"), decision(who, "who", ["bulk"])

    assert roles(file(*parts), amount=3) == ["manager"]
    assert roles(file(*parts), amount=30) == []
    assert roles(file(parts[0], decision(by_id, "who", ["bulk"])), amount=3) == [
        "clerk"
    ]


def test_several_results_of_a_required_decision_are_a_list():
    risks = table(LOW, HIGH, hit="COLLECT").replace('name="role"', 'name="risks"')
    who = table((['list contains(?, "cfo")'], ['"yes"']), columns=[column("risks", "")])
    xml = file(decision(who, "who", ["risk"]), decision(risks, "risk"))

    assert roles(xml, amount=7) == ["yes"]
    assert roles(xml, amount=4) == []


def test_a_formula_is_decided_and_read_by_its_name():
    year = decision(
        '<variable name="yearly"/>' + cell("literalExpression", "amount * 12"), "year"
    )
    who = decision(table((["> 100"], ['"cfo"']), columns=["yearly"]), "who", ["year"])
    xml = file(year, who)

    assert decided(xml, "year", amount=1).rows == ({"yearly": 12},)
    assert roles(xml, amount=10) == ["cfo"]
    assert "the expression of decision 'year'" in refusal(xml, amount="x")


def test_a_decision_that_two_require_is_decided_once_and_before_both():
    def formula(identity, text, *requires):
        return decision(cell("literalExpression", text), identity, requires)

    xml = file(
        formula("d", "b + c", "b", "c"),
        formula("b", "a + 1", "a"),
        formula("c", "a + 2", "a"),
        formula("a", "amount"),
    )

    assert [each.decision.id for each in prepare(read(xml), "d").required] == [
        "a",
        "b",
        "c",
    ]
    assert decided(xml, "d", amount=1).rows == ({"d": 5},)


def test_a_decision_that_is_not_there_is_not_found():
    with pytest.raises(NotFound, match="There is no decision 'x' in"):
        decided(one(LOW), "x")


TWO = [("role", "string"), ("hours", "number")]


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("singleEntry", "manager"),
        ("singleResult", {"role": "manager"}),
        ("collectEntries", ("manager",)),
        ("resultList", ({"role": "manager"},)),
    ],
)
def test_a_result_of_one_value_has_every_form(form, found):
    assert FORMS[form](decided(one(LOW), amount=1)) == found


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("singleEntry", None),
        ("singleResult", None),
        ("collectEntries", ()),
        ("resultList", ()),
    ],
)
def test_no_result_has_every_form(form, found):
    assert FORMS[form](decided(one(LOW), amount=11)) == found


@pytest.mark.parametrize(
    ("form", "several_rows", "several_values"),
    [
        ("singleEntry", False, False),
        ("singleResult", False, True),
        ("collectEntries", True, False),
        ("resultList", True, True),
    ],
)
def test_a_form_takes_what_it_can_hold(form, several_rows, several_values):
    rows = decided(one(LOW, HIGH, hit="COLLECT"), amount=7)
    values = decided(one((["< 10"], ['"x"', "4"]), outputs=TWO), amount=1)

    assert takes(form, rows) is several_rows
    assert takes(form, values) is several_values


def takes(form, result):
    try:
        FORMS[form](result)
    except DecisionError:
        return False
    return True
