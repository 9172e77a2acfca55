"""
W5 throughput: submit and two approvals by one, two and four processes at once.

The processes stay; in each round one, two and four of them work, so that what disturbs
the machine disturbs all alike.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from approval_engine.errors import Conflict, StorageError
from approval_engine.executor.commands.submit import submit
from approval_engine.store import workflows
from benchmarks import beside, measure, places, review, world
from benchmarks.measure import Figure

PROCESSES = (1, 2, 4)
FLOWS = 60
"""How many flows each process has in a round; in the first one fewer, to warm up."""

WARM_UP = 5
SHORT = 3
"""Fewer rounds than this are the short form, with few flows."""

FOUR, TWO = 0.9, 1.35
"""How much of one process's throughput four reach on SQLite, two on PostgreSQL."""

SLOWEST = 5
"""How many times longer a flow of four processes may take than one of one, at p95."""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    flows = FLOWS if rounds >= SHORT else WARM_UP
    each = WARM_UP + rounds * flows * len(PROCESSES)
    with places.database(server, "throughput") as url:
        review.founded(url, each * max(PROCESSES)).database.close()
        with _processes(url, each) as crew:
            for one in crew:
                one.work(WARM_UP)
                one.told()
            legs = {count: [] for count in PROCESSES}
            for number in range(rounds):
                for count in measure.rotated(PROCESSES, number):
                    legs[count].append(_leg(crew[:count], flows))
    return list(_figures(kind, legs))


class _Leg:
    """
    What came of so many processes that worked at once.
    """

    def __init__(self, seconds: float, found: Sequence[Mapping[str, object]]) -> None:
        self.taken = [float(each) for one in found for each in one["taken"]]
        self.failed = sum(int(one["failed"]) for one in found)
        self.speed = len(self.taken) / seconds
        self.p95 = statistics.quantiles(self.taken, n=20)[-1]


def _leg(crew: Sequence["_Process"], flows: int) -> _Leg:
    start = time.perf_counter()
    for one in crew:
        one.work(flows)
    found = [one.told() for one in crew]
    return _Leg(time.perf_counter() - start, found)


def _figures(kind: str, legs: Mapping[int, Sequence[_Leg]]) -> Iterator[Figure]:
    on_sqlite = kind == "sqlite"
    least = {4: FOUR} if on_sqlite else {2: TWO}
    for what, unit, targets, is_least in (
        ("speed", "flows per s", least, True),
        ("p95", "ms", {4: SLOWEST} if on_sqlite else {}, False),
    ):
        values = {
            count: statistics.median(getattr(leg, what) for leg in each)
            for count, each in legs.items()
        }
        for count, value in values.items():
            yield Figure(
                workload=f"W5 flow, {what}",
                database=kind,
                subject=_named(count),
                value=round(value, 2),
                unit=unit,
                samples=len(legs[count]),
                baseline=_named(1),
                ratio=round(value / values[1], 3),
                target=targets.get(count),
                least=is_least,
            )
    failed = sum(leg.failed for each in legs.values() for leg in each)
    yield Figure(
        workload="W5 flow, refused by a lock",
        database=kind,
        subject="all",
        value=failed,
        unit="errors",
        samples=sum(len(leg.taken) for each in legs.values() for leg in each),
        target=0,
    )


def _named(count: int) -> str:
    return "one process" if count == 1 else f"{count} processes"


class _Process:
    """
    A process that does as many flows as it is told to, on quotes of its own.
    """

    def __init__(self, url: str, first: int) -> None:
        self._process = beside.start("throughput", url, str(first))

    def work(self, flows: int) -> None:
        """
        Let it begin.
        """
        self._process.stdin.write(f"{flows}\n")

    def told(self) -> dict[str, object]:
        """
        What it says once it is done.
        """
        line = self._process.stdout.readline()
        if not line:
            sys.exit("Expected a process to say what it did, but it ended.")
        found: dict[str, object] = json.loads(line)
        return found

    def end(self) -> None:
        """
        Let it end.
        """
        self._process.stdin.close()
        self._process.wait(timeout=30)


@contextmanager
def _processes(url: str, each: int) -> Iterator[list[_Process]]:
    crew = [_Process(url, number * each) for number in range(max(PROCESSES))]
    try:
        yield crew
    finally:
        for one in crew:
            one.end()


def main(url: str, first: int) -> None:
    """
    One of the processes: so many flows for each line that comes in.
    """
    product = _Flows(url, first)
    for line in sys.stdin:
        print(json.dumps(product.do(int(line))), flush=True)


class _Flows:
    """
    Submits a quote and approves it twice, again and again.
    """

    def __init__(self, url: str, first: int) -> None:
        self._runtime = world.open_runtime(url)
        self._next = first

    def do(self, flows: int) -> dict[str, object]:
        """
        The milliseconds of each flow, and how many were refused by a lock.
        """
        taken, failed = [], 0
        for _ in range(flows):
            start = time.perf_counter()
            try:
                self._one()
            except (Conflict, StorageError) as error:
                print(error, file=sys.stderr)
                failed += 1
            taken.append((time.perf_counter() - start) * 1000)
            self._next += 1
        return {"taken": taken, "failed": failed}

    def _one(self) -> None:
        quote = review.quote_id(self._next)
        caller = review.caller(world.SUBMITTER, f"submit-{quote}")
        workflow = submit(self._runtime, quote, caller).workflow
        with self._runtime.database.read() as transaction:
            found = workflows.read(transaction, workflow)
        for task in found[0].tasks if found else ():
            person = dict(review.APPROVERS)[task.step]
            review.approve(self._runtime, workflow, task.id, person)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
