"""
Run the benchmarks: one JSON line per figure into results/, a table on the screen.

Each part runs in a process of its own, on SQLite and on PostgreSQL, or on the database
of CPQ_DATABASE_URL only. `--short` takes few minutes and proves little; a part that
takes long to fill runs only if it is named, and one that is named may be given other
`--rounds`. `--compare` shows two runs side by side.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks import measure, places

PARTS = {
    "review": (300, 60),
    "growth": (60, 4),
    "inbox": (200, 4),
    "escalate": (4, 1),
    "throughput": (6, 1),
    "service": (100, 10),
    "flood": (100, 20),
    "simulate": (3, 1),
    "warehouse": (200_000, 20_000),
    "tables": (2000, 200),
    "pages": (15, 4),
    "forecast": (10, 3),
}
"""The modules that measure, with their rounds in the long and in the short form."""

NAMED = {"million": (15, 1), "evidence": (2, 1)}
"""Those that run only if they are named: filling takes long."""

KINDS = ("sqlite", "postgresql")

LEGEND = """\
W1 submit, W2 act, flow: submit and two acts; W3 inbox; W4 escalate; W5 throughput;
W6 simulate; W7 growth.
'x baseline' is a ratio within this run; only ratios count, and only of one run.
"""


def main() -> None:
    """
    Run every part, or with `--part` one of them on a server that is there.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="few rounds")
    parser.add_argument("--only", choices=PARTS | NAMED, help="one part")
    parser.add_argument("--on", choices=KINDS, help="one kind of database")
    parser.add_argument("--rounds", type=int, help="how many, of the one part")
    parser.add_argument(
        "--compare", nargs=2, type=Path, metavar=("BEFORE", "AFTER"), help="two runs"
    )
    parser.add_argument("--part", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        _part(*options.part)
        return
    if options.compare:
        print(measure.compared(*map(measure.read, options.compare)))
        return
    if options.rounds is not None and (options.only is None or options.rounds < 1):
        parser.error("Expected rounds of 1 or more, beside --only.")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    results = places.RESULTS / f"{stamp}.jsonl"
    places.RESULTS.mkdir(exist_ok=True)
    for kind, url in _databases(options.on):
        with places.place(kind, url) as server:
            if not places.durable(server):
                sys.exit("Expected a database that syncs its commits to disk.")
            for part, rounds in _chosen(options.only).items():
                often = options.rounds or rounds[options.short]
                command = (part, server, kind, str(often))
                _in_a_process_of_its_own(*command, results)
    print(measure.table(measure.read(results)))
    print(f"\n{LEGEND}\n{results}")


def _chosen(only: str | None) -> dict[str, tuple[int, int]]:
    return {only: (PARTS | NAMED)[only]} if only else PARTS


def _databases(only: str | None) -> Iterator[tuple[str, str | None]]:
    url = os.environ.get("CPQ_DATABASE_URL")
    for kind in KINDS:
        fits = url is None or url.startswith(kind)
        if fits and only in {None, kind}:
            yield kind, url


def _in_a_process_of_its_own(
    part: str, server: str, kind: str, rounds: str, results: Path
) -> None:
    print(f"{part} on {kind}, {rounds} rounds", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.run", "--part"]
    environment = os.environ | {"CPQ_BENCH_RESULTS": str(results)}
    start = time.monotonic()
    subprocess.run(
        [*command, part, server, kind, rounds],
        check=True,
        env=environment,
        cwd=Path(__file__).parents[1],
    )
    print(f"  took {time.monotonic() - start:.0f} s", file=sys.stderr)


def _part(part: str, server: str, kind: str, rounds: str) -> None:
    module = import_module(f"benchmarks.{part}")
    found = module.run(server, kind, int(rounds))
    measure.write(found, Path(os.environ["CPQ_BENCH_RESULTS"]))


if __name__ == "__main__":
    main()
