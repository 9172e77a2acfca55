import base64
import hashlib
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.documents import canonical, parse
from approval_engine.errors import DocumentError
from approval_engine.policy.quotes import read_quotes
from tests.unit.policy.samples import (
    LINE,
    QUOTE,
    codes,
    document,
    make_line,
    make_quote,
    without,
)

D = Decimal


def problems(value):
    with pytest.raises(DocumentError) as caught:
        read_quotes(document(value, "quote.json"))
    return caught.value.problems


def test_a_quote_is_read_with_exact_numbers_and_names_in_snake_case():
    quote = make_quote(
        owner="olga",
        neededBy="2026-03-31",
        justification="Strategic\naccount",
        paymentDays=90,
        clauses=["liability-cap"],
        urgent=True,
        discount=None,
        lines=[
            make_line(cost=640.5, discountPct="18", period=1, setupFee="12.50"),
        ],
    )

    assert (quote.id, quote.revision, quote.submitted_by) == ("Q-1", 1, "sam")
    assert (quote.owner, quote.needed_by) == ("olga", date(2026, 3, 31))
    assert quote.justification == "Strategic\naccount"
    assert quote.inputs == {
        "margin_pct": "23.99",
        "region": "AMER",
        "payment_days": D(90),
        "clauses": ("liability-cap",),
        "urgent": True,
    }
    (line,) = quote.lines
    assert (line.net, line.cost, line.period) == (D("8200.00"), D("640.5"), "1")
    assert line.extra == {"setup_fee": "12.50"}


def test_keys_may_be_written_in_snake_case():
    quote = without(QUOTE, "submittedBy") | {"submitted_by": "sam", "margin_pct": "1"}

    (read,) = read_quotes(document(without(quote, "marginPct")))

    assert (read.submitted_by, read.inputs["margin_pct"]) == ("sam", "1")


def test_a_list_of_quotes_keeps_its_order():
    value = [QUOTE | {"id": "Q-2"}, QUOTE, QUOTE | {"revision": 2}]

    found = [(quote.id, quote.revision) for quote in read_quotes(document(value))]

    assert found == [("Q-2", 1), ("Q-1", 1), ("Q-1", 2)]


def test_a_quote_without_lines_is_read():
    assert make_quote(lines=[]).lines == ()
    assert read_quotes(document(without(QUOTE, "lines")))[0].lines == ()


def test_what_was_stored_canonically_is_read_as_the_same_quote():
    text = json.dumps(QUOTE | {"lines": [make_line(netPrice=820.25, cost=1.10)]})
    first = parse(text.encode(), "quote.json")

    again = parse(canonical(first.value), "quote")

    assert read_quotes(again) == read_quotes(first)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "Q 1"}, ("/id", "type")),
        ({"id": "Q-1\nworkflow=x"}, ("/id", "type")),
        ({"id": 17}, ("/id", "type")),
        ({"id": None}, ("/", "missing")),
        ({"revision": 0}, ("/revision", "type")),
        ({"revision": "1"}, ("/revision", "type")),
        ({"revision": True}, ("/revision", "type")),
        ({"revision": 1.5}, ("/revision", "type")),
        ({"submittedBy": ""}, ("/submittedBy", "type")),
        ({"account": "  "}, ("/account", "type")),
        ({"account": "a\tb"}, ("/account", "type")),
        ({"currency": "USX"}, ("/currency", "type")),
        ({"currency": "usd"}, ("/currency", "type")),
        ({"currency": 5}, ("/currency", "type")),
        ({"neededBy": "31.03.2026"}, ("/neededBy", "type")),
        ({"neededBy": "2026-02-30"}, ("/neededBy", "type")),
        ({"justification": 5}, ("/justification", "type")),
        ({"lines": {}}, ("/lines", "type")),
        ({"lines": ["x"]}, ("/lines/0", "type")),
        ({"submitted_by": "x"}, ("/submitted_by", "duplicate_key")),
        ({"Bad Key": 1}, ("/Bad Key", "name")),
        ({"nested": {"a": 1}}, ("/nested", "type")),
        ({"nested": [[1]]}, ("/nested/0", "type")),
        ({"nested": [None]}, ("/nested/0", "type")),
        ({"huge": 2**53 + 1}, ("/huge", "too_large")),
        ({"attachments": "x"}, ("/attachments", "type")),
    ],
)
def test_a_wrong_field_of_a_quote_is_refused(change, expected):
    value = without(QUOTE, "id") if change == {"id": None} else QUOTE | change

    assert expected in codes(problems(value))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": -1}, ("/lines/0/quantity", "negative")),
        ({"quantity": "NaN"}, ("/lines/0/quantity", "type")),
        ({"quantity": "1e3"}, ("/lines/0/quantity", "type")),
        ({"quantity": "Infinity"}, ("/lines/0/quantity", "type")),
        ({"quantity": True}, ("/lines/0/quantity", "type")),
        ({"quantity": [1]}, ("/lines/0/quantity", "type")),
        ({"netPrice": "820,00"}, ("/lines/0/netPrice", "type")),
        ({"netPrice": " 820"}, ("/lines/0/netPrice", "type")),
        ({"netPrice": "٨٢٠"}, ("/lines/0/netPrice", "type")),
        ({"netPrice": "1.1234567"}, ("/lines/0/netPrice", "too_exact")),
        ({"netPrice": "90071992547410"}, ("/lines/0", "too_large")),
        ({"listPrice": 1e20}, ("/lines/0/listPrice", "too_large")),
        ({"discountPct": "17"}, ("/lines/0/discountPct", "disagrees")),
        ({"id": ["1"]}, ("/lines/0/id", "type")),
        ({"extra": {}}, ("/lines/0/extra", "type")),
    ],
)
def test_a_wrong_field_of_a_line_is_refused(change, expected):
    assert expected in codes(problems(QUOTE | {"lines": [LINE | change]}))


