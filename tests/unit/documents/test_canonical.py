import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.documents import (
    canonical,
    in_order,
    load,
    parse,
    sha256,
    written,
)


class Colour(StrEnum):
    RED = "red"


class Size(Enum):
    BIG = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    size: Size
    parts: tuple[object, ...] = ()


NEW_YORK = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        ("é\n", '"é\\n"'),
        (Decimal("1.50"), '"1.5"'),
        (Decimal(100), '"100"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("1E-3"), '"0.001"'),
        (Decimal("-0.00"), '"0"'),
        (Decimal("123456789012345678901234567890.10"), None),
        (Colour.RED, '"red"'),
        (Size.BIG, "3"),
        (date(2026, 3, 6), '"2026-03-06"'),
        (datetime(2026, 3, 6, 16, 0, tzinfo=NEW_YORK), '"2026-03-06T21:00:00Z"'),
        (datetime(2026, 3, 6, microsecond=5, tzinfo=UTC), None),
        ((1, [2, ()]), "[1,[2,[]]]"),
        ({"b": 1, "a": {"d": 2, "c": 3}}, '{"a":{"c":3,"d":2},"b":1}'),
        (MappingProxyType({Colour.RED: Colour.RED}), '{"red":"red"}'),
        (Box(size=Size.BIG, parts=("a",)), '{"parts":["a"],"size":3}'),
    ],
)
def test_each_kind_of_value_has_one_form(value, text):
    long = {
        "Decimal": '"123456789012345678901234567890.1"',
        "datetime": '"2026-03-06T00:00:00.000005Z"',
    }

    assert canonical(value).decode() == (text or long[type(value).__name__])


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        [1, {"a": 2.0}],
        Decimal("NaN"),
        Decimal("Infinity"),
        datetime(2026, 3, 6),  # noqa: DTZ001
        {1: "a"},
        {None: 1},
        Box(size=Size.BIG, parts=(0.5,)),
        Box,
        frozenset({"a"}),
        b"bytes",
        object(),
        2**64,
        "\ud800",
    ],
)
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_the_standard_library_writes_the_same_bytes(value):
    plain = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()

    assert canonical(value) == plain


@given(VALUES)
def test_what_was_written_loads_as_the_same_value(value):
    assert load(canonical(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8))
def test_equal_decimals_have_equal_bytes_and_keep_their_value(value):
    assert canonical(value) == canonical(Decimal(f"{value:f}000"))
    assert Decimal(str(load(canonical(value)))) == value


def test_a_hash_is_over_the_bytes_or_the_canonical_form():
    expected = hashlib.sha256(b'{"a":"1.5"}').hexdigest()

    assert sha256({"a": Decimal("1.50")}) == expected
    assert sha256(b'{"a":"1.5"}') == expected


def test_what_is_not_json_does_not_load():
    with pytest.raises(ValueError, match="unexpected"):
        load(b"{]")


def test_keys_keep_their_order_where_it_has_a_meaning():
    assert in_order({"b": Decimal("1.50"), "a": ()}) == b'{"b":"1.5","a":[]}'


@given(VALUES)
def test_what_was_written_in_order_is_written_the_same_once_more(value):
    text = in_order(value)

    assert in_order(load(text)) == text


@pytest.mark.parametrize(
    "value",
    [{"b": [1, "2.50", True, None], "a": {"é": "a\nb\u2028"}}, [], "text", 2**63 - 1],
)
def test_what_was_written_is_read_as_a_file_would_be_but_for_its_places(value):
    text = canonical(value)

    assert written(text, "quote").value == parse(text, "quote").value == value


@pytest.mark.parametrize(
    "text",
    [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b'{"a":1}\n', b"{", b'"\xff"'],
)
def test_what_was_written_otherwise_is_left_to_the_strict_reader(text):
    assert written(text, "quote") is None
