"""
Rows → a table for people; programs get `key=value` lines instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from unicodedata import east_asian_width

GAP = "  "
WIDEST = 40
"""How wide a column may be, in the places that a terminal counts."""


def table(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """
    A line of headings and a line per row, in columns; nothing for no rows.

    All rows have the keys of the first.
    """
    if not rows:
        return
    names = tuple(rows[0])
    lines = [
        tuple(map(str.upper, names)),
        *(tuple(_cut(row[name]) for name in names) for row in rows),
    ]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield GAP.join(_padded(line, widths)).rstrip()


def width(text: str) -> int:
    """
    How many places a terminal takes for a text.
    """
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(line: Iterable[str], widths: Iterable[int]) -> Iterator[str]:
    for text, wide in zip(line, widths, strict=True):
        yield text + " " * (wide - width(text))


def _cut(text: str) -> str:
    # What a quote says must not be able to move the cursor.
    shown = "".join(sign if sign.isprintable() else "�" for sign in text)
    while width(shown) > WIDEST:
        shown = f"{shown[:-2]}…"
    return shown