@pytest.mark.parametrize("key", ["id", "product", "family", "quantity", "listPrice"])
def test_a_line_without_a_required_field_is_refused(key):
    assert ("/lines/0", "missing") in codes(
        problems(QUOTE | {"lines": [without(LINE, key)]})
    )


def test_a_missing_field_is_named_as_the_file_would_spell_it():
    found = problems(QUOTE | {"lines": [without(LINE, "listPrice")]})
    assert found[0].sentence == "Expected a value for 'listPrice'."


@pytest.mark.parametrize(
    ("list_price", "net_price", "discount"),
    [
        ("1000", "820", "18"),
        ("1000", "820", 18),
        ("1000", "880.4", "12"),
        ("1000", "880.4", "12.0"),
        ("1000", "880.04", "12.00"),
        ("9.99", "8.74", "12.5"),
        ("3", "2", "33.33"),
        ("1000000", "876543.22", "12.35"),
        ("100", "110", "-10"),
        ("0", "0", "50"),
    ],
)
def test_a_stated_discount_agrees_with_the_prices(list_price, net_price, discount):
    line = make_line(listPrice=list_price, netPrice=net_price, discountPct=discount)

    assert make_quote(lines=[line]).lines[0].discount_pct == D(discount)


def test_a_discount_that_hides_a_part_is_refused_with_both_numbers():
    (problem,) = problems(QUOTE | {"lines": [make_line(discountPct="9.5")]})

    assert problem.sentence == (
        "Expected the discount that the prices give, 18, but got 9.5."
    )


@pytest.mark.parametrize(
    ("list_price", "net_price", "discount"),
    [
        ("0.009", "0.001", "0"),
        ("0.03", "0.021", "9.9"),
        ("9.99", "8.98", "10"),
        ("1000", "880.6", "12"),
    ],
)
def test_no_discount_hides_in_the_rounding_of_a_small_price(
    list_price, net_price, discount
):
    line = make_line(listPrice=list_price, netPrice=net_price, discountPct=discount)

    ((place, code),) = codes(problems(QUOTE | {"lines": [line]}))
    assert (place, code) == ("/lines/0/discountPct", "disagrees")


def test_the_largest_amount_is_accepted_and_one_cent_more_is_refused():
    largest = "90071992547409.92"
    line = make_line(quantity=1, listPrice=0, netPrice=largest)

    assert make_quote(lines=[line]).lines[0].net == D(largest)
    over = [line | {"id": "2", "netPrice": "0.01"}, line]
    assert ("/", "too_large") in codes(problems(QUOTE | {"lines": over}))


def test_all_problems_of_all_quotes_are_reported_with_their_lines():
    value = [
        QUOTE | {"revision": 0},
        without(QUOTE, "account") | {"id": "Q-2", "lines": [make_line(quantity=-1)]},
        QUOTE | {"revision": 1},
        "x",
    ]
    found = problems(value)

    assert [problem.line for problem in found] == sorted(p.line for p in found)
    assert {
        ("/0/revision", "type"),
        ("/1", "missing"),
        ("/1/lines/0/quantity", "negative"),
        ("/2", "duplicate"),
        ("/3", "type"),
    } <= set(codes(found))


def test_a_line_that_comes_twice_is_refused():
    found = problems(QUOTE | {"lines": [LINE, LINE]})

    assert codes(found) == [("/lines/1", "duplicate")]


CONTENT = base64.b64encode(b"redline").decode()
SHA256 = hashlib.sha256(b"redline").hexdigest()
FILE = {"name": "redline", "mediaType": "text/plain"}


def test_an_attachment_is_known_by_its_content_or_its_hash():
    quote = make_quote(
        attachments=[
            FILE | {"content": CONTENT},
            FILE | {"sha256": SHA256, "reference": "dms:17"},
            FILE | {"sha256": SHA256, "content": CONTENT},
        ]
    )

    assert {attachment.sha256 for attachment in quote.attachments} == {SHA256}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (FILE, ("/attachments/0", "missing")),
        (FILE | {"content": "???"}, ("/attachments/0/content", "type")),
        (FILE | {"sha256": "abc"}, ("/attachments/0/sha256", "type")),
        (
            FILE | {"sha256": "0" * 64, "content": CONTENT},
            ("/attachments/0/content", "disagrees"),
        ),
        ({"content": CONTENT}, ("/attachments/0", "missing")),
    ],
)
def test_an_attachment_without_content_to_rely_on_is_refused(value, expected):
    assert expected in codes(problems(QUOTE | {"attachments": [value]}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(sorted({*QUOTE, "owner", "neededBy", "attachments", "further"}))


@given(KEYS, JSON)
def test_any_value_in_any_key_is_read_or_refused_and_nothing_else(key, value):
    try:
        text = json.dumps(QUOTE | {key: value}).encode()
        (quote,) = read_quotes(parse(text, "quote.json"))
    except DocumentError as refusal:
        assert refusal.problems  # noqa: PT017
        return
    assert quote.id


@given(st.sampled_from(sorted({*LINE, "cost", "discountPct", "period", "x"})), JSON)
def test_any_value_in_a_line_is_read_or_refused_and_nothing_else(key, value):
    try:
        text = json.dumps(QUOTE | {"lines": [LINE | {key: value}]}).encode()
        (quote,) = read_quotes(parse(text, "quote.json"))
    except DocumentError as refusal:
        assert refusal.problems  # noqa: PT017
        return
    assert quote.lines
