"""
One token floods a server with submits: what everybody else then waits for.

It may change so much a minute before it is refused, all at once: that is told apart.

Run as a script it is the flood: a process of its own, so that it takes no time of those
that are measured but what the machine has to share.
"""

import json
import select
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count, islice, takewhile
from typing import Self

from approval_engine.accounts.tokens import create
from benchmarks import beside, floor, places, world
from benchmarks.measure import Figure
from benchmarks.service import serving, settings, submit

PER_SECOND = 1000
CONNECTIONS = 8
WARM_UP, SPARE = 20, 220
FLOODED = 900
"""Quotes of the flood: more than it submits before and while it is refused."""

SLOWER = 2
"""How often others may wait as long as without it, at the 95th percentile."""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    What submits of others take without the flood and under it.
    """
    with places.database(server, "flood") as url:
        runtime = world.found(url, world.deal_desk())
        floor.start_numbers(runtime)
        mine = 2 * rounds + SPARE
        world.import_quotes(runtime, map(world.quote, range(mine + FLOODED)))
        _, flooder = create(runtime, world.SUBMITTER, ("submit",), None)
        _, other = create(runtime, world.SUBMITTER, ("submit",), None)
        runtime.database.close()
        settings(url)
        with serving() as (port, connection):
            _times(connection, other, range(WARM_UP))
            quiet = _times(connection, other, range(WARM_UP, WARM_UP + rounds))
            with _Flood(port, flooder, mine) as flood:
                numbers = count(WARM_UP + rounds)
                first = _times(connection, other, takewhile(flood.is_allowed, numbers))
                under = _times(connection, other, islice(numbers, rounds))
    return _figures(kind, quiet, first, under, flood.told)


def _figures(
    kind: str,
    quiet: list[float],
    first: list[float],
    under: list[float],
    told: dict[str, float],
) -> list[Figure]:
    named = {"workload": "flood", "database": kind}
    alone = _p95(quiet)

    def others(subject: str, value: float, target: int | None) -> Figure:
        return Figure(
            workload="flood",
            database=kind,
            subject=subject,
            value=value,
            baseline="no flood",
            ratio=round(value / alone, 2),
            target=target,
        )

    rate, refused = told["per_second"], told["refused"]
    return [
        Figure(**named, subject="p95 of others, no flood", value=alone),
        others("p95 of others under it", _p95(under), SLOWER),
        others("slowest of others, until refused", max(first, default=0.0), None),
        Figure(**named, subject="flood", value=rate, unit="requests a second"),
        Figure(**named, subject="refused with 429", value=refused, unit="of 1"),
    ]


def _times(
    connection: HTTPConnection, token: str, numbers: Iterable[int]
) -> list[float]:
    found = []
    for number in numbers:
        found.append(submit(connection, token, number))
        # People do not ask without a pause; a crowd would measure itself.
        time.sleep(0.02)
    return found


def _p95(taken: list[float]) -> float:
    return round(statistics.quantiles(taken, n=20)[-1], 2)


class _Flood:
    """
    The flood, for as long as it is entered; afterwards `told` is what came of it.
    """

    def __init__(self, port: int, token: str, first: int) -> None:
        self._process = beside.start("flood", str(port), token, str(first))
        self.told: dict[str, float] = {}

    def __enter__(self) -> Self:
        if self._process.stdout is None or not self._process.stdout.readline():
            sys.exit("Expected a flood, but it ended.")
        return self

    def is_allowed(self, _: int) -> bool:
        """
        Whether it has not been refused yet.
        """
        return not select.select([self._process.stdout], [], [], 0)[0]

    def __exit__(self, *_: object) -> None:
        said, _ = self._process.communicate()
        if self._process.returncode:
            sys.exit("Expected a flood, but it broke.")
        self.told = json.loads(said.splitlines()[-1])
        if self.told["otherwise"] or not self.told["submitted"]:
            sys.exit(f"Expected it to submit until it was refused, but: {self.told}.")


def main(port: int, token: str, first: int) -> None:
    """
    Flood until the input ends, then say how much came of it.
    """
    seen: Counter[int] = Counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        stop: list[bool] = []
        began = time.perf_counter()
        numbers = count(first)
        running = [
            pool.submit(_pour, port, token, numbers, stop, seen)
            for _ in range(CONNECTIONS)
        ]
        print("flooding", flush=True)
        ended = False
        while not (ended or seen[HTTPStatus.TOO_MANY_REQUESTS]):
            ended = bool(select.select([sys.stdin], [], [], 0.01)[0])
            ended = ended or any(each.done() for each in running)
        print("refused", flush=True)
        sys.stdin.read()
        stop.append(True)
        for each in running:
            each.result()
    took, total = time.perf_counter() - began, sum(seen.values())
    refused = seen[HTTPStatus.TOO_MANY_REQUESTS] / max(total, 1)
    submitted = seen.pop(HTTPStatus.CREATED, 0)
    otherwise = total - submitted - seen.pop(HTTPStatus.TOO_MANY_REQUESTS, 0)
    answer = {"per_second": round(total / took), "submitted": submitted}
    print(json.dumps(answer | {"refused": refused, "otherwise": otherwise}))


def _pour(
    port: int,
    token: str,
    numbers: Iterator[int],
    stop: list[bool],
    seen: Counter[int],
) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    pause, number = CONNECTIONS / PER_SECOND, next(numbers)
    while not stop:
        begun = time.perf_counter()
        own = {"Idempotency-Key": f"flood-{number}"}
        body = json.dumps({"quoteId": f"Q-{number}"})
        connection.request("POST", "/api/v1/workflows", body, headers | own)
        answer = connection.getresponse()
        answer.read()
        seen[answer.status] += 1
        if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
            number = next(numbers)
        time.sleep(max(0.0, pause - (time.perf_counter() - begun)))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
