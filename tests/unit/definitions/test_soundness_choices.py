"""
At each gateway exactly one flow is right, or else there are values that show it.
"""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions.model import Field, Work
from approval_engine.definitions.soundness import flaws
from approval_engine.policy.conditions import evaluate, parse_condition
from tests.unit.definitions.processes import node, process

BRANCHES = ("start > T > xor > A > end", "xor > B > end2", "xor > C > end3")


def judged(*conditions, default=None, kind="xor", fields=()):
    ways = [way.replace("xor", kind) for way in BRANCHES[: len(conditions)]]
    if default:
        ways.append(f"{kind} > {default} > end4")
    targets = ("A", "B", "C")[: len(conditions)]
    texts = {
        f"{kind}>{target}": text
        for target, text in zip(targets, conditions, strict=True)
    }
    form = node("T", work=Work(groups=("sales",), fields=tuple(fields)))
    defaults = {kind: default} if default else None
    made = process(*ways, nodes=[form], conditions=texts, defaults=defaults)
    found = flaws(made)
    assert {each.element for each in found} <= {kind}
    return [each.code for each in found], [each.sentence for each in found]


EXCLUSIVE_AND_COMPLETE = [
    ("amount > 1000", "amount <= 1000"),
    ("amount < 10", "amount in [10..20)", "amount >= 20"),
    ("region = 'EMEA'", "region != 'EMEA'"),
    ("region in ('EMEA', 'US')", "not(region in ('EMEA', 'US'))"),
    ("approved", "not(approved)"),
    ("approved = true", "approved = false"),
    ("decision = 'approve'", "decision = 'reject'", "decision = 'return'"),
    ("outcome_T = 'approved'", "outcome_T != 'approved'"),
    ("amount > limit", "amount <= limit"),
    ("amount > limit", "amount = limit", "amount < limit"),
    ("day > date('2026-01-01')", "day <= date('2026-01-01')"),
    ("contains(tags, 'new')", "not(contains(tags, 'new'))"),
    ("customer = null", "customer != null"),
    ("amount * 12 > 1000", "amount * 12 <= 1000"),
    ("${amount > 10 and region = 'US'}", "= amount <= 10 or region != 'US'"),
]


@pytest.mark.parametrize("conditions", EXCLUSIVE_AND_COMPLETE)
def test_conditions_that_are_exclusive_and_complete_are_accepted(conditions):
    assert judged(*conditions) == ([], [])


OVERLAPS = [
    (("amount > 10", "amount <= 20"), "amount = 20"),
    (("amount >= 1000", "amount <= 1000"), "amount = 1000"),
    (("amount > 1", "region = 'US'", "amount <= 1"), 'amount = 1 and region = "US"'),
    (("region in ('EMEA', 'US')", "region != 'EMEA'"), 'region = "US"'),
    (("amount >= limit", "amount <= limit"), "amount = 0 and limit = 0"),
]


@pytest.mark.parametrize(("conditions", "example"), OVERLAPS)
def test_conditions_that_overlap_are_refused_with_values(conditions, example):
    codes, sentences = judged(*conditions)
    assert codes == ["conditions-overlap"]
    assert f"but with {example} the flows to *" in sentences[0]


GAPS = [
    (("amount > 1000", "amount < 1000"), "amount = 1000"),
    (("amount < 10", "amount > 20"), "amount = 10"),
    (("region = 'US'", "region = 'EMEA'"), 'region = "other"'),
    (("decision = 'approve'", "decision = 'reject'"), 'decision = "return"'),
    (("amount > limit", "amount < limit"), "amount = 0 and limit = 0"),
    (
        (
            "contains(tags, 'new')",
            "contains(tags, 'old') and not(contains(tags, 'new'))",
        ),
        "tags = []",
    ),
]


@pytest.mark.parametrize(("conditions", "example"), GAPS)
def test_conditions_with_a_gap_are_refused_with_values(conditions, example):
    codes, sentences = judged(*conditions)
    assert codes == ["conditions-gap"]
    assert f"but with {example} there is none" in sentences[0]


@pytest.mark.parametrize(("conditions", "example"), GAPS)
def test_a_default_flow_closes_every_gap(conditions, example):
    assert judged(*conditions, default="D") == ([], [])


@pytest.mark.parametrize(("conditions", "example"), OVERLAPS)
def test_a_default_flow_mends_no_overlap(conditions, example):
    assert judged(*conditions, default="D")[0] == ["conditions-overlap"]


