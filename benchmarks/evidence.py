"""
Checking very many logs: their chains, a signed checkpoint of all of them, and packets.

One review is decided by the product; its rows are written again under other ids, and
the chain of each copy is made anew, so that every hash is a right one.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select, text

from approval_engine.domain.events import GENESIS, Event, digest
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.history.evidence import keys, signed
from approval_engine.history.evidence.checkpoint import write
from approval_engine.history.verify import verify_every
from approval_engine.operations import evidence
from approval_engine.store import events
from approval_engine.store.schema import EVENT, WORKFLOW
from benchmarks import measure, places, world
from benchmarks.filling import write_rows
from benchmarks.measure import Figure

T = TypeVar("T")

WORKFLOWS = 100_000
FEW = 2_000
_AT_ONCE = 2_000
_FIRST = 1_000_000
"""Above every number that the product gave."""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database; the form with one round only has few workflows.
    """
    count = WORKFLOWS if rounds > 1 else FEW
    with places.database(server, "evidence") as url, tempfile.TemporaryDirectory() as f:
        runtime = world.found(url, world.deal_desk())
        first = _submitted(runtime)
        _copy(runtime, first, count - 1)
        return list(_figures(runtime, kind, first, Path(f)))


def _figures(runtime: Runtime, kind: str, first: str, folder: Path) -> Iterator[Figure]:
    signer = keys.make(folder / "private.pem")
    path = folder / "checkpoint.txt"
    with runtime.database.read() as transaction:
        links = transaction.execute(select(func.count()).select_from(EVENT))
        total = int(links.scalar_one())
        took, found = _timed(lambda: list(verify_every(transaction)))
    if any(each.first_altered is not None for each in found):
        raise AssertionError("A chain of the benchmark does not hold.")
    of = f"{len(found):,} workflows"

    def figure(subject: str, value: float, unit: str) -> Figure:
        return Figure(
            workload=f"evidence, {of}",
            database=kind,
            subject=subject,
            value=round(value, 3),
            unit=unit,
        )

    yield figure("chains verified", took.wall, "s")
    yield figure("chains verified, this process", took.cpu, "s")
    yield figure("links verified, of this process", total / took.cpu, "per s")
    took, _ = _timed(
        lambda: write(runtime.database, signer, runtime.clock(), lambda _: path)
    )
    yield figure("checkpoint signed", took.wall, "s")
    yield figure("checkpoint signed, this process", took.cpu, "s")
    yield figure("checkpoint", path.stat().st_size / 1e6, "MB")
    took, known = _timed(lambda: signed.checked([path], [signer.public]))
    yield figure("checkpoint checked by itself", took.wall, "s")
    yield figure("checkpoint checked by itself, this process", took.cpu, "s")
    with runtime.database.read() as transaction:
        took, differing = _timed(lambda: list(known.differences(transaction)))
    if differing:
        raise AssertionError("The benchmark differs from its own checkpoint.")
    yield figure("checkpoint against the database", took.wall, "s")
    yield figure("checkpoint against the database, this process", took.cpu, "s")
    yield from _packets(runtime, signer, first, figure)


def _packets(
    runtime: Runtime,
    signer: keys.Signer,
    workflow: str,
    figure: Callable[[str, float, str], Figure],
) -> Iterator[Figure]:
    packet = evidence.export(runtime, workflow, signer)
    (exported, verified) = measure.interleaved(
        [
            {"product": lambda _: evidence.export(runtime, workflow, signer)},
            {"product": lambda _: evidence.verify(packet, [signer.public])},
        ],
        20,
        2,
    )
    yield figure("packet exported", min(exported["product"]), "ms")
    yield figure("packet verified", min(verified["product"]), "ms")
    yield figure("packet", len(packet) / 1e3, "kB")


def _submitted(runtime: Runtime) -> str:
    world.import_quotes(runtime, [world.quote(1)])
    caller = Caller(actor=world.SUBMITTER, channel="bench")
    return submit(runtime, "Q-1", caller).workflow


def _copy(runtime: Runtime, workflow: str, copies: int) -> None:
    with runtime.database.read() as transaction:
        log = events.of(transaction, workflow)
        query = select(WORKFLOW).where(WORKFLOW.c.id == workflow)
        row = dict(transaction.execute(query).mappings().one())
    for start in range(0, copies, _AT_ONCE):
        numbers = range(start, min(copies, start + _AT_ONCE))
        ids = [f"WF-{_FIRST + number}" for number in numbers]
        logs = {each: _chained(log, each) for each in ids}
        with runtime.database.begin() as transaction:
            rows = [_row(row, each, logs[each][-1]) for each in ids]
            write_rows(transaction, WORKFLOW, rows)
            facts = [asdict(event) for each in ids for event in logs[each]]
            write_rows(transaction, EVENT, facts)
    if not runtime.database.is_sqlite:
        with runtime.database.begin() as transaction:
            transaction.execute(text("ANALYZE"))


def _row(row: dict[str, object], workflow: str, last: Event) -> dict[str, object]:
    number = int(workflow.removeprefix("WF-"))
    own = {"id": workflow, "number": number, "quote_id": f"Q-{number}"}
    return row | own | {"head": last.hash}


def _chained(log: tuple[Event, ...], workflow: str) -> list[Event]:
    found, head = [], GENESIS
    for event in log:
        mine = {"id": f"{workflow}:{event.seq}", "workflow_id": workflow}
        new = replace(event, **mine, prev_hash=head)
        head = digest(new)
        found.append(replace(new, hash=head))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Took:
    """
    Seconds on the wall, and those in which this process had a core.
    """

    wall: float
    cpu: float


def _timed(work: Callable[[], T]) -> tuple[Took, T]:
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    took = Took(wall=time.perf_counter() - start, cpu=time.process_time() - cpu)
    return took, result
