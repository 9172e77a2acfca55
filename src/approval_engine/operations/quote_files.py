"""
Files of quotes that need not fit into memory → quotes, read in pieces.

JSON (one document, or one quote on each line), CSV with a heading, and Parquet, which
DuckDB reads (the extra `warehouse`). In tables a column is what a key is in JSON.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from approval_engine.documents import Document, JsonValue, parse
from approval_engine.documents.document import placed
from approval_engine.domain.quote import Quote
from approval_engine.errors import DocumentError
from approval_engine.operations import quote_tables
from approval_engine.policy.model import InputType, Policy
from approval_engine.policy.quotes import read_quotes
from approval_engine.policy.reading.words import snake
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.quotes import row_of

_WORDS: Mapping[str, bool] = {"true": True, "false": False}
_BETWEEN = ";"
"""What stands between the elements of a list in a cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """
    One quote of a file, and how far into the file it ends, of `QuoteFile.length`.
    """

    quote: Quote
    at: int

    @property
    def asked(self) -> tuple[QuoteRow, Quote]:
        """
        The quote as it would lie in the store.
        """
        # Its hash would lead to a stored document, and there is none.
        return row_of(self.quote, ""), self.quote


@dataclass(frozen=True, kw_only=True, slots=True)
class QuoteFile:
    """
    A file of quotes; `length` is in the unit of `Piece.at`, and only for a bar.
    """

    length: int
    pieces: Callable[[], Iterator[Piece]]


def opened(path: Path, policies: Iterable[Policy]) -> QuoteFile:
    """
    A file by its ending; `policies` say which columns are lists or truth values.

    Raises DocumentError, now or on the way, with the line of what is wrong.
    """
    ending, name = path.suffix.lower(), str(path)
    if ending == ".parquet":
        table = quote_tables.parquet(path)
        return QuoteFile(length=table.rows, pieces=lambda: _of_rows(table.read(), name))
    length = path.stat().st_size
    if ending == ".csv":
        types = {each.name: each.type for policy in policies for each in policy.inputs}
        return QuoteFile(length=length, pieces=lambda: _of_csv(path, types))
    if ending in {".jsonl", ".ndjson"}:
        return QuoteFile(length=length, pieces=lambda: _of_lines(path))
    document = parse(path.read_bytes(), name)
    quotes = read_quotes(document)
    pieces = [Piece(quote=quote, at=n) for n, quote in enumerate(quotes, 1)]
    return QuoteFile(length=len(pieces), pieces=lambda: iter(pieces))


def _of_lines(path: Path) -> Iterator[Piece]:
    at = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            at += len(line)
            if not line.strip():
                continue
            try:
                document = parse(line, str(path))
            except DocumentError as error:
                raise _moved(error, number) from None
            yield from (Piece(quote=e, at=at) for e in _read(document, number))


def _of_csv(path: Path, types: Mapping[str, InputType]) -> Iterator[Piece]:
    file, at = str(path), 0

    def counted(lines: Iterable[str]) -> Iterator[str]:
        nonlocal at
        for line in lines:
            at += len(line)
            yield line

    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(counted(lines), strict=True)
        try:
            heading = next(reader, [])
            for cells in reader:
                line = reader.line_num
                if len(cells) != len(heading):
                    sentence = f"Expected {len(heading)} cells, but got {len(cells)}."
                    raise DocumentError(placed(file, line, "", "cells", sentence))
                value = _valued(dict(zip(heading, cells, strict=True)), types)
                yield from (Piece(quote=e, at=at) for e in _quote(value, file, line))
        except csv.Error as error:
            sentence = f"Expected quotes as CSV, but {error}."
            found = placed(file, reader.line_num + 1, "", "syntax", sentence)
            raise DocumentError(found) from None
        except UnicodeDecodeError:
            sentence = "Expected quotes in UTF-8."
            found = placed(file, reader.line_num + 1, "", "encoding", sentence)
            raise DocumentError(found) from None


def _valued(
    cells: Mapping[str, str], types: Mapping[str, InputType]
) -> dict[str, JsonValue]:
    """
    What a row says: an empty cell says nothing, but a list without elements is one.
    """
    found: dict[str, JsonValue] = {}
    for heading, cell in cells.items():
        kind = types.get(snake(heading))
        if kind is InputType.LIST:
            parts: list[JsonValue] = [part for part in cell.split(_BETWEEN) if part]
            found[heading] = [p.strip() for p in parts if isinstance(p, str)]
        elif cell and kind is InputType.BOOLEAN:
            found[heading] = _WORDS.get(cell.lower(), cell)
        elif cell and heading == "revision" and cell.isascii() and cell.isdigit():
            found[heading] = int(cell)
        elif cell:
            found[heading] = cell
    return found


def _of_rows(rows: Iterable[dict[str, JsonValue]], file: str) -> Iterator[Piece]:
    for number, row in enumerate(rows, 1):
        said: JsonValue = {n: value for n, value in row.items() if value is not None}
        yield from (Piece(quote=e, at=number) for e in _quote(said, file, number))


def _quote(value: JsonValue, file: str, line: int) -> tuple[Quote, ...]:
    document = Document(file=file, value=value, offsets={}, newlines=())
    return _read(document, line)


def _read(document: Document, line: int) -> tuple[Quote, ...]:
    try:
        return read_quotes(document)
    except DocumentError as error:
        raise _moved(error, line) from None


def _moved(error: DocumentError, line: int) -> DocumentError:
    """
    The same problems in the line of the file that the part of it came from.
    """
    return DocumentError(*(replace(each, line=line) for each in error.problems))
