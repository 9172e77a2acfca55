"""
The process that looks at one untrusted file: question on stdin, answer on stdout.

It starts, sets its bounds, and only then touches the file; see `compile`.
"""

import json
import resource
import sys
from contextlib import suppress
from dataclasses import asdict

from approval_engine.definitions.model import Kind as NodeKind
from approval_engine.definitions.model import Process
from approval_engine.definitions.reading import Names, read
from approval_engine.definitions.semantics import hash_of
from approval_engine.definitions.soundness import Flaw, flaws, frame_flaws, problems
from approval_engine.errors import BpmnError, Problem
from approval_engine.executor.compile import READY
from approval_engine.policy.conditions import Kind


def judge(xml: bytes, names: Names | None) -> tuple[Problem, ...]:
    """
    Every problem of a file. All that an upload has to pass is done here.
    """
    try:
        process = read(xml, names=names).process
    except BpmnError as error:
        return error.problems
    hash_of(process)
    return problems((*flaws(process), *_of_frame(process)))


def _of_frame(process: Process) -> tuple[Flaw, ...]:
    slots = any(node.kind is NodeKind.SLOT for node in process.nodes())
    return frame_flaws(process) if slots else ()


def bound(seconds: int, memory_bytes: int) -> None:
    """
    Give up what this process will not need: time, memory, files.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime)
    _limit(resource.RLIMIT_CPU, spent + seconds)
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(what: int, most: int) -> None:
    # Not every system has every limit; the clock of the parent is always there.
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """
    Answer one question.
    """
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    head = json.loads(sys.stdin.buffer.readline())
    bound(head["seconds"], head["memory_bytes"])
    given = head["names"]
    names = given and {name: Kind(kind) for name, kind in given.items()}
    xml = sys.stdin.buffer.read()
    found = [asdict(problem) for problem in judge(xml, names)]
    sys.stdout.write(json.dumps({"problems": found}))


if __name__ == "__main__":
    main()
