"""
W4 escalate: overdue workflows that a worker fires, and a sweep with nothing due.

The bare loop writes the rows that the product wrote for one of them, by the bare driver
in one transaction per workflow. A sweep that finds nothing is held against the least
that can be asked of the store, one row by its key, and shown beside the same question
without the store.
"""

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

from approval_engine import worker
from approval_engine.escalations import due
from approval_engine.executor.runtime import Runtime
from approval_engine.store import catalog
from approval_engine.store.database import Database
from approval_engine.worker.pulse import Pulse
from benchmarks import crowded, floor, measure, places, review, world
from benchmarks.measure import Figure, Operation

OVERDUE = 50
"""How many workflows are overdue in each round."""

LATER = timedelta(days=7)
"""When the worker comes: every task of that morning is late, none that it opens."""

TASKS, FEW = 200_000, 4_000
"""Open tasks of 100,000 workflows, and of a short run."""

SHORT = 20
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
            for name in ("fired", "bare", "idle")
        ]
        tasks = TASKS if rounds >= SHORT else FEW
        fired = list(_fired(*urls[:2], kind, rounds))
        return [*fired, *_idle(urls[2], kind, tasks, rounds)]


def _fired(url: str, bare: str, kind: str, rounds: int) -> Iterator[Figure]:
    warm_up = 2
    count = (warm_up + rounds) * OVERDUE
    product = _Worker(review.founded(url, count))
    loop = _loop(bare, count)
    operations: list[dict[str, Operation]] = [
        {"product": product.submit, "bare loop": loop("submit")},
        {"product": lambda _: product.fire(OVERDUE), "bare loop": loop("fire")},
    ]
    _, taken = measure.interleaved(operations, rounds, warm_up)
    product.close()
    speed = {
        name: [OVERDUE * 1000 / each for each in times] for name, times in taken.items()
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
            target=SHARE[kind] if name == "product" else None,
            least=True,
        )


class _Worker:
    """
    Submits reviews on a morning, and fires their timers a week later.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.product = review.Product(runtime)
        self.later = Runtime(
            database=Database(
                runtime.database.url.render_as_string(hide_password=False)
            ),
            clock=lambda: world.NOW + LATER,
        )
        # Arrives once: what it writes of itself belongs to no workflow.
        self.pulse = Pulse(self.later)
        self.pulse.beat()

    def submit(self, number: int) -> None:
        """
        Submit the reviews of a round.
        """
        for each in range(number * OVERDUE, (number + 1) * OVERDUE):
            self.product.submit(each)

    def fire(self, count: int) -> None:
        """
        A round of the worker, who finds so many.
        """
        done = worker.once(self.later, pulse=self.pulse)
        if done.fired != count:
            raise AssertionError(f"Expected {count} to be fired, but: {done}")

    def close(self) -> None:
        """
        Give the connections back.
        """
        self.product.runtime.database.close()
        self.later.database.close()


def _loop(url: str, count: int) -> Callable[[str], Operation]:
    """
    The bare loop: what the product wrote for the second review, written for others.
    """
    product = _Worker(review.founded(url, 2))
    mark = "?" if product.later.database.is_sqlite else "%s"
    runtime = product.product.runtime
    product.product.submit(0)
    product.fire(1)
    before = floor.rows_of(runtime)
    product.product.submit(1)
    middle = floor.rows_of(runtime)
    product.fire(1)
    after = floor.rows_of(runtime)
    product.close()
    bare = floor.Floor(url, frozenset(sha256 for (sha256,) in before["document"]))
    bare.prepare("submit", floor.writes_between(before, middle, mark), range(count))
    bare.prepare("fire", floor.writes_between(middle, after, mark), range(count))

    def operation(name: str) -> Operation:
        def written(number: int) -> None:
            for each in range(number * OVERDUE, (number + 1) * OVERDUE):
                bare.write(name, each)

        return written

    return operation


def _idle(url: str, kind: str, tasks: int, rounds: int) -> list[Figure]:
    runtime = crowded.crowd(url, tasks)
    now, database = world.NOW - LATER, runtime.database
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
    (taken,) = measure.interleaved(operations, rounds * 10, 20)
    database.close()
    workload = f"W4 nothing due, {tasks // crowded.SEATS:,} open"
    targets = {"product": PROBES}
    return measure.figures(workload, kind, taken, "one row by its key", targets)
