"""
Files of very many quotes: `python -m benchmarks.many_quotes --number 1000000 FILE`.

The ending says the form: .csv, .jsonl or .parquet, for which DuckDB is needed. The same
number gives the same file. `--padding` adds so many letters to each quote.
"""

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks import simulate

TYPES = {
    "revision": "INTEGER",
    "amount": "DECIMAL(14, 2)",
    "discount_pct": "DECIMAL(4, 1)",
    "margin_pct": "DECIMAL(5, 2)",
    "term_months": "INTEGER",
    "payment_days": "INTEGER",
}
"""Columns that are no texts, as Parquet and PostgreSQL hold them."""


def main() -> None:
    """
    Write a file.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--number", type=int, default=1_000_000)
    parser.add_argument("--padding", type=int, default=0)
    options = parser.parse_args()
    write(options.file, options.number, options.padding)
    print(f"file={options.file} bytes={options.file.stat().st_size}")


def write(file: Path, number: int, padding: int = 0) -> None:
    """
    Write so many quotes in the form of the file's ending.
    """
    rows = _rows(number, padding)
    if file.suffix == ".jsonl":
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    elif file.suffix == ".parquet":
        _parquet(file, number, padding)
    else:
        with file.open("w", encoding="utf-8", newline="") as lines:
            cells = ({**row, "clauses": ";".join(row["clauses"])} for row in rows)
            first = next(cells)
            writer = csv.DictWriter(lines, fieldnames=list(first))
            writer.writeheader()
            writer.writerow(first)
            writer.writerows(cells)


def _rows(number: int, padding: int) -> Iterator[dict[str, object]]:
    dice = Random(7)
    more = {"justification": "x" * padding} if padding else {}
    for each in range(number):
        yield {**simulate.quote(dice, each), **more}


def _parquet(file: Path, number: int, padding: int) -> None:
    import duckdb

    beside = file.with_suffix(".csv.tmp")
    write(beside, number, padding)
    kinds = [f"CAST({name} AS {kind}) AS {name}" for name, kind in TYPES.items()]
    texts = "list_filter(string_split(coalesce(clauses, ''), ';'), lambda e: e <> '')"
    with duckdb.connect() as connection:
        rows = connection.read_csv(str(beside), all_varchar=True)
        columns = f"* REPLACE ({', '.join(kinds)}, {texts} AS clauses)"
        rows.project(columns).write_parquet(str(file))
    beside.unlink()


if __name__ == "__main__":
    main()
