"""
A simulation over a file that is several times larger than the memory it takes.

`python -m benchmarks.long_file --number 60000 --padding 12000` writes it, runs the
command over it and over a tenth of it, and prints size, time and memory of each.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import many_quotes, simulate, world

_MIB = 1024 * 1024


def main() -> None:
    """
    Measure both files.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=60_000)
    parser.add_argument("--padding", type=int, default=12_000)
    parser.add_argument("--ending", choices=("csv", "jsonl", "parquet"), default="csv")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        home = Path(folder)
        url = f"sqlite:///{home}/cpq.db"
        document = simulate.policy_document()
        world.found(url, document).database.close()
        draft = home / "draft.json"
        draft.write_text(json.dumps({**document, "version": "2"}), encoding="utf-8")
        for number in (options.number // 10, options.number):
            file = home / f"quotes.{options.ending}"
            many_quotes.write(file, number, options.padding)
            size = file.stat().st_size // _MIB
            seconds, memory = _simulated(url, draft, file)
            print(
                f"quotes={number} file={size}MiB processor={seconds:.1f}s"
                f" memory={memory}MiB",
                flush=True,
            )


def _simulated(url: str, draft: Path, file: Path) -> tuple[float, int]:
    command = [sys.executable, "-m", "approval_engine", "--database", url]
    asked = ["policy", "simulate", "--policy", str(draft), "--quotes", str(file)]
    process = subprocess.Popen([*command, *asked], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"Expected a simulation, but it ended with {status}.")
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


if __name__ == "__main__":
    main()
