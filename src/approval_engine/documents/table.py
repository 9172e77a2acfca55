"""
The bytes of a CSV file with a heading → its rows with their lines, or why it is none.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from approval_engine.documents.document import placed
from approval_engine.errors import DocumentError


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    """
    One row: its last line in the file, and its cells by the names of the heading.

    `fits` is false where it has more or fewer cells than the heading.
    """

    line: int
    cells: Mapping[str, str]
    fits: bool


def read_table(
    body: bytes, file: str, what: str
) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
    """
    The heading and the rows. Raises DocumentError, which says what was to be read.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        sentence = f"Expected {what} in UTF-8."
        raise DocumentError(placed(file, 1, "", "encoding", sentence)) from None
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        return tuple(reader.fieldnames or ()), tuple(_rows(reader))
    except csv.Error as error:
        sentence = f"Expected {what} as CSV, but {error}."
        # The line that could not be read is not counted yet.
        line = reader.line_num + 1
        raise DocumentError(placed(file, line, "", "syntax", sentence)) from None


def _rows(reader: "csv.DictReader[str]") -> Iterator[TableRow]:
    for row in reader:
        cells = {name: cell for name, cell in row.items() if isinstance(cell, str)}
        fits = None not in row and len(cells) == len(row)
        yield TableRow(line=reader.line_num, cells=cells, fits=fits)
