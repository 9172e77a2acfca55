import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.documents import parse, pointer
from approval_engine.errors import DocumentError

QUOTE = b"""{
  "id": "Q-1",
  "lines": [
    {"id": "1", "netPrice": 12.50},
    {"id": "2",
     "a/b~c": null}
  ]
}"""

DEEP = 20


def problems(text):
    with pytest.raises(DocumentError) as caught:
        parse(text, "quote.json")
    return caught.value.problems


def test_integers_stay_integers_and_fractions_become_exact_decimals():
    value = parse(
        b'[1, -0, 1.10, 1e2, 9223372036854775807, "x", null, true]', "f"
    ).value

    assert value == [1, 0, Decimal("1.10"), Decimal(100), 2**63 - 1, "x", None, True]
    assert [type(part) for part in value[:4]] == [int, int, Decimal, Decimal]


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("", 1),
        ("/id", 2),
        ("/lines", 3),
        ("/lines/0", 4),
        ("/lines/0/netPrice", 4),
        ("/lines/1/id", 5),
        ("/lines/1/a~1b~0c", 6),
        ("/lines/1/missing", 5),
        ("/missing", 1),
    ],
)
def test_a_pointer_leads_to_its_line_or_its_nearest_parent(place, line):
    assert parse(QUOTE, "f").line(place) == line


def test_a_pointer_escapes_what_rfc_6901_escapes():
    assert pointer("/lines", "a/b~c") == "/lines/a~1b~0c"
    assert pointer("/lines", 3) == "/lines/3"


def test_a_problem_of_the_root_still_names_an_element():
    problem = parse(QUOTE, "quote.json").problem("", "odd", "It is odd.")

    assert str(problem) == "quote.json:1: odd element=/: It is odd."


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (b"", "syntax", 1),
        (b"\n\n", "syntax", 3),
        (b"[1,\n,]", "syntax", 2),
        (b"[1 2]", "syntax", 1),
        (b'{"a" 1}', "syntax", 1),
        (b'{"a": 1,}', "syntax", 1),
        (b"{'a': 1}", "syntax", 1),
        (b"[1]\nx", "syntax", 2),
        (b"[01]", "syntax", 1),
        (b"[1.]", "syntax", 1),
        (b"[.5]", "syntax", 1),
        (b"[+1]", "syntax", 1),
        (b"[0x10]", "syntax", 1),
        (b"[NaN]", "syntax", 1),
        (b"[-Infinity]", "syntax", 1),
        (b"[True]", "syntax", 1),
        (b"// comment\n1", "syntax", 1),
        (b'["a\nb"]', "syntax", 1),
        (b'["open', "syntax", 1),
        (b'["\\x41"]', "escape", 1),
        (b"\xef\xbb\xbf{}", "syntax", 1),
        (b'["a",\n"\xff"]', "encoding", 2),
        ("[1]".encode("utf-16"), "encoding", 1),
        (b'{"a": 1,\n "a": 2}', "duplicate_key", 2),
        (b'{"a": 1,\n "\\u0061": 2}', "duplicate_key", 2),
        (b"[1e400]", "number_range", 1),
        (b"[1e+0000000000000400]", "number_range", 1),
        (b"[1e999999999999999999999999999999999999]", "number_range", 1),
        (b"[9223372036854775808]", "number_range", 1),
        (b"[-9223372036854775809]", "number_range", 1),
        (b"[0." + b"1" * 50 + b"]", "number_range", 1),
        (b"[" + b"1" * 5000 + b"]", "number_range", 1),
        (b'["\\u0000"]', "unstorable_text", 1),
        (b'{"\\ud800": 1}', "unstorable_text", 1),
        (b'["\\udc00\\ud800"]', "unstorable_text", 1),
        (b"[" * 100_000, "too_deep", 1),
        (b'{"a":' * 100_000, "too_deep", 1),
    ],
)
def test_what_is_not_strict_json_is_refused_with_its_line(text, code, line):
    (problem,) = problems(text)

    assert (problem.code, problem.line) == (code, line)
    assert problem.file == "quote.json"
    assert problem.sentence.startswith("Expected ")


def test_nesting_is_accepted_up_to_the_limit_and_refused_beyond():
    assert parse(b"[" * DEEP + b"]" * DEEP, "f").value
    assert problems(b"[" * (DEEP + 1) + b"]" * (DEEP + 1))[0].code == "too_deep"


def test_a_size_limit_refuses_one_byte_too_many():
    assert parse(b"[1]", "f", max_bytes=3).value == [1]
    with pytest.raises(DocumentError, match="at most 2 bytes, but got 3"):
        parse(b"[1]", "f", max_bytes=2)


def test_all_problems_of_content_are_reported_at_once():
    found = problems(b'{"a": 1e400,\n "a": "\\u0000",\n "b": 99999999999999999999}')

    assert [(p.line, p.code) for p in found] == [
        (1, "number_range"),
        (2, "duplicate_key"),
        (2, "unstorable_text"),
        (3, "number_range"),
    ]


def test_a_surrogate_pair_is_one_character():
    assert parse(b'["\\ud83d\\ude00"]', "f").value == ["😀"]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_what_another_writer_wrote_is_read_the_same(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert parse(text.encode(), "f").value == value


@given(st.binary(max_size=60) | st.text('[]{},:"\\-+.eE019aNu ', max_size=30))
def test_random_bytes_are_read_or_refused_and_nothing_else(text):
    raw = text if isinstance(text, bytes) else text.encode()
    try:
        value = parse(raw, "f").value
    except DocumentError:
        return
    assert value == json.loads(raw, parse_float=Decimal)
