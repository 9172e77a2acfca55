"""
A million open workflows on one PostgreSQL, beside ten and a hundred thousand.

On SQLite half of each.
Everything is asked of all three in the same rounds. The plan of the slowest statement
of each is written down as well, as the server measured it.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import event

from approval_engine import worker
from approval_engine.accounts.passwords import set_password
from approval_engine.config import Settings
from approval_engine.domain.events import stamp
from approval_engine.escalations import due
from approval_engine.executor.runtime import Runtime
from approval_engine.store import outgoing, population
from approval_engine.web.app import create_app
from benchmarks import crowded, inbox, measure, pages, places, world
from benchmarks.measure import Figure, Operation

SIZES = {
    "postgresql": (10_000, 100_000, 1_000_000),
    "sqlite": (5_000, 50_000, 500_000),
}
FEW = (1_000, 2_000, 4_000)
SHORT = 5
"""Fewer rounds than this are the short form, with few workflows."""

GROWS = 2.0
"""How much longer an answer may take among the most workflows than among the fewest."""

_TOKEN = "m" * 32
_EARLIER = world.NOW - timedelta(days=7)
_DAY = (stamp(world.NOW - timedelta(hours=20)), stamp(world.NOW - timedelta(hours=19)))
_SCANS = re.compile(
    r"((?:Index Only |Index |Bitmap Heap |Bitmap Index |Parallel Seq |Seq |CTE )Scan"
    r"(?: Backward)?)(?: using (\w+))?(?: on (\w+))?"
)
_WORK = re.compile(r"Buffers: (?:shared )?(.+)")

_PAGES = {
    "inbox, a tenth of all": ("m0", "/"),
    "inbox, a pool": ("fiona", "/"),
    "inbox, five roles": (crowded.SEVERAL, "/"),
    "inbox, an ordinary person": (crowded.ORDINARY, "/"),
    "inbox, a word": ("m0", "/?q=Account+017"),
    "list of all": (crowded.ADMIN, "/workflows"),
    "list by status": (crowded.ADMIN, "/workflows?status=approved"),
    "list by process": (crowded.ADMIN, "/workflows?process=none"),
    "list by policy": (crowded.ADMIN, "/workflows?policy=2"),
    "list of what is late": (crowded.ADMIN, "/workflows?late=1"),
    "list of a submitter": ("s0", "/workflows"),
    "list of an approver": ("m0", "/workflows"),
    "list of nobody": (crowded.NOBODY, "/workflows"),
    "search an account": (crowded.ADMIN, "/workflows?q=Account+017"),
    "search a quote": (crowded.ADMIN, "/workflows?q=Q-9000001"),
    "search a person": (crowded.ADMIN, "/workflows?q=Oona"),
    "search in vain": (crowded.ADMIN, "/workflows?q=zzz"),
    "quotes of a submitter": ("s0", "/quotes"),
    "quotes of all": (crowded.ADMIN, "/quotes"),
    "a workflow": (crowded.ADMIN, "/workflows/WF-70000399"),
    "a task": ("m0", "/tasks/T-80000020"),
    "desk": (crowded.ADMIN, "/desk"),
    "admin": (crowded.ADMIN, "/admin"),
    "vacant seats": (crowded.ADMIN, "/admin/seats"),
    "outbox": (crowded.ADMIN, "/admin/outbox"),
    "messages of a workflow": (crowded.ADMIN, "/admin/outbox?workflow=WF-70000399"),
    "processes": (crowded.ADMIN, "/processes"),
    "scrape": (crowded.ADMIN, "/metrics"),
}
"""What is looked at, by whom and where."""

_BOUNDED = ("scrape", "inbox, a word", "report's control of an hour")
"""
What grows until a bound that the fewest do not reach: 100,000 that are counted, 3,000
that are looked through; and what counts all that was submitted in an hour.
"""


def run(server: str, kind: str, rounds: int) -> list[Figure]:
    """
    All figures of one database.
    """
    sizes = SIZES[kind] if rounds >= SHORT else FEW
    with ExitStack() as stack:
        crowds = {}
        for size in sizes:
            url = stack.enter_context(places.database(server, f"million_{size}"))
            print(f"filling {size:,} workflows", file=sys.stderr)
            crowds[size] = crowded.crowd(url, size * crowded.SEATS)
        found = figures(crowds, kind, rounds)
        for runtime in crowds.values():
            runtime.database.close()
    return found


def figures(crowds: Mapping[int, Runtime], kind: str, rounds: int) -> list[Figure]:
    """
    The figures of crowds of so many workflows; the plans of the last one go to a file.
    """
    asked = {size: _asked(each) for size, each in crowds.items()}
    found = [
        *inbox.figures(crowds, kind, rounds, "open workflows"),
        *_figures(asked, kind, rounds),
    ]
    if kind == "postgresql":
        _write_plans(crowds[max(crowds)])
    return found


def _figures(
    asked: Mapping[int, Mapping[str, Operation]], kind: str, rounds: int
) -> list[Figure]:
    fewest, *_, most = (f"{size:,} open" for size in asked)
    names = tuple(next(iter(asked.values())))
    operations = [
        {f"{size:,} open": each[name] for size, each in asked.items()} for name in names
    ]
    taken = measure.interleaved(operations, rounds, 2)
    return [
        figure
        for name, times in zip(names, taken, strict=True)
        for figure in measure.figures(
            f"wide, {name}",
            kind,
            times,
            fewest,
            {} if name in _BOUNDED else {most: GROWS},
        )
    ]


def _asked(runtime: Runtime) -> dict[str, Operation]:
    app = create_app(Settings(secret_key="x" * 32, metrics_token=_TOKEN), runtime)
    people = {person for person, _ in _PAGES.values()}
    for person in people:
        set_password(runtime, person, pages.PASSWORD)
    visitors = {person: pages.entered(app, person) for person in people}
    found = {
        name: _opening(visitors[person], path)
        for name, (person, path) in _PAGES.items()
    }
    return found | {name: ask(runtime) for name, ask in _BESIDE.items()}


def _opening(visitor: FlaskClient, path: str) -> Operation:
    headers = {"Authorization": f"Bearer {_TOKEN}"} if path == "/metrics" else {}

    def opened(_: int) -> None:
        answer = visitor.get(path, buffered=True, headers=headers)
        if answer.status_code != HTTPStatus.OK:
            sys.exit(f"Expected a page at {path}, but: {answer.status}.")

    return opened


def _sweep(runtime: Runtime) -> Operation:
    def swept(_: int) -> None:
        if due.claim(runtime.database, "W-bench", _EARLIER, worker.BATCH):
            raise AssertionError("Expected nothing to be due.")

    return swept


def _mails(runtime: Runtime) -> Operation:
    def claimed(_: int) -> None:
        with runtime.database.begin() as transaction:
            outgoing.claim_mail(transaction, stamp(_EARLIER), stamp(world.NOW), 50)

    return claimed


def _report(runtime: Runtime) -> Operation:
    def counted(_: int) -> None:
        with runtime.database.read() as transaction:
            population.counted(transaction, _DAY)

    return counted


_BESIDE: Mapping[str, Callable[[Runtime], Operation]] = {
    "timer sweep, nothing due": _sweep,
    "mail sweep, nothing due": _mails,
    "report's control of an hour": _report,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    """
    A statement that was sent.
    """

    words: str
    values: object


def _write_plans(runtime: Runtime) -> None:
    """
    How the server went about each, the dearest statement of it, beside the results.
    """
    path = Path(os.environ["CPQ_BENCH_RESULTS"]).with_suffix(".plans.txt")
    lines = []
    for name, ask in _asked(runtime).items():
        plans = [_explained(runtime, each) for each in _sent(runtime, ask)]
        took, plan = max(plans)
        lines.append(f"{name}: {took:.2f} ms in {len(plans)} statements\n    {plan}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(path, file=sys.stderr)


def _sent(runtime: Runtime, ask: Operation) -> list[_Sent]:
    found: list[_Sent] = []

    def remember(*details: object) -> None:
        if str(details[2]).startswith(("SELECT", "WITH")):
            found.append(_Sent(words=str(details[2]), values=details[3]))

    ask(0)
    event.listen(runtime.database.engine, "before_cursor_execute", remember)
    ask(1)
    event.remove(runtime.database.engine, "before_cursor_execute", remember)
    return found


def _explained(runtime: Runtime, sent: _Sent) -> tuple[float, str]:
    """
    The milliseconds of its run, and the plan in one line.
    """
    explain = f"EXPLAIN (ANALYZE, BUFFERS) {sent.words}"
    with runtime.database.begin() as transaction:
        rows = [row[0] for row in transaction.exec_driver_sql(explain, sent.values)]
    text = "\n".join(rows)
    scans = dict.fromkeys(" ".join(filter(None, each)) for each in _SCANS.findall(text))
    work = _WORK.search(text)
    took = re.search(r"Execution Time: ([\d.]+)", text)
    buffers = work[1] if work else "none"
    return float(took[1] if took else 0), f"{'; '.join(scans)} [{buffers}]"
