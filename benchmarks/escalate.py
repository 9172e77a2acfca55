"""
W4 escalate: overdue workflows that a worker fires, and a sweep with nothing due.

The bare loop writes the rows that the product wrote for one of them, by the bare driver
in one transaction per workflow. A sweep that finds nothing is held against the least
that can be asked of the store, one row by its key, and shown beside the same question
without the store.
"""

import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

from approval_engine import worker
from approval_engine.escalations import due
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog
from approval_engine.store.database import Database
from approval_engine.worker.pulse import Pulse
from benchmarks import beside, crowded, floor, measure, places, review, world
from benchmarks.measure import Figure, Operation

OVERDUE, OVERDUE_SHORT = 400, 50
"""How many workflows are overdue in each round; of so many a worker claims a part."""

LATER = timedelta(days=7)
"""When the worker comes: every task of that morning is late, none that it opens."""

TASKS, FEW = 100_000, 10_000
"""How many tasks are open while nothing is due, and in a short run."""

SHORT = 4
"""Fewer rounds than this are the short form, with few workflows."""

SHARE = {"sqlite": 0.2, "postgresql": 0.5}
"""What share of the bare loop's speed the worker must reach."""

PROBES = 2
"""How many times that question a sweep may take that finds nothing due."""

_PROBE = (
    "SELECT id FROM workflow_instance WHERE next_due_at <= {now}"
    " ORDER BY next_due_at, id LIMIT 1"
)


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    with ExitStack() as stack:
        urls = [
            stack.enter_context(places.database(server, name))
            for name in ("fired", "both", "bare")
        ]
        fired = list(_fired(*urls, kind, rounds))
    tasks = TASKS if rounds >= SHORT else FEW
    return [*fired, *_idle(crowded.shared(server, tasks), kind, tasks, rounds * 50)]


def _fired(url: str, both: str, bare: str, kind: str, rounds: int) -> Iterator[Figure]:
    overdue, warm_up = (OVERDUE if rounds >= SHORT else OVERDUE_SHORT), 1
    count = (warm_up + rounds) * overdue
    with ExitStack() as stack:
        one = _Worker(review.founded(url, count), overdue)
        stack.callback(one.close)
        loop = _loop(bare, count, overdue)
        firing = {"one worker": one.fire, "bare loop": loop("fire")}
        filling = {"one worker": one.submit, "bare loop": loop("submit")}
        # SQLite has one writer, so a second worker would only wait.
        if not one.later.database.is_sqlite:
            two = _Crew(review.founded(both, count), overdue, both)
            stack.callback(two.close)
            firing["two workers"], filling["two workers"] = two.fire, two.submit
        _, taken = measure.interleaved([filling, firing], rounds, warm_up)
    speed = {
        name: [overdue * 1000 / each for each in times] for name, times in taken.items()
    }
    base = statistics.median(speed["bare loop"])
    for name, values in speed.items():
        reached = statistics.median(values)
        yield Figure(
            workload="W4 timers fired",
            database=kind,
            subject=name,
            value=round(reached, 1),
            unit="per s",
            samples=len(values),
            baseline="bare loop",
            ratio=round(reached / base, 3),
            target=SHARE[kind] if name == "one worker" else None,
            least=True,
        )


class _Worker:
    """
    Submits reviews on a morning, and fires their timers a week later.
    """

    def __init__(self, runtime: Runtime, overdue: int) -> None:
        self.product = review.Product(runtime)
        self.overdue = overdue
        self.later = _later(runtime.database.url.render_as_string(hide_password=False))
        # Arrives once: what it writes of itself belongs to no workflow.
        self.pulse = Pulse(self.later)
        self.pulse.beat()

    def submit(self, number: int) -> None:
        """
        Submit the reviews of a round.
        """
        for each in range(number * self.overdue, (number + 1) * self.overdue):
            self.product.submit(each)

    def fire(self, _: int) -> None:
        """
        A round of the worker, who finds them all.
        """
        self.found(self.fired())

    def fired(self) -> int:
        """
        How many a round of the worker finds.
        """
        return worker.once(self.later, pulse=self.pulse).fired

    def found(self, count: int) -> None:
        """
        End here unless those of a round were found, each once.
        """
        if count != self.overdue:
            sys.exit(f"Expected {self.overdue} to be fired, but: {count}.")

    def close(self) -> None:
        """
        Give the connections back.
        """
        self.product.runtime.database.close()
        self.later.database.close()


class _Crew(_Worker):
    """
    Two workers, one of them in a process of its own.
    """

    def __init__(self, runtime: Runtime, overdue: int, url: str) -> None:
        super().__init__(runtime, overdue)
        self._other = beside.start("escalate", url)

    def fire(self, _: int) -> None:
        """
        A round of both, who find them all together.
        """
        self._other.stdin.write("once\n")
        own = self.fired()
        self.found(own + int(self._other.stdout.readline()))

    def close(self) -> None:
        """
        Let the other one end, and give the connections back.
        """
        self._other.communicate(timeout=30)
        super().close()


def main(url: str) -> None:
    """
    The other worker: one round for each line that comes in.
    """
    runtime = _later(url)
    pulse = Pulse(runtime)
    for _ in sys.stdin:
        print(worker.once(runtime, pulse=pulse).fired, flush=True)


def _later(url: str) -> Runtime:
    return Runtime(database=Database(url), clock=lambda: world.NOW + LATER)


def _loop(url: str, count: int, overdue: int) -> Callable[[str], Operation]:
    """
    The bare loop: what the product wrote for the second review, written for others.
    """
    product = _Worker(review.founded(url, 2), 1)
    mark = "?" if product.later.database.is_sqlite else "%s"
    runtime = product.product.runtime
    product.submit(0)
    product.fire(0)
    before = floor.rows_of(runtime)
    product.submit(1)
    middle = floor.rows_of(runtime)
    product.fire(1)
    after = floor.rows_of(runtime)
    product.close()
    bare = floor.Floor(url, frozenset(sha256 for (sha256,) in before["document"]))
    bare.prepare("submit", floor.writes_between(before, middle, mark), range(count))
    bare.prepare("fire", floor.writes_between(middle, after, mark), range(count))

    def operation(name: str) -> Operation:
        def written(number: int) -> None:
            for each in range(number * overdue, (number + 1) * overdue):
                bare.write(name, each)

        return written

    return operation


def _idle(runtime: Runtime, kind: str, tasks: int, rounds: int) -> list[Figure]:
    now, database = world.NOW - LATER, runtime.database
    url = database.url.render_as_string(hide_password=False)
    cursor = floor.connect(url).cursor()
    probe = _PROBE.format(now=f"'{now:%Y-%m-%dT%H:%M:%S.%fZ}'")

    def swept(_: int) -> None:
        if due.claim(database, "W-bench", now, worker.BATCH):
            raise AssertionError("Expected nothing to be due.")

    def probed(_: int) -> None:
        with database.read() as transaction:
            catalog.setting(transaction, "directory")

    def asked_bare(_: int) -> None:
        cursor.execute(probe)
        cursor.fetchall()
        cursor.connection.rollback()

    operations: list[dict[str, Operation]] = [
        {"product": swept, "one row by its key": probed, "bare driver": asked_bare}
    ]
    (taken,) = measure.interleaved(operations, rounds, 20)
    database.close()
    workload = f"W4 nothing due, {tasks:,} open tasks"
    targets = {"product": PROBES}
    return measure.figures(workload, kind, taken, "one row by its key", targets)


if __name__ == "__main__":
    main(sys.argv[1])
