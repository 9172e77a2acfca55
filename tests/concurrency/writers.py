"""
Processes that write side by side into one database, or hold its lock and stop.

Run as a module it is their parent: it forks them, so that all of them begin at once.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from sqlalchemy import event

from approval_engine.domain.actions import Action
from approval_engine.errors import ApprovalEngineError
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.runtime import Runtime
from approval_engine.store.database import Database
from tests.concurrency.company import MANAGERS, NOW, caller, do
from tests.concurrency.oracle import assert_sound, decisions

_ROOT = Path(__file__).parents[2]


def side_by_side(company, writers, times):
    """
    Each of so many processes decides that often: all of it is done, nobody is refused.

    The seconds that each decision took, longest last.
    """
    started = company.start(writers * times)
    shares = [started[number::writers] for number in range(writers)]
    work = [[[each.id, each.manager] for each in share] for share in shares]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.writers", company.url],
        cwd=_ROOT,
        input=json.dumps(work),
        capture_output=True,
        text=True,
        check=True,
    )
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [each for each in told if each["error"]] == []
    assert len(told) == len(started)
    for each in started:
        assert decisions(company.runtime, each.manager) == ["task_approved"]
    return sorted(each["seconds"] for each in told)


def main(url):
    """
    One child per share; each says a line per decision.
    """
    shares = json.load(sys.stdin)
    ready, go = os.pipe()
    for share in shares:
        if not os.fork():
            os.close(go)
            # Nobody begins before all are there: the pipe ends when its parent lets go.
            os.read(ready, 1)
            _write(url, share)
            os._exit(0)
    os.close(go)
    for _ in shares:
        os.wait()


def _write(url, share):
    runtime = Runtime(database=Database(url), clock=lambda: NOW)
    for workflow, task in share:
        wish = Wish(workflow=workflow, task=task, action=Action.APPROVE)
        begun, error = perf_counter(), None
        try:
            act(runtime, wish, caller(MANAGERS[0]))
        except ApprovalEngineError as refusal:
            error = str(refusal)
        line = {"seconds": perf_counter() - begun, "error": error}
        os.write(1, f"{json.dumps(line)}\n".encode())


@dataclass(kw_only=True)
class Stopped:
    """
    A process that stopped, or was about to commit, inside its transaction.
    """

    pid: int

    def go_on(self):
        """
        Let it go on to its end.
        """
        os.kill(self.pid, signal.SIGCONT)
        return self._wait()

    def kill(self):
        """
        End it where it stands.
        """
        os.kill(self.pid, signal.SIGKILL)
        self._wait()

    def _wait(self):
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def stopped_inside(company, started):
    """
    A process that approves the manager's task, and stops with everything written.
    """
    company.runtime.database.close()
    pid = os.fork()
    if not pid:
        code = 1
        with suppress(BaseException):
            _stop_at_commit(company.url, started)
            code = 0
        os._exit(code)
    os.waitpid(pid, os.WUNTRACED)
    return Stopped(pid=pid)


def _stop_at_commit(url, started):
    runtime = Runtime(database=Database(url), clock=lambda: NOW)

    @event.listens_for(runtime.database.engine, "commit")
    def stop(_connection):
        os.kill(os.getpid(), signal.SIGSTOP)

    do(runtime, started, MANAGERS[0], Action.APPROVE)


def recoveries(company, kills):
    """
    Whoever holds a workflow is killed, and the next one asks at once, again and again.

    The seconds until he was served, longest last.
    """
    took_s = []
    for started in company.start(kills):
        stopped = stopped_inside(company, started)
        begun = perf_counter()
        stopped.kill()
        do(company.runtime, started, MANAGERS[1], Action.APPROVE)
        took_s.append(perf_counter() - begun)
        assert_decided(company, started, times=1)
    return sorted(took_s)


def assert_decided(company, started, times):
    """
    The manager's task was approved that often, once or not at all.
    """
    found = decisions(company.runtime, started.manager)
    assert found == ["task_approved"] * times
    assert_sound(company.runtime, started.id)


if __name__ == "__main__":
    main(*sys.argv[1:])
