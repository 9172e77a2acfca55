"""
Rows → a CSV file that spreadsheets open without running anything that stands in it.

What begins as a formula does is kept as text by an apostrophe before it, as OWASP has
it; numbers stay numbers.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

# Some spreadsheets take the wide forms of these signs for them.
_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def sheet(names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """
    The file with its heading, in UTF-8 with the mark by which spreadsheets know it.
    """
    return codecs.BOM_UTF8 + b"".join(map(line, (names, *rows)))


def line(cells: Iterable[object]) -> bytes:
    """
    One line of such a file, for whoever writes it bit by bit.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([cell(each) for each in cells])
    return text.getvalue().encode()


def cell(value: object) -> str:
    """
    A value as a cell that is never taken for a formula; None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return str(value)
    plain = str(value).replace("\0", "")
    return f"'{plain}" if plain.lstrip(" ")[:1] in _FORMULA and plain.strip() else plain
