import pytest

from approval_engine.policy.incoming import unfit
from tests.unit.policy.samples import (
    codes,
    inputs,
    make_line,
    make_policy,
    make_quote,
    on_lines,
)


def found(policy=None, **changes):
    return codes(unfit(make_quote(**changes), policy))


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "nan",
        "-nan",
        "sNaN",
        "nan1",
        "inf",
        "-Infinity",
        "+INF",
        " inf ",
        "9" * 41,
    ],
)
def test_what_reads_as_a_number_but_is_none_is_unfit_without_any_policy(text):
    assert found(x=text) == [("/x", "type")]
    assert found(x=["a", text]) == [("/x", "type")]
    assert found(lines=[make_line(x=text)]) == [("/lines/0/x", "type")]


@pytest.mark.parametrize(
    "text", ["Nancy", "information", "infinite", "N", "9" * 40, "1e400", "", "23.99"]
)
def test_other_words_and_numbers_are_taken_as_they_are(text):
    assert found(x=text) == []


@pytest.mark.parametrize("kind", ["string", "list"])
def test_a_policy_may_want_the_word_as_a_word(kind):
    policy = make_policy(**inputs({"name": "x", "type": kind}))

    assert found(policy, x=["Nan"] if kind == "list" else "Nan") == []
    assert found(policy, y="Nan") == [("/y", "type")]


@pytest.mark.parametrize(
    "changes",
    [
        {"region": "LATAM"},
        {"region": True},
        {"marginPct": "many"},
        {"marginPct": "1e400"},
        {"marginPct": "9007199254740993"},
        {"marginPct": "NaN"},
    ],
)
def test_what_an_input_of_the_policy_cannot_be_is_unfit_once(changes):
    ((_, code),) = found(make_policy(), **changes)

    assert code == "type"
    assert found(make_policy()) == []


def test_an_unknown_value_is_refused_with_those_that_are_known():
    (problem,) = unfit(make_quote(region="LATAM"), make_policy())

    assert problem.sentence == "Expected 'region' among AMER, EMEA, but got 'LATAM'."


def test_what_is_missing_or_unknown_to_the_policy_is_left_to_the_submit():
    policy = make_policy(
        **inputs(
            {"name": "x", "type": "number"},
            {"name": "y", "type": "number", "from": {"lines": "sum", "of": "cost"}},
            {"name": "z", "type": "number", "expr": "x / 2"},
        )
    )

    assert found(policy, mood="blue") == []


def test_what_the_lines_contradict_is_unfit():
    assert found(make_policy(), amount="8200.00") == []
    assert found(make_policy(), amount="8200.01") == [("/amount", "contradiction")]


def test_a_line_is_judged_where_the_policy_judges_lines():
    policy, quote = on_lines(
        {"margin_pct": "< 5"}, make_line(), make_line("2", region=7)
    )
    other = make_quote(lines=[make_line(), make_line("2", region="LATAM")])

    assert codes(unfit(quote, policy)) == [("/lines/1/region", "type")]
    assert codes(unfit(other, make_policy())) == []
