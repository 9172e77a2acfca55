"""
A process of its own, beside the one that measures: it works when it is sent a line.
"""

import subprocess
import sys
from pathlib import Path


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    """
    Run a module of the benchmarks; lines go in and come out as soon as they are whole.
    """
    return subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=Path(__file__).parents[1],
    )
