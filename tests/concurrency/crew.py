"""
Worker processes beside each other, of which one may be killed in the middle.

Run as a module it is one of them: it says `ready`, works once it is told to begin, says
`moving` for every workflow that it moves, and how many these were in all.
"""

import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic

from sqlalchemy import func, select

from approval_engine import worker
from approval_engine.executor.commands.tick import due
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Database
from approval_engine.store.schema import EVENT
from tests.concurrency.company import LATE
from tests.concurrency.oracle import rows

_ROOT = Path(__file__).parents[2]

HASTE = 20
"""How much faster their clock runs, so that the claims of the dead are soon over."""


def fire(company, workers, overdue, *, kill=False):
    """
    Let that many processes fire what is due: each timer once, whoever dies.
    """
    started = company.start(overdue // 2)
    crew = [_Member(company.url) for _ in range(workers)]
    for member in crew:
        member.hear("ready")
    for member in crew:
        member.begin()
    if kill:
        crew[0].hear("moving")
        crew[0].kill()
    moved = [int(member.hear("moved")) for member in crew[kill:]]
    assert due(company.late) == ()
    assert sum(moved) < len(started) if kill else sum(moved) == len(started)
    # Both of their timers were due, and both went up one rung, once.
    ids = {each.id for each in started}
    climbed = (
        select(EVENT.c.workflow_id, func.count())
        .where(EVENT.c.action == "task_escalated")
        .group_by(EVENT.c.workflow_id)
    )
    found = dict(rows(company.runtime, climbed))
    assert {each: found.get(each, 0) for each in ids} == dict.fromkeys(ids, 2)


class _Member:
    """
    The parent's end of one process.
    """

    def __init__(self, url):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.crew", url],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self):
        self._process.stdin.write("begin\n")
        self._process.stdin.flush()

    def hear(self, wanted):
        """
        The rest of the next line that begins with this word.
        """
        for line in self._process.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == wanted:
                if word == "moved":
                    self._end()
                return rest
        message = f"Expected a worker to say '{wanted}', but it ended."
        raise AssertionError(message)

    def kill(self):
        self._process.kill()
        self._end()

    def _end(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def main(url):
    born = monotonic()
    clock = lambda: LATE + timedelta(seconds=HASTE * (monotonic() - born))  # noqa: E731
    runtime = Runtime(database=Database(url), clock=clock)
    logger = logging.getLogger(worker.__name__)
    logger.setLevel(logging.INFO)
    logger.addHandler(_Moving())
    pulse, moved = worker.Pulse(runtime), 0
    _say("ready")
    sys.stdin.readline()
    while due(runtime):
        # Small batches, so that whoever is killed has some of his claim left.
        moved += worker.once(runtime, batch=20, pulse=pulse).fired
    pulse.leave()
    _say(f"moved {moved}")


class _Moving(logging.Handler):
    """
    Tells the parent of every workflow that moved.
    """

    def emit(self, record):
        if "action=tick" in record.getMessage():
            _say("moving")


def _say(line):
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
