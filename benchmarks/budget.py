"""
What a review costs PostgreSQL and us: processor, log, bytes; to calculate a fleet with.

`python -m benchmarks.budget --reviews 1000` runs on a server of its own and prints a
line for a submit, for each of the two decisions, and for what is stored afterwards.
It reads what the processes of the server used from /proc, so it needs Linux.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from approval_engine.domain.actions import Action
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.store import workflows
from benchmarks import floor, places, world

_TICKS = os.sysconf("SC_CLK_TCK")
_SIZES = """
    SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """
    What was used up to a moment: seconds, and bytes and page images of the log.
    """

    wall_s: float
    ours_s: float
    server_s: float
    wal_bytes: int
    page_images: int


def main() -> None:
    """
    Measure on a server that comes and goes.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviews", type=int, default=1000)
    options = parser.parse_args()
    with (
        places.place("postgresql", None) as server,
        places.database(server, "budget") as url,
    ):
        _measure(url, options.reviews)


def _measure(url: str, reviews: int) -> None:
    runtime = world.found(url, world.deal_desk())
    floor.start_numbers(runtime)
    world.import_quotes(runtime, map(world.quote, range(reviews + 20)))
    caller = Caller(actor=world.SUBMITTER, channel="bench")
    with psycopg.connect(places.plain(url), autocommit=True) as session:
        for number in range(reviews, reviews + 20):
            _decide(runtime, submit(runtime, f"Q-{number}", caller).workflow, 0)
        session.execute("CHECKPOINT")
        before = _sizes(session)
        ids: list[str] = []

        def begin(number: int) -> None:
            ids.append(submit(runtime, f"Q-{number}", caller).workflow)

        _show(session, "submit", reviews, begin)
        for seat in range(2):
            _show(
                session,
                f"decision_{seat + 1}",
                reviews,
                lambda number, seat=seat: _decide(runtime, ids[number], seat),  # type: ignore[misc] # mypy cannot infer a lambda with a default
            )
        _show_sizes(session, before, reviews)
    runtime.database.close()


def _decide(runtime: Runtime, workflow: str, seat: int) -> None:
    with runtime.database.read() as transaction:
        found, _ = workflows.read(transaction, workflow)
    task = found.tasks[seat]
    person = task.assignee or task.candidates[0]
    wish = Wish(workflow=workflow, task=task.id, action=Action.APPROVE)
    act(runtime, wish, Caller(actor=person, channel="bench"))


def _show(
    session: psycopg.Connection, name: str, times: int, do: Callable[[int], None]
) -> None:
    first = _used(session)
    for number in range(times):
        do(number)
    last = _used(session)
    each = {
        "wall_ms": (last.wall_s - first.wall_s) * 1000,
        "ours_cpu_ms": (last.ours_s - first.ours_s) * 1000,
        "server_cpu_ms": (last.server_s - first.server_s) * 1000,
        "wal_bytes": last.wal_bytes - first.wal_bytes,
        "page_images": last.page_images - first.page_images,
    }
    told = " ".join(f"{word}={value / times:.2f}" for word, value in each.items())
    print(f"{name}: {told}")


def _used(session: psycopg.Connection) -> Used:
    # A session tells of its own share of the log a second late, unless it is asked to.
    time.sleep(1.5)
    found = session.execute("SELECT wal_bytes, wal_fpi FROM pg_stat_wal").fetchone()
    assert found is not None  # noqa: S101 it has one row
    return Used(
        wall_s=time.perf_counter() - 1.5,
        ours_s=time.process_time(),
        server_s=_server_s(session.info.backend_pid),
        wal_bytes=int(found[0]),
        page_images=int(found[1]),
    )


def _server_s(session: int) -> float:
    """
    What all processes of the server used so far, those that ended included.
    """
    parent = int(_stat(session)[1])
    home = Path(f"/proc/{parent}/task/{parent}/children")
    children = map(int, home.read_text(encoding="ascii").split())
    ticks = sum(map(int, _stat(parent)[11:15]))
    ticks += sum(sum(map(int, _stat(child)[11:13])) for child in children)
    return ticks / _TICKS


def _stat(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    return text.rpartition(")")[2].split()


def _sizes(session: psycopg.Connection) -> dict[str, int]:
    return {name: table + more for name, table, more in session.execute(_SIZES)}


def _show_sizes(
    session: psycopg.Connection, before: dict[str, int], reviews: int
) -> None:
    grown = {
        name: (size - before[name]) / reviews for name, size in _sizes(session).items()
    }
    rows = sorted(grown.items(), key=lambda row: -row[1])
    told = " ".join(f"{name}={size:.0f}" for name, size in rows if size >= 1)
    print(f"stored_bytes_per_review: all={sum(grown.values()):.0f} {told}")


if __name__ == "__main__":
    main()
