import pytest

from approval_engine.policy.conditions import (
    Kind,
    kind_of,
    misuses,
    parse_expression,
    parse_unary,
)

KINDS = {
    "amount": Kind.NUMBER,
    "region": Kind.STRING,
    "urgent": Kind.BOOLEAN,
    "due": Kind.DATE,
    "clauses": Kind.LIST,
}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("amount * 12 / 7", Kind.NUMBER),
        ("-amount", Kind.NUMBER),
        ("region", Kind.STRING),
        ("clauses", Kind.LIST),
        ("[1, amount]", Kind.LIST),
        ("null", Kind.ANY),
        ("due", Kind.DATE),
        ("date('2026-01-01')", Kind.DATE),
        ("amount > 5 and not urgent", Kind.BOOLEAN),
        ("amount in (5, > 10) or region in ['A']", Kind.BOOLEAN),
        ("'x' in clauses", Kind.BOOLEAN),
        ("contains(clauses, 'x') and contains(region, 'E')", Kind.BOOLEAN),
        ("empty clauses or region = null", Kind.BOOLEAN),
    ],
)
def test_an_expression_that_fits_has_a_kind(text, kind):
    assert kind_of(parse_expression(text), KINDS) == (kind, ())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("amout + 1", ["Expected a known name, but got 'amout'."]),
        ("region * 2", ["Expected a number beside '*', but got a text."]),
        ("-region", ["Expected a number after '-', but got a text."]),
        ("amount = 'x'", ["Expected a number beside '=', but got a text."]),
        ("region < 'x'", ["Expected a number or a date beside '<', but got a text."]),
        ("urgent > null_name", ["Expected a known name, but got 'null_name'.", "…"]),
        (
            "amount and urgent",
            ["Expected a truth value beside 'and', but got a number."],
        ),
        ("not region", ["Expected a truth value after 'not', but got a text."]),
        (
            "empty amount",
            ["Expected a list or a text after 'empty', but got a number."],
        ),
        ("contains(amount, 1)", ["Expected a list or a text in 'contains', but got …"]),
        (
            "contains(region, 1)",
            ["Expected a text in 'contains' of a text, but got a …"],
        ),
        ("amount in ('x', 5)", ["Expected a number beside '=', but got a text."]),
        ("due in [1..2]", ["Expected a date beside '<', but got a number."] * 2),
        ("x > 1 or y < 2", ["Expected a known name, but got 'x'.", "…"]),
    ],
)
def test_what_cannot_fit_is_found_in_an_expression(text, sentences):
    _, found = kind_of(parse_expression(text), KINDS)

    assert len(found) == len(sentences)
    for sentence, start in zip(found, sentences, strict=True):
        assert sentence.startswith(start.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("< 24", Kind.NUMBER),
        ("> amount / 2", Kind.NUMBER),
        ("[1..amount)", Kind.NUMBER),
        ('"A", "B"', Kind.STRING),
        ("not('A')", Kind.STRING),
        ("clauses", Kind.STRING),
        ("not(null)", Kind.STRING),
        ("-", Kind.DATE),
        ("< due", Kind.DATE),
        ("true", Kind.BOOLEAN),
        ("'A'", Kind.LIST),
        ("[]", Kind.LIST),
        ("list contains(?, 'A') and not(null)", Kind.LIST),
        ("? + 1 > amount", Kind.NUMBER),
        ("? in (1, 2)", Kind.NUMBER),
    ],
)
def test_a_test_that_fits_is_accepted(text, kind):
    assert misuses(parse_unary(text), kind, KINDS) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("< 24", Kind.STRING),
        ("'A'", Kind.NUMBER),
        ("> 'A'", Kind.STRING),
        ("> region", Kind.NUMBER),
        ("[1..2]", Kind.STRING),
        ("not(1)", Kind.STRING),
        ("1, 'A'", Kind.NUMBER),
        ("> 1 and < 'A'", Kind.NUMBER),
        ("1", Kind.LIST),
        ("true", Kind.STRING),
        ("list contains(?, 'A')", Kind.NUMBER),
        ("? + 1", Kind.NUMBER),
        ("? > 1", Kind.STRING),
        ("[]", Kind.STRING),
        ("< clauses", Kind.NUMBER),
        ("> unheard_of", Kind.NUMBER),
        ("< date('2026-01-01')", Kind.NUMBER),
    ],
)
def test_a_test_that_cannot_fit_is_found(text, kind):
    assert misuses(parse_unary(text), kind, KINDS)
