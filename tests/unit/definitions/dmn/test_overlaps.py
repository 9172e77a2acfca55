"""
What overlaps and what is left open is found, each with a case that shows it.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions.dmn.overlaps import Finding, report
from approval_engine.definitions.dmn.read import read
from approval_engine.policy.conditions import holds
from tests.unit.definitions.dmn.tables import cell, column, decision, file, one

REGION = column("region", "string", '"AMER","EMEA"')
SIZE = column("size", "string")


def judged(*rules, columns=("amount",), **changes):
    xml = one(*[(each, ['"x"']) for each in rules], columns=columns, **changes)
    (found,) = read(xml).decisions.values()
    return report(found)


def found(*rules, **changes):
    """
    Finding, rules and example of each finding.
    """
    return [
        (each.finding, each.rules, dict(each.example))
        for each in judged(*rules, **changes).findings
    ]


def test_rules_that_leave_nothing_open_and_nothing_twice_are_fine():
    assert found(["< 10"], ["[10..20]"], ["> 20"]) == []
    assert found(['"AMER"'], ['"EMEA"'], columns=[REGION]) == []
    assert found(["true"], ["false"], columns=[column("rush", "boolean")]) == []
    assert found([""]) == []


@pytest.mark.parametrize(
    ("rules", "example"),
    [
        ((["<= 10"], [">= 10"]), 10),
        ((["< 11"], ["> 10"]), Decimal("10.5")),
        ((["[1..5]"], ["3"]), 3),
    ],
)
def test_an_overlap_comes_with_a_case_of_both_rules(rules, example):
    assert (Finding.OVERLAP, (1, 2), {"amount": example}) in found(*rules)


@pytest.mark.parametrize(
    ("rules", "example"),
    [
        ((["< 10"], ["> 10"]), 10),
        ((["<= 10"], [">= 11"]), Decimal("10.5")),
        ((["< 10"],), 10),
        ((["not(10)"],), 10),
    ],
)
def test_a_gap_comes_with_a_case_that_no_rule_matches(rules, example):
    assert found(*rules) == [(Finding.GAP, (), {"amount": example})]


def test_whole_numbers_have_no_values_between():
    whole = [column("days", "integer")]

    assert found(["<= 10"], [">= 11"], columns=whole) == []
    assert found(["< 10.5"], ["> 10.5"], columns=whole) == []


def test_declared_values_are_all_there_are_and_other_texts_are_not():
    assert found(['"AMER"'], columns=[REGION]) == [
        (Finding.GAP, (), {"region": "EMEA"})
    ]
    assert found(['"S"'], ['"other"'], columns=[SIZE]) == [
        (Finding.GAP, (), {"size": "other_"})
    ]


def test_a_declared_range_is_the_whole_space():
    percent = column("pct", "number", "[0..100]")

    assert found(["[0..50)"], ["[50..100]"], columns=[percent]) == []
    assert found(["< 0"], ["[0..100]"], columns=[percent]) == [
        (Finding.UNREACHABLE, (1,), {})
    ]


def test_days_are_next_to_each_other():
    day = column("day", "date")
    until, after = '<= date("2026-01-31")', '>= date("2026-02-01")'

    assert found([until], [after], columns=[day]) == []
    (gap,) = judged(['< date("2026-01-31")'], [after], columns=[day]).findings
    assert str(gap.example["day"]) == "2026-01-31"


def test_a_list_may_hold_several_of_its_values():
    clauses = column("clauses", "list", '"cap","rush"')
    caps = ['list contains(?, "cap")'], ['list contains(?, "rush")']

    assert found(*caps, columns=[clauses]) == [
        (Finding.OVERLAP, (1, 2), {"clauses": ("cap", "rush")}),
        (Finding.GAP, (), {"clauses": ()}),
    ]


def test_null_is_a_case_where_a_rule_asks_for_it():
    assert found(["null"], ["not(null)"]) == []
    assert found(["null"], ["< 5"], [">= 5"]) == []


def test_two_columns_of_one_input_are_judged_together():
    both = ["amount", "amount"]

    assert found(["> 5", "< 10"], ["<= 5", ""], [">= 10", ""], columns=both) == []
    assert found(["> 10", "< 5"], ["", ""], columns=both) == [
        (Finding.UNREACHABLE, (1,), {})
    ]


def test_a_first_table_may_overlap_but_a_rule_behind_all_others_is_told():
    rules = (["> 5"], ["<= 5"], ["> 3"])

    assert found(*rules, hit="FIRST")[0] == (Finding.UNREACHABLE, (3,), {})
    assert all(
        each.allowed for each in judged(*rules[:2], ["> 9"], hit="COLLECT").findings
    )


@pytest.mark.parametrize(
    ("hit", "overlap", "gap"),
    [
        ("UNIQUE", False, False),
        ("ANY", True, False),
        ("FIRST", True, False),
        ("RULE ORDER", True, True),
        ("COLLECT", True, True),
    ],
)
def test_what_is_allowed_depends_on_the_hit_policy(hit, overlap, gap):
    findings = judged(["> 5"], ["> 6"], hit=hit).findings
    allowed = {each.finding: each.allowed for each in findings if each.example}

    assert allowed == {Finding.OVERLAP: overlap, Finding.GAP: gap}


def test_rules_of_any_may_overlap_only_if_they_say_the_same():
    xml = one((["> 5"], ['"a"']), (["> 6"], ['"b"']), (["<= 5"], ['"a"']), hit="ANY")
    (found,) = read(xml).decisions.values()
    (overlap,) = report(found).findings

    assert (overlap.rules, overlap.allowed) == ((1, 2), False)


@pytest.mark.parametrize("text", ["> limit", "? * 2 > 10", "? in (1, 2)"])
def test_a_test_that_reads_or_calculates_more_is_said_to_be_unchecked(text):
    judged_report = judged(["< 10"], [text])

    assert judged_report.unchecked == (
        "Rules that read or calculate more were left out: 2.",
    )
    (gap,) = judged_report.findings
    assert (gap.allowed, gap.sentence) == (True, "No checked rule matches.")


def test_inputs_that_share_a_name_are_said_to_be_taken_as_independent():
    (said,) = judged(["< 1", "> 12"], columns=["amount", "amount * 12"]).unchecked

    assert "both read 'amount', but were taken as independent" in said


def test_a_table_that_is_too_large_is_not_half_checked():
    rules = [[f"{n}"] for n in range(1200)]
    found_report = judged(*rules)

    assert found_report.findings == ()
    assert "too large" in found_report.unchecked[0]


def test_a_search_that_takes_too_long_says_so():
    columns = [column(f"x{n}") for n in range(12)]
    rules = [["" if n != at else f"> {at}" for n in range(12)] for at in range(12)]
    wide = [[f"[{n}..{n + 40}]" for n in range(at, at + 12)] for at in range(60)]
    found_report = judged(*rules, *wide, columns=columns)

    assert any(each.startswith("There may be more") for each in found_report.unchecked)


def test_a_result_that_is_not_declared_is_told():
    xml = one(([""], ['"x"'])).replace(
        b'typeRef="string"/>',
        b'typeRef="string"><outputValues><text>"a","b"</text></outputValues></output>',
    )
    (found,) = read(xml).decisions.values()
    (undeclared,) = report(found).findings

    assert (undeclared.finding, undeclared.allowed) == (Finding.UNDECLARED, True)


def test_of_a_formula_there_is_nothing_to_say():
    (found,) = read(file(decision(cell("literalExpression", "1")))).decisions.values()

    assert report(found).findings == ()


def test_a_table_without_rules_leaves_everything_open():
    assert found() == [(Finding.GAP, (), {})]


NUMBER = st.sampled_from(
    ["", "< 5", ">= 5", "[3..7)", "(5..9]", "not(5)", "5", "1,9", "< 3 or > 7"]
)
TEXT = st.sampled_from(["", '"AMER"', '"EMEA"', 'not("EMEA")', '"AMER","EMEA"'])
RULES = st.lists(st.tuples(NUMBER, TEXT, NUMBER), max_size=6)
CASE = st.tuples(
    st.integers(0, 40).map(lambda n: Decimal(n) / 4),
    st.sampled_from(["AMER", "EMEA"]),
    st.integers(0, 40).map(lambda n: Decimal(n) / 4),
)
COLUMNS = (column("a"), REGION, column("b"))


def matching(table, case):
    return tuple(
        rule.number
        for rule in table.rules
        if all(
            holds(each.test, value, {})
            for each, value in zip(rule.cells, case, strict=True)
        )
    )


@settings(max_examples=200, deadline=None)
@given(rules=RULES, case=CASE)
def test_every_case_agrees_with_the_report(rules, case):
    xml = one(*[(list(each), ['"x"']) for each in rules], columns=COLUMNS)
    (found,) = read(xml).decisions.values()
    findings = report(found).findings
    pairs = {each.rules for each in findings if each.finding is Finding.OVERLAP}
    gaps = [each for each in findings if each.finding is Finding.GAP]

    for each in findings:
        if each.finding is not Finding.UNREACHABLE:
            example = [
                each.example.get(name, case[place])
                for place, name in enumerate(("a", "region", "b"))
            ]
            assert set(each.rules) <= set(matching(found.logic, example))
            assert each.rules or not matching(found.logic, example)
    hit = matching(found.logic, case)
    assert {(m, n) for m in hit for n in hit if m < n} <= pairs
    assert hit or gaps
