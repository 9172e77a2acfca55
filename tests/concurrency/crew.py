"""
Worker processes beside each other, of which one may be killed in the middle.

Run as a module it is one of them: it says `ready`, works once it is told to begin, says
`moving` for every workflow that it moves, and how many these were in all.
"""

import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic, sleep

from sqlalchemy import func, select

from approval_engine import worker
from approval_engine.domain.events import instant
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


def harass(company, workers, overdue):
    """
    Like `fire`, but every second one of them is killed and another comes in its place.

    The kills, and how many seconds after it was due each timer was fired, longest last.
    """
    started = company.start(overdue // 2)
    company.runtime.database.close()
    company.late.database.close()
    born, kills = monotonic(), 0
    crew = [_fork(company.url, born) for _ in range(workers)]
    while due(company.late):
        sleep(1)
        if due(company.late):
            _end(crew.pop(0), signal.SIGKILL)
            company.late.database.close()
            crew.append(_fork(company.url, born))
            kills += 1
    for pid in crew:
        _end(pid, signal.SIGTERM)
    ids = [each.id for each in started]
    fired = select(EVENT.c.workflow_id, EVENT.c.timestamp).where(
        EVENT.c.action == "task_escalated"
    )
    found = [row for row in rows(company.runtime, fired) if row[0] in set(ids)]
    assert Counter(workflow for workflow, _ in found) == dict.fromkeys(ids, 2)
    return kills, sorted(
        (instant(at) - LATE).total_seconds() / HASTE for _, at in found
    )


def _fork(url, born):
    """
    A worker that has everything imported already, as one does that has run for a while.
    """
    pid = os.fork()
    if pid:
        return pid
    try:
        stop = Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        worker.run(_hasty(url, born), stop, poll_s=0.05)
    finally:
        os._exit(0)


def _end(pid, how):
    os.kill(pid, how)
    os.waitpid(pid, 0)


def _hasty(url, born):
    clock = lambda: LATE + timedelta(seconds=HASTE * (monotonic() - born))  # noqa: E731
    return Runtime(database=Database(url), clock=clock)


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
    runtime = _hasty(url, monotonic())
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