def test_the_way_to_the_gateway_is_shown_with_the_flow_that_overlaps():
    ways = ("start > T > xor > A > end", "xor > B > end2")
    conditions = {"xor>A": "amount > 1", "xor>B": "amount > 2"}
    (found,) = flaws(process(*ways, conditions=conditions, defaults=None))[:1]
    assert (found.code, found.path) == (
        "conditions-gap",
        ("start", "T", "xor"),
    )


WHOLE = ("count <= 1", "count >= 2")


def test_a_whole_number_has_nothing_between_its_neighbours():
    assert (
        judged(*WHOLE, fields=[Field(id="count", type="long", required=True)])[0] == []
    )
    assert judged(*WHOLE)[0] == ["conditions-gap"]


def test_a_number_lies_within_the_bounds_of_its_field():
    some = ("count >= 1", "count < 1 and count > -3")
    size = Field(id="count", type="long", required=True, least=0)
    assert judged(*some, fields=[size])[0] == []
    assert judged(*some, fields=[replace(size, least=-3)])[0] == ["conditions-gap"]


def test_a_field_that_may_stay_empty_leaves_a_gap():
    size = Field(id="count", type="long", required=True)
    assert judged(*WHOLE, fields=[size])[0] == []
    codes, sentences = judged(*WHOLE, fields=[replace(size, required=False)])
    assert codes == ["conditions-gap"]
    assert "count = null" in sentences[0]


def test_an_enum_has_its_choices_only():
    size = Field(
        id="size", type="enum", required=True, choices=(("s", "Small"), ("l", "Large"))
    )
    both = ("size = 's'", "size = 'l'")
    assert judged(*both, fields=[size])[0] == []
    assert judged(*both)[0] == ["conditions-gap"]


def test_calculations_that_hang_together_cannot_be_decided():
    hanging = ("amount * 2 > 10 and amount > 3", "amount * 2 <= 10")
    codes, sentences = judged(*hanging)
    assert codes == ["conditions-undecided"]
    assert "add a default flow" in sentences[0]
    assert judged("amount * 2 > 10 and amount > 3", default="D")[0] == []


def test_too_many_cases_cannot_be_decided():
    names = " and ".join(f"n{number} > 1 and n{number} < 9" for number in range(12))
    assert judged(names, f"not({names})")[0] == ["conditions-undecided"]


def test_a_flow_without_a_condition_is_refused_beside_others():
    ways = ("start > T > xor > A > end", "xor > B > end2")
    found = flaws(process(*ways, conditions={"xor>A": "approved"}))
    assert [(each.code, each.element, each.path) for each in found] == [
        ("no-condition", "xor>B", ("start", "T", "xor: B"))
    ]
    closed = process(*ways, conditions={"xor>A": "approved"}, defaults={"xor": "B"})
    assert flaws(closed) == ()


def test_an_inclusive_gateway_may_take_several_flows_but_not_none():
    assert judged("amount > 1", "amount > 2", default="D", kind="or") == ([], [])
    assert judged("amount > 1", "amount <= 2", kind="or") == ([], [])
    assert judged("amount > 2", "amount < 1", kind="or")[0] == ["conditions-gap"]


def test_an_inclusive_gateway_on_a_cycle_is_refused():
    found = flaws(process("start > xor > or > A > end", "or > B > xor"))
    assert ("inclusive-on-cycle", "or", ("start", "xor", "or")) in [
        (each.code, each.element, each.path) for each in found
    ]


TERMS = st.sampled_from(["a", "b", "0", "1", "2", "3"])
RELATIONS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
COMPARISONS = st.tuples(TERMS, RELATIONS, TERMS).map(" ".join)
INTERVALS = st.sampled_from(["a in [0..2)", "b in (1, 3)", "not(b in (0..3))"])
CONDITIONS = st.recursive(
    COMPARISONS | INTERVALS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        inner.map(lambda text: f"not({text})"),
    ),
    max_leaves=4,
)
GRID = [Decimal(number) / 4 for number in range(-6, 19)]


@given(st.lists(CONDITIONS, min_size=2, max_size=3))
@settings(max_examples=150, deadline=None)
def test_what_a_grid_of_values_finds_is_never_overlooked(texts):
    conditions = [parse_condition(text) for text in texts]
    counts = {
        sum(evaluate(each, {"a": a, "b": b}) is True for each in conditions)
        for a, b in product(GRID, GRID)
    }
    expected = {"conditions-gap"} if 0 in counts else set()
    expected |= {"conditions-overlap"} if max(counts) > 1 else set()
    assert set(judged(*texts)[0]) == expected
