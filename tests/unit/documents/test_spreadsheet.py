"""
Sheets hold what they were given, and nothing in them runs.
"""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.documents.spreadsheet import cell, sheet

TRIGGERS = "=+-@\t\r"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\uff1d1",
        "\0=cmd|' /C'!A0",
    ],
)
def test_what_begins_as_a_formula_stays_text(text):
    assert cell(text) == "'" + text.replace("\0", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-3, "-3"),
        (Decimal("-0.50"), "-0.50"),
        (True, "true"),
        (None, ""),
        ("ACME", "ACME"),
        ("a=b", "a=b"),
        ("   ", "   "),
    ],
)
def test_numbers_and_harmless_text_stay_what_they_are(value, text):
    assert cell(value) == text


@given(
    rows=st.lists(
        st.tuples(
            st.text(max_size=20), st.text(alphabet=TRIGGERS + "a1, \"'\n", max_size=9)
        )
    )
)
def test_a_sheet_is_read_back_and_no_cell_of_it_begins_as_a_formula(rows):
    body = sheet(("one", "=two"), rows)
    found = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))

    assert found[0] == ["one", "'=two"]
    assert len(found) == len(rows) + 1
    for row, cells in zip(rows, found[1:], strict=True):
        for value, text in zip(row, cells, strict=True):
            assert text.removeprefix("'") == value.replace("\0", "").removeprefix("'")
            assert text.strip()[:1] not in set(TRIGGERS) or not text.strip()
