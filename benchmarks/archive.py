"""
The archive with a watch: how fast logs are put away, and what is left beside them.

`python -m benchmarks.archive --workflows 2000` prints a line per kind of database.
Sizes are those of PostgreSQL after its `VACUUM FULL`; what is read is one history.
"""

import argparse
import statistics
from datetime import timedelta
from time import perf_counter

from sqlalchemy import func, select, text, update

from approval_engine.executor.runtime import Runtime
from approval_engine.history.reading import timeline
from approval_engine.scenarios import seed
from approval_engine.store import archiving, tidying
from approval_engine.store.database import Database
from approval_engine.store.schema import ARCHIVED, EVENT, OUTBOX, TASK, WORKFLOW
from approval_engine.worker.archive import archive
from benchmarks import places

_HOT = ("workflow_instance", "approval_task", "workflow_event", "event_text")
_READS = 200


def main() -> None:
    """
    Archive on both kinds of database, or on one.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflows", type=int, default=2000)
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    for kind in (options.on,) if options.on else ("sqlite", "postgresql"):
        with (
            places.place(kind, None) as server,
            places.database(server, "archive") as url,
        ):
            _measure(kind, url, options.workflows)


def _measure(kind: str, url: str, workflows: int) -> None:
    runtime = Runtime(database=Database(url))
    seed.prepare(runtime, reset=False, adding=True)
    seed.seed_history(runtime, workflows, lambda: None)
    _forget_messages(runtime)
    before, read_hot = _sizes(runtime), _reading(runtime)
    began = perf_counter()
    moved, left = archive(runtime, runtime.clock() + timedelta(days=1))
    took = perf_counter() - began
    rows = moved.events + moved.texts + moved.origins
    after, read_cold = _sizes(runtime), _reading(runtime)
    print(
        f"{kind}: workflows={moved.workflows} left={left} rows={rows}"
        f" rows_per_s={rows / took:.0f} portion_ms="
        f"{took / max(1, moved.workflows / archiving.PORTION) * 1e3:.0f}"
        f" history_ms={read_hot:.2f} of the archive={read_cold:.2f}"
    )
    for name, size in before.items():
        print(f"  {name}: {size} -> {after[name]}")
    runtime.database.close()


def _forget_messages(runtime: Runtime) -> None:
    sent = {"status": "sent", "attempts": 1, "next_attempt_at": None}
    with runtime.database.begin() as transaction:
        transaction.execute(update(OUTBOX).values(sent))
        while tidying.messages(transaction, "9"):
            pass


def _sizes(runtime: Runtime) -> dict[str, str]:
    tables = (WORKFLOW, TASK, EVENT, *ARCHIVED)
    with runtime.database.read() as transaction:
        found = {
            f"rows of {each.name}": str(
                transaction.execute(select(func.count()).select_from(each)).scalar_one()
            )
            for each in tables
        }
    if runtime.database.is_sqlite:
        return found
    engine = runtime.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM FULL"))
        connection.execute(text("ANALYZE"))
        for name in _HOT:
            size = func.pg_total_relation_size(name)
            kib = connection.execute(select(size)).scalar_one() // 1024
            found[f"KiB of {name}"] = str(kib)
    return found


def _reading(runtime: Runtime) -> float:
    """
    The median of reading a history, in milliseconds.
    """
    with runtime.database.read() as transaction:
        ended = select(WORKFLOW.c.id).where(
            WORKFLOW.c.status != "pending", WORKFLOW.c.next_due_at.is_(None)
        )
        ids = transaction.execute(ended.limit(_READS)).scalars().all()
    times = []
    for each in ids:
        began = perf_counter()
        timeline(runtime.database, each)
        times.append((perf_counter() - began) * 1e3)
    return statistics.median(times)


if __name__ == "__main__":
    main()
