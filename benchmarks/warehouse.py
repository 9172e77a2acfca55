"""
The policy of thirty rules in SQL, over a million quotes where they lie.

DuckDB over a Parquet file beside SQLite, and a table of PostgreSQL. Both answers, and
that of NumPy over the first part of the quotes, must be the same. Dialects of
warehouses are compiled where their packages are there.
"""

import sys
import tempfile
import time
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from sqlalchemy.dialects import registry

from approval_engine.analytics.batch import Batch, judge
from approval_engine.analytics.sql import counted, places
from approval_engine.analytics.sql.facts import Columns
from approval_engine.analytics.sql.places import Place
from approval_engine.policy.load import load
from approval_engine.policy.model import Policy
from approval_engine.policy.quotes import read_quotes
from benchmarks import many_quotes, simulate, world
from benchmarks.measure import Figure
from benchmarks.places import database

TIMES = 3
"""So often each is asked; the quickest counts, for others disturb."""

PART = 20_000
DIALECTS = {
    "snowflake": "snowflake",
    "bigquery": "sqlalchemy_bigquery",
    "databricks": "databricks",
}
"""Each with the package that it comes in."""

_CREATE = """
    CREATE TABLE sold (id text, revision int, "submittedBy" text, account text,
    currency text, amount numeric(14, 2), discount_pct numeric(4, 1),
    margin_pct numeric(5, 2), term_months int, payment_days int, region text,
    segment text, clauses text[])
"""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    The figures of one place; `rounds` is how many quotes there are.
    """
    policy = load(world.document(simulate.policy_document()))
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "quotes.parquet"
            many_quotes.write(file, rounds)
            _must_agree(policy, folder)
            found = _asked(policy, places.of_parquet(file), "DuckDB over Parquet")
        return [*found, *_compiled(policy)]
    with database(server, "warehouse") as url:
        _fill(url, rounds)
        return _asked(policy, places.of_table(url, "sold"), "a table of PostgreSQL")


def _asked(
    policy: Policy, opened: AbstractContextManager[Place], subject: str
) -> list[Figure]:
    taken, sums = [], None
    with opened as place:
        query = counted(policy, place.columns, simulate.DAY)
        for _ in range(TIMES):
            start = time.perf_counter()
            sums = place.connection.execute(query).one()
            taken.append(time.perf_counter() - start)
    print(f"{subject}: {tuple(sums or ())}", file=sys.stderr)
    seconds = min(taken) * simulate.QUOTES / (sums[0] if sums else 1)
    return [_figure(f"thirty rules in SQL, {subject}", seconds, "s for a million")]


def _must_agree(policy: Policy, folder: str) -> None:
    file = Path(folder) / "part.parquet"
    many_quotes.write(file, PART)
    dice = Random(7)
    made = [simulate.quote(dice, each) for each in range(PART)]
    judged = judge(
        policy, Batch.of(policy, read_quotes(world.document(made))), simulate.DAY
    )
    expected = [int(judged.fired[each.id].sum()) for each in policy.triggers]
    with places.of_parquet(file) as place:
        query = counted(policy, place.columns, simulate.DAY)
        total, aside, *found = place.connection.execute(query).one()
    if (total, aside, found) != (PART, 0, expected):
        sys.exit("Expected the same answers of DuckDB and NumPy, but they differ.")


def _fill(url: str, number: int) -> None:
    dice = Random(7)
    quotes = (simulate.quote(dice, each) for each in range(number))
    with (
        psycopg.connect(url.replace("+psycopg", "")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(_CREATE)
        with cursor.copy("COPY sold FROM STDIN") as copy:
            for row in quotes:
                copy.write_row(tuple(row.values()))
        cursor.execute("ANALYZE sold")


def _compiled(policy: Policy) -> list[Figure]:
    columns: Columns = _columns()
    found = []
    for name, package in DIALECTS.items():
        if find_spec(package) is None:
            continue
        dialect: Any = registry.load(name)()
        start = time.perf_counter()
        text = str(counted(policy, columns, simulate.DAY).compile(dialect=dialect))
        taken = (time.perf_counter() - start) * 1000
        found.append(_figure(f"compiled for {name}, {len(text)} letters", taken, "ms"))
    return found


def _columns() -> Columns:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.parquet"
        many_quotes.write(file, 1)
        with places.of_parquet(file) as place:
            return dict(place.columns)


def _figure(subject: str, value: float, unit: str) -> Figure:
    return Figure(
        workload="W6 simulate",
        database="none",
        subject=subject,
        value=round(value, 3),
        unit=unit,
    )
