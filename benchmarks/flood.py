"""
One token floods a server with submits: what everybody else then waits for.

Run as a script it is the flood: a process of its own, so that it takes no time of those
that are measured but what the machine has to share.
"""

import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection

from approval_engine.accounts.tokens import create
from benchmarks import floor, places, world
from benchmarks.measure import Figure
from benchmarks.service import serving, settings, submit

PER_SECOND = 1000
CONNECTIONS = 8
WARM_UP = 20
SLOWER = 2
"""How often others may wait as long as without it, at the 95th percentile."""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    What submits of others take without the flood and under it.
    """
    with places.database(server, "flood") as url:
        runtime = world.found(url, world.deal_desk())
        floor.start_numbers(runtime)
        world.import_quotes(runtime, map(world.quote, range(2 * rounds + WARM_UP)))
        _, flooder = create(runtime, world.SUBMITTER, ("submit",), None)
        _, other = create(runtime, world.SUBMITTER, ("submit",), None)
        runtime.database.close()
        settings(url)
        with serving() as (port, connection):
            _times(connection, other, range(WARM_UP))
            quiet = _times(connection, other, range(WARM_UP, WARM_UP + rounds))
            with _flood(port, flooder) as told:
                start = WARM_UP + rounds
                under = _times(connection, other, range(start, start + rounds))
    return _figures(kind, _p95(quiet), _p95(under), told)


def _figures(
    kind: str, quiet: float, under: float, told: dict[str, float]
) -> list[Figure]:
    named = {"workload": "flood", "database": kind}
    others = Figure(
        workload="flood",
        database=kind,
        subject="p95 of others under it",
        value=under,
        baseline="no flood",
        ratio=round(under / quiet, 2),
        target=SLOWER,
    )
    rate, refused = told["per_second"], told["refused"]
    return [
        Figure(**named, subject="p95 of others, no flood", value=quiet),
        others,
        Figure(**named, subject="flood", value=rate, unit="requests a second"),
        Figure(**named, subject="refused with 429", value=refused, unit="of 1"),
    ]


def _times(connection: HTTPConnection, token: str, numbers: range) -> list[float]:
    found = []
    for number in numbers:
        found.append(submit(connection, token, number))
        # People do not ask without a pause; a crowd would measure itself.
        time.sleep(0.02)
    return found


def _p95(taken: list[float]) -> float:
    return round(statistics.quantiles(taken, n=20)[-1], 2)


@contextmanager
def _flood(port: int, token: str) -> Iterator[dict[str, float]]:
    command = [sys.executable, "-m", "benchmarks.flood", str(port), token]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, float] = {}
    if process.stdout is None or not process.stdout.readline():
        sys.exit("Expected a flood, but it ended.")
    try:
        yield told
    finally:
        said, _ = process.communicate()
        told |= json.loads(said)


def main(port: int, token: str) -> None:
    """
    Flood until the input ends, then say how much came of it.
    """
    seen: Counter[int] = Counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        stop: list[bool] = []
        began = time.perf_counter()
        running = [
            pool.submit(_pour, port, token, stop, seen) for _ in range(CONNECTIONS)
        ]
        sys.stdout.write("flooding\n")
        sys.stdout.flush()
        sys.stdin.read()
        stop.append(True)
        for each in running:
            each.result()
    took, total = time.perf_counter() - began, sum(seen.values())
    answer = {"per_second": round(total / took), "refused": seen[429] / max(total, 1)}
    sys.stdout.write(json.dumps(answer))


def _pour(port: int, token: str, stop: list[bool], seen: Counter[int]) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    pause = CONNECTIONS / PER_SECOND
    while not stop:
        begun = time.perf_counter()
        connection.request("POST", "/api/v1/workflows", '{"quoteId": "Q-0"}', headers)
        answer = connection.getresponse()
        answer.read()
        seen[answer.status] += 1
        time.sleep(max(0.0, pause - (time.perf_counter() - begun)))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
