"""
What a caller waits for: HTTP submits of a served process, and cold `cpq` commands.

Here the product runs as it is installed, as processes of its own.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from approval_engine.accounts.tokens import create
from benchmarks import floor, measure, places, world
from benchmarks.measure import Figure, Operation

STARTS = 5
"""How many servers are started to see what the first request of each takes."""

LIMIT_MS = 500
"""What submit may take at most, by the contract of the product, and a page by us."""

PATIENCE_S = 30

CPQ = str(Path(sys.executable).with_name("cpq"))


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    with places.database(server, "service") as url:
        runtime = world.found(url, world.deal_desk())
        floor.start_numbers(runtime)
        served, cold = rounds + STARTS, max(5, rounds // 10)
        world.import_quotes(runtime, map(world.quote, range(served + cold + 1)))
        _, token = create(runtime, world.SUBMITTER, ("submit",), None)
        runtime.database.close()
        settings(url)
        first, later = _over_http(token, rounds)
        return [
            _figure(kind, "HTTP submit", "first of a server", first),
            _figure(kind, "HTTP submit", "the others", later),
            _figure(kind, "HTTP page", "first of a server", _first_pages()),
            *_cold(kind, served, cold),
        ]


def settings(url: str) -> None:
    """
    Set what servers and commands that are started from here need.
    """
    os.environ |= {
        "CPQ_DATABASE_URL": url,
        "CPQ_SECRET_KEY": "x" * 32,
        "CPQ_USER": world.SUBMITTER,
        "CPQ_TRUST_CLI": "1",
    }


def _over_http(token: str, rounds: int) -> tuple[list[float], list[float]]:
    first, later = [], []
    share = rounds // STARTS
    numbers = iter(range(rounds + STARTS))
    for _ in range(STARTS):
        with serving() as (_, connection):
            first.append(submit(connection, token, next(numbers)))
            later += [submit(connection, token, next(numbers)) for _ in range(share)]
    return first, later


def _first_pages() -> list[float]:
    taken = []
    for _ in range(STARTS):
        with serving() as (_, connection):
            start = time.perf_counter()
            connection.request("GET", "/login")
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - start) * 1000)
        if answer.status != HTTPStatus.OK:
            sys.exit(f"Expected a page, but: {answer.status}.")
    return taken


@contextmanager
def serving() -> Iterator[tuple[int, HTTPConnection]]:
    """
    A server of its own: its port, and a connection to it.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [CPQ, "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        # It says so when it serves.
        if process.stdout is None or not process.stdout.readline():
            sys.exit("Expected a server, but it ended.")
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        yield port, connection
        connection.close()
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def submit(connection: HTTPConnection, token: str, number: int) -> float:
    """
    Submit quote `number` over HTTP; the milliseconds until its answer is there.
    """
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"submit-{number}",
    }
    body = json.dumps({"quoteId": f"Q-{number}"})
    start = time.perf_counter()
    connection.request("POST", "/api/v1/workflows", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    taken = (time.perf_counter() - start) * 1000
    if answer.status != HTTPStatus.CREATED:
        sys.exit(f"Expected a workflow for Q-{number}, but: {text.decode()}")
    return taken


def _cold(kind: str, start: int, rounds: int) -> list[Figure]:
    submit = [CPQ, "approval", "submit", "--quote"]
    commands: dict[str, Operation] = {
        "Python alone": lambda _: _call([sys.executable, "-c", "pass"]),
        "cpq --help": lambda _: _call([CPQ, "--help"]),
        "approval status": lambda _: _call(
            [CPQ, "approval", "status", "--workflow", f"WF-{floor.WORKFLOW}"]
        ),
        "approval submit": lambda number: _call([*submit, f"Q-{start + number}"]),
    }
    (taken,) = measure.interleaved([commands], rounds, 1)
    return measure.figures("cold command", kind, taken, "Python alone", {})


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _figure(kind: str, workload: str, subject: str, taken: list[float]) -> Figure:
    return Figure(
        workload=workload,
        database=kind,
        subject=subject,
        value=round(statistics.median(taken), 2),
        samples=len(taken),
        target=LIMIT_MS,
    )
