"""
One member of a crew of two versions that work on one database at the same time.

Run as a module it says `ready`, works on whatever it picks until it is told to stop,
and tells what it did. Which version it is depends on where its Python looks first.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from threading import Event, Thread

from sqlalchemy import select

from approval_engine import worker
from approval_engine.domain.actions import Action
from approval_engine.errors import Conflict, Refused, StorageError
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.store import upgrade
from approval_engine.store.database import Database
from approval_engine.store.schema import QUOTE, TASK, WORKFLOW
from tests.concurrency.company import LATE, NOW, SAM, caller

_ROOT = Path(__file__).parents[2]

NEWER = "newer"
"""What a member counts that it left to the newer program."""


class Member:
    """
    The parent's end of one process.
    """

    def __init__(self, url, home=None, quotes=""):
        found = dict(os.environ)
        if home is not None:
            found["PYTHONPATH"] = str(home)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.rolling", url, quotes],
            cwd=_ROOT,
            env=found,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"

    def stop(self):
        """
        Let it end; what it counted.
        """
        out, _ = self._process.communicate("stop\n")
        assert self._process.returncode == 0, out
        return Counter(json.loads(out))

    def kill(self):
        self._process.kill()
        self._process.communicate()


def cpq(url, home, *arguments):
    """
    One command of that version.
    """
    return subprocess.run(
        [sys.executable, "-m", "approval_engine", "--database", url, *arguments],
        env={**os.environ, "PYTHONPATH": str(home), "CPQ_TRUST_CLI": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


class Work:
    """
    Submits what is new and answers what is open, at random, with whoever may.
    """

    def __init__(self, url, quotes):
        self.counts = Counter(schema=int(upgrade.NEWEST))
        self._url = url
        self._quotes = quotes
        self._stop = Event()
        self._threads = [
            Thread(target=self._watched, args=(each,))
            for each in (self._people, self._worker)
        ]

    def begin(self):
        for thread in self._threads:
            thread.start()

    def end(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _watched(self, work):
        try:
            work()
        except Exception as error:  # noqa: BLE001 the test must hear of anything
            self.counts[repr(error)] += 1

    def _people(self):
        runtime = Runtime(database=Database(self._url), clock=lambda: NOW)
        dice = Random(len(self._quotes))  # noqa: S311 it chooses work, not secrets
        while not self._stop.is_set():
            self._counted("submitted", self._submit, runtime, dice)
            for row in self._open(runtime, dice):
                if self._stop.is_set():
                    break
                self._counted("decided", self._answer, runtime, dice, row)
        runtime.database.close()

    def _worker(self):
        runtime = Runtime(database=Database(self._url), clock=lambda: LATE)
        while not self._stop.wait(0.2):
            done = worker.once(runtime, batch=5)
            self.counts["fired"] += done.fired
            self.counts["put_off"] += len(done.put_off)
            self.counts["held"] += len(done.held)
        runtime.database.close()

    def _submit(self, runtime, dice):
        with runtime.database.read() as transaction:
            started = select(WORKFLOW.c.quote_id)
            query = select(QUOTE.c.id).where(
                QUOTE.c.id.startswith(self._quotes), QUOTE.c.id.not_in(started)
            )
            ids = transaction.execute(query.limit(20)).scalars().all()
        if ids:
            submit(runtime, dice.choice(ids), caller(SAM))

    def _open(self, runtime, dice):
        with runtime.database.read() as transaction:
            query = select(TASK).where(TASK.c.is_open == 1)
            rows = transaction.execute(query.limit(60)).all()
        return dice.sample(rows, min(8, len(rows)))

    def _answer(self, runtime, dice, row):
        person = row.assignee or dice.choice(json.loads(row.candidates))
        action = dice.choice((Action.APPROVE, Action.APPROVE, Action.COMMENT))
        wish = Wish(
            workflow=row.workflow_id, task=row.id, action=action, comment="because"
        )
        act(runtime, wish, caller(person))

    def _counted(self, name, do, *arguments):
        try:
            do(*arguments)
        except (Conflict, Refused):
            # Somebody else was quicker.
            self.counts["refused"] += 1
        except StorageError as error:
            self.counts[NEWER if "newer program" in str(error) else str(error)] += 1
        else:
            self.counts[name] += 1


def main(url, quotes):
    database = Database(url)
    upgrade.require_newest(database)
    work = Work(url, quotes)
    work.begin()
    os.write(1, b"ready\n")
    sys.stdin.readline()
    work.end()
    # Whoever may not go on with the schema of today is no part of the crew.
    upgrade.require_newest(database)
    database.close()
    os.write(1, json.dumps(work.counts).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
