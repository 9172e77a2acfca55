"""
Files of quotes that need not fit into memory → quotes, read in pieces.

JSON (one document, or one quote on each line), CSV with a heading, and Parquet, which
DuckDB reads (the extra `warehouse`). In tables a column is what a key is in JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from approval_engine.documents import Document, JsonValue, parse
from approval_engine.domain.quote import Quote
from approval_engine.errors import DocumentError
from approval_engine.operations import quote_csv, quote_tables
from approval_engine.operations.quote_keys import Keys, is_revision
from approval_engine.policy.model import InputType, Policy
from approval_engine.policy.quotes import read_quotes
from approval_engine.policy.reading.words import snake
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.quotes import row_of

_WORDS: Mapping[str, bool] = {"true": True, "false": False}
_BETWEEN = ";"
"""What stands between the elements of a list in a cell."""

_BLANK = " \t"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """
    One quote of a file, and how far into the file it ends, of `QuoteFile.length`.
    """

    quote: Quote
    line: int
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

    Raises DocumentError, now or on the way, with the line of what is wrong; at its end
    if there was no quote, or a revision came twice.
    """
    ending, name = path.suffix.lower(), str(path)
    if ending == ".parquet":
        table = quote_tables.parquet(path)
        return _once(name, table.rows, lambda: _of_rows(table.read(), name))
    length = path.stat().st_size
    if ending == ".csv":
        types = {each.name: each.type for policy in policies for each in policy.inputs}
        return _once(name, length, lambda: _of_csv(path, types))
    if ending in {".jsonl", ".ndjson"}:
        return _once(name, length, lambda: _of_lines(path))
    document = parse(path.read_bytes(), name)
    pieces = list(_whole(document))
    return _once(name, len(pieces), lambda: iter(pieces))


def _once(file: str, length: int, pieces: Callable[[], Iterator[Piece]]) -> QuoteFile:
    def known() -> Iterator[Piece]:
        with Keys(file) as keys:
            for each in pieces():
                keys.add(each.quote.id, each.quote.revision, each.line)
                yield each
            keys.must_differ()

    return QuoteFile(length=length, pieces=known)


def _whole(document: Document) -> Iterator[Piece]:
    # A revision that comes twice in one document is refused where it is read.
    for number, quote in enumerate(read_quotes(document), 1):
        yield Piece(quote=quote, line=number, at=number)


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
            yield from _read(document, number, at)


def _of_csv(path: Path, types: Mapping[str, InputType]) -> Iterator[Piece]:
    for row in quote_csv.rows(path):
        value = _valued(row.cells, types)
        yield from _quote(value, str(path), row.line, row.at)


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
            parts = (part.strip(_BLANK) for part in cell.split(_BETWEEN))
            found[heading] = [part for part in parts if part]
        elif cell and kind is InputType.BOOLEAN:
            found[heading] = _WORDS.get(cell.lower(), cell)
        elif heading == "revision" and is_revision(cell):
            found[heading] = int(cell)
        elif cell:
            found[heading] = cell
    return found


def _of_rows(rows: Iterable[dict[str, JsonValue]], file: str) -> Iterator[Piece]:
    for number, row in enumerate(rows, 1):
        said: JsonValue = {n: value for n, value in row.items() if value is not None}
        yield from _quote(said, file, number, number)


def _quote(value: JsonValue, file: str, line: int, at: int) -> Iterator[Piece]:
    document = Document(file=file, value=value, offsets={}, newlines=())
    return _read(document, line, at)


def _read(document: Document, line: int, at: int) -> Iterator[Piece]:
    try:
        quotes = read_quotes(document)
    except DocumentError as error:
        raise _moved(error, line) from None
    return (Piece(quote=each, line=line, at=at) for each in quotes)


def _moved(error: DocumentError, line: int) -> DocumentError:
    """
    The same problems in the line of the file that the part of it came from.
    """
    return DocumentError(*(replace(each, line=line) for each in error.problems))
