"""
The parent's end of `zygote`: tells what to do and where to die, hears what came of it.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from approval_engine.executor.answer import Answer

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """
    One command, as `zygote.perform` takes it, its clock and its idempotency key.
    """

    url: str
    now: datetime
    command: tuple[str, ...]
    key: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """
    What a child said before it ended: where it died, or what it had answered.
    """

    died_at: str | None = None
    acknowledged: bool = False
    answer: Answer | None = None


class Worker:
    """
    One running zygote process.
    """

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.zygote"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, job):
        """
        Do the job in the process that children are forked from, so that it warms up.
        """
        return self._ask(job, {"mortal": False})

    def kill(self, job, *, point=0, within_s=0, fault=None):
        """
        Do the job in a child that dies at that point, or after that time, if ever.
        """
        death = {"point": point, "within_s": within_s, "fault": fault}
        return self._ask(job, {"mortal": True} | death)

    def _ask(self, job, request):
        request |= asdict(job) | {"now": job.now.isoformat()}
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        said = dict(self._lines())
        assert "error" not in said, said["error"]
        answer = json.loads(said.get("ack", "null"))
        return Told(
            died_at=said.get("at"),
            acknowledged="ack" in said,
            answer=Answer(**answer) if answer else None,
        )

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _lines(self):
        for line in self._process.stdout:
            word, _, rest = line.rstrip("\n").partition(" ")
            if word == "end":
                return
            yield word, rest
        message = "Expected the zygote to answer, but it ended."
        raise AssertionError(message)
