"""
Rows that the product wrote for some reviews → very many more reviews like them.

Each review is written again under other numbers, and every document of its own under
the hash of what it says then; only the chains of the events are not made anew. Every
list and page works on such rows; `approval verify` would find them out.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy import Table

from approval_engine.store.database import Database, Transaction
from approval_engine.store.schema import METADATA
from benchmarks import floor
from benchmarks.places import plain

T = TypeVar("T")

STRIDE = 1000
"""How far apart the numbers of two copies of one review are."""

_ROWS_AT_ONCE = 50_000
"""About how many rows go into one transaction."""

_NUMBER = re.compile(r"[789]0{4}\d{3}")
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

Row = Mapping[str, object]
Names = Mapping[str, str]
"""A number or hash in the rows of a review → what stands there in a copy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """
    What was written for one review: its rows by table, those that others name first.
    """

    rows: tuple[tuple[Table, Row], ...]

    @property
    def documents(self) -> dict[str, str]:
        """
        The texts of its own documents, by their hashes.
        """
        found = (row for table, row in self.rows if table.name == "document")
        return {str(row["sha256"]): _text(row["body"]) for row in found}

    @property
    def numbers(self) -> frozenset[str]:
        """
        The numbers that no other review has.
        """
        texts = (_text(value) for _, row in self.rows for value in row.values())
        return frozenset(each for text in texts for each in _NUMBER.findall(text))


def recorded(rows: floor.Rows, whose: Callable[[int], int]) -> list[Review]:
    """
    The rows of all reviews that began at the numbers of the floor, in their order.

    `whose` says to which review a number belongs. What several share has no number.
    """
    found: dict[int, list[tuple[Table, Row]]] = {}
    for table in METADATA.sorted_tables:
        for row in rows[table.name].values():
            number = _NUMBER.search(" ".join(map(_text, row.values())))
            if number:
                mine = found.setdefault(whose(int(number[0])), [])
                mine.append((table, row))
    return [Review(rows=tuple(found[number])) for number in sorted(found)]


def fill(database: Database, reviews: Sequence[Review], copies: range) -> None:
    """
    Write the copies of these numbers, from 1 on, of every review.
    """
    if database.is_sqlite:
        moulds = [_Mould(review, _cells) for review in reviews]
        for batch in _batches(moulds, copies):
            with database.begin() as transaction:
                for table, rows in batch.items():
                    write_rows(transaction, table, [row(names) for row, names in rows])
        return
    url = database.url.render_as_string(hide_password=False)
    with psycopg.connect(plain(url)) as connection:
        _copy_all(connection, reviews, copies)
        connection.autocommit = True
        # What a server does by itself, a minute after so many rows.
        connection.execute("VACUUM ANALYZE")


def write_rows(
    transaction: Transaction, table: Table, rows: list[dict[str, object]]
) -> None:
    """
    Add many rows, in the quickest way that the database has.
    """
    if transaction.dialect.name == "sqlite":
        transaction.execute(table.insert(), rows)
        return
    # A tenth of what as many INSERTs take.
    names = [str(column.name) for column in table.columns]
    with transaction.connection.cursor().copy(_into(table)) as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def _copy_all(
    connection: psycopg.Connection, reviews: Sequence[Review], copies: range
) -> None:
    moulds = [_Mould(review, _line) for review in reviews]
    with _bare(connection):
        for batch in _batches(moulds, copies):
            for table, rows in batch.items():
                with connection.cursor().copy(_into(table)) as copy:
                    copy.write("".join(line % names for line, names in rows))
            connection.commit()


@contextmanager
def _bare(connection: psycopg.Connection) -> Iterator[None]:
    """
    Without the indexes that nothing is unique by, and without checks of foreign keys.

    Both together take several times as long as the rows; the rows are right anyhow.
    """
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '256MB'")
    found = connection.execute(_INDEXES).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    connection.commit()
    yield
    for _, definition in found:
        connection.execute(definition)
    connection.commit()


_INDEXES = """
    SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT indisunique
"""


def _into(table: Table) -> sql.Composed:
    names = (sql.Identifier(str(column.name)) for column in table.columns)
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(names)
    )


class _Mould(Generic[T]):
    """
    A review with gaps for what differs from copy to copy.
    """

    def __init__(self, review: Review, form: Callable[[Row, "_Gaps"], T]) -> None:
        documents = review.documents
        gaps = _Gaps([*review.numbers, *documents])
        self.rows = [(table, form(row, gaps)) for table, row in review.rows]
        self._numbers = {number: int(number) for number in review.numbers}
        self._documents = {sha: gaps.of(text) for sha, text in documents.items()}

    def names(self, copy: int) -> Names:
        """
        What stands in the gaps of the copy of that number.
        """
        found = {each: str(n + copy * STRIDE) for each, n in self._numbers.items()}
        for sha256, text in self._documents.items():
            found[sha256] = hashlib.sha256((text % found).encode()).hexdigest()
        return found | {f"x{each}": _hex(new) for each, new in found.items()}


class _Gaps:
    """
    Texts in which some names become gaps for `%` to fill.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = re.compile("|".join(names))

    def of(self, text: str) -> str:
        """
        The text with its gaps.
        """
        parts = self._split(text)
        return "".join(f"%({p})s" if gap else p.replace("%", "%%") for p, gap in parts)

    def of_bytes(self, value: bytes) -> str:
        """
        The same of the digits by which bytes are written down.
        """
        parts = self._split(value.decode())
        return "".join(f"%(x{p})s" if gap else _hex(p) for p, gap in parts)

    def in_(self, value: object) -> bool:
        """
        Whether anything becomes a gap.
        """
        return bool(self._names.search(_text(value)))

    def _split(self, text: str) -> Iterator[tuple[str, bool]]:
        end = 0
        for found in self._names.finditer(text):
            yield text[end : found.start()], False
            yield found[0], True
            end = found.end()
        yield text[end:], False


def _batches(
    moulds: Sequence[_Mould[T]], copies: range
) -> Iterator[dict[Table, list[tuple[T, Names]]]]:
    batch: dict[Table, list[tuple[T, Names]]] = {}
    count = 0
    for copy in copies:
        for mould in moulds:
            names = mould.names(copy)
            for table, row in mould.rows:
                batch.setdefault(table, []).append((row, names))
            count += len(mould.rows)
            if count >= _ROWS_AT_ONCE:
                yield batch
                batch, count = {}, 0
    yield batch


def _cells(row: Row, gaps: _Gaps) -> Callable[[Names], dict[str, object]]:
    """
    A row as the driver of SQLite takes it.
    """
    fixed = dict(row)
    moved = [
        (name, gaps.of(_text(value)), type(value))
        for name, value in row.items()
        if gaps.in_(value)
    ]

    def filled(names: Names) -> dict[str, object]:
        return fixed | {name: _as(text % names, kind) for name, text, kind in moved}

    return filled


def _as(text: str, kind: type) -> object:
    if kind is bytes:
        return text.encode()
    return int(text) if kind is int else text


def _line(row: Row, gaps: _Gaps) -> str:
    """
    A row as a line that COPY reads.
    """
    return "\t".join(_cell(value, gaps) for value in row.values()) + "\n"


def _cell(value: object, gaps: _Gaps) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return r"\\x" + gaps.of_bytes(value)
    return gaps.of(str(value).translate(_ESCAPED))


def _hex(text: str) -> str:
    return text.encode().hex()


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
