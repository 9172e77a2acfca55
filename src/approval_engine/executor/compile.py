"""
A process definition that anybody uploaded → what it means, found out at arm's length.

A process of its own looks at the file first, with little time and memory and without
our secrets: what makes it stumble is a problem of the file and of nothing else. Only
what came back accepted is read here.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, Any

from approval_engine.definitions.reading import Names, Reading, read
from approval_engine.definitions.semantics import hash_of
from approval_engine.errors import BpmnError, Problem

READY = b"ready\n"
CHILD = "approval_engine.executor.compile_child"

_START_S = 60
_MAX_ANSWER = 1024 * 1024
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """
    What one file may take, once the process that looks at it has started.
    """

    seconds: int = 3
    memory_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """
    A file that is accepted; `semantic` is the hash of its meaning.
    """

    sha256: str
    semantic: str
    reading: Reading


USUAL = Bounds()


def check(
    xml: bytes,
    file: str = "process.bpmn",
    names: Names | None = None,
    bounds: Bounds = USUAL,
) -> Checked:
    """
    What a file means; `names` are the policy's inputs, else those of the example.

    Raises BpmnError with every problem, or with the bound that the file exceeds.
    """
    answer = _answer(_question(xml, names, bounds), bounds)
    if answer is None:
        raise BpmnError(_exceeded(file, bounds))
    problems = tuple(_problem(file, each) for each in answer["problems"])
    if problems:
        raise BpmnError(*problems)
    reading = read(xml, file, names)
    return Checked(
        sha256=hashlib.sha256(xml).hexdigest(),
        semantic=hash_of(reading.process),
        reading=reading,
    )


def _question(xml: bytes, names: Names | None, bounds: Bounds) -> bytes:
    """
    One line of JSON, then the file.
    """
    head = {"names": None if names is None else dict(names), **asdict(bounds)}
    return json.dumps(head).encode() + b"\n" + xml


def _answer(question: bytes, bounds: Bounds) -> dict[str, Any] | None:
    with TemporaryFile() as given:
        given.write(question)
        given.seek(0)
        with _child(given) as child:
            told: IO[bytes] = child.stdout  # type: ignore[assignment] # it is a pipe
            with _killed_after(child, _START_S):
                ready = told.readline(len(READY)) == READY
            with _killed_after(child, bounds.seconds):
                text = told.read(_MAX_ANSWER + 1) if ready else b""
    if len(text) > _MAX_ANSWER:
        return None
    try:
        return json.loads(text)  # type: ignore[no-any-return] # judged by its reader
    except ValueError:
        return None


@contextmanager
def _child(given: IO[bytes]) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen(  # noqa: S603 our own program, no shell, no word of the file
        [sys.executable, "-B", "-P", "-m", CHILD],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=os.sep,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def _environment() -> dict[str, str]:
    """
    Where our own modules are, and nothing that is secret.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    places = [str(Path(place).resolve()) for place in sys.path]
    return kept | {"PYTHONPATH": os.pathsep.join(places)}


@contextmanager
def _killed_after(child: "subprocess.Popen[bytes]", seconds: float) -> Iterator[None]:
    clock = Timer(seconds, child.kill)
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _problem(file: str, found: dict[str, Any]) -> Problem:
    return Problem(
        file=file,
        line=int(found["line"]),
        code=str(found["code"]),
        element=str(found["element"]),
        sentence=str(found["sentence"]),
    )


def _exceeded(file: str, bounds: Bounds) -> Problem:
    megabytes = bounds.memory_bytes // 1024**2
    sentence = (
        f"Expected a file that is understood within {bounds.seconds} s and {megabytes}"
        " MiB, but this one is not: make it simpler."
    )
    return Problem(file=file, line=1, code="too_large", element="/", sentence=sentence)
