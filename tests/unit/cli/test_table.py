"""
Tables for people: aligned, and nothing in them can touch the terminal.
"""

from approval_engine.cli.table import WIDEST, table, width


def test_no_rows_make_no_table():
    assert list(table([])) == []


def test_columns_are_as_wide_as_their_widest_text():
    rows = [{"due": "now", "why": "x"}, {"due": "in 3 h", "why": "margin, clause"}]

    assert list(table(rows)) == ["DUE     WHY", "now     x", "in 3 h  margin, clause"]


def test_wide_letters_count_double():
    lines = list(table([{"a": "株式会社", "b": "1"}, {"a": "ACME", "b": "2"}]))

    assert [width(line) for line in lines[1:]] == [11, 11]


def test_a_long_text_is_cut():
    (_, line) = table([{"a": "x" * 99}])

    assert (width(line), line[-1]) == (WIDEST, "…")


def test_control_characters_are_not_printed():
    (_, line) = table([{"a": "\x1b[31mred\r\n"}])

    assert line.isprintable()
