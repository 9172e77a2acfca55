"""
`cpq seed`, `cpq test`, `cpq demo`: made-up content, scenarios, and a first look.
"""

import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click

from approval_engine.cli.context import Session, pass_session
from approval_engine.cli.serve import application, listen
from approval_engine.errors import InvalidState

if TYPE_CHECKING:
    from flask import Flask

    from approval_engine.executor.runtime import Runtime
    from approval_engine.scenarios.seed import Seeded
    from approval_engine.web.alone import Server

HOST = "127.0.0.1"
PORTS = range(5000, 5100)


@click.command()
@click.option("--scenario", required=True, type=click.Choice(("approvals", "history")))
@click.option(
    "--workflows",
    type=click.IntRange(1, 100_000),
    default=500,
    show_default=True,
    help="How many workflows a history has.",
)
@click.option("--reset", is_flag=True, help="Drop what was seeded before.")
@click.option("--log-ins/--no-log-ins", "opens", default=True, hidden=True)
@pass_session
def seed(
    session: Session, scenario: str, workflows: int, *, reset: bool, opens: bool
) -> None:
    """
    Fill the database with a believable deal desk.

    A history is added to what was seeded before, unless that is dropped.
    """
    from approval_engine.scenarios import seed as seeding

    session.require_trust()
    adding = scenario == "history"
    seeding.prepare(session.bare_runtime, reset=reset, adding=adding)
    if adding:
        seeded = _simulate(session.runtime, workflows)
    else:
        seeded = seeding.seed_approvals(session.runtime)
    if opens:
        _open(session.runtime)
    session.record("seeded", **asdict(seeded))


def _open(runtime: "Runtime") -> str:
    """
    Give the people of the rehearsal one fresh password, and say so; the password.
    """
    from approval_engine.scenarios.seed import ACCOUNTS, give_log_ins

    password = give_log_ins(runtime)
    people = ", ".join(ACCOUNTS)
    click.echo(f"log in as one of {people} with password {password}", err=True)
    return password


def _simulate(runtime: "Runtime", workflows: int) -> "Seeded":
    from approval_engine.scenarios.seed import seed_history

    quiet = not sys.stderr.isatty()
    with click.progressbar(
        length=workflows, label="simulating", file=sys.stderr, hidden=quiet
    ) as bar:
        return seed_history(runtime, workflows, lambda: bar.update(1))


@click.command()
@click.option("--suite", required=True, type=click.Choice(("workflow",)))
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False),
    help="Default: the scenarios that are shipped.",
)
@pass_session
def test(session: Session, suite: str, path: str | None) -> None:
    """
    Play scenarios, each in a database of its own, and compare.
    """
    from approval_engine.scenarios import suite as scenarios

    del suite  # The only one there is; it is named so that there can be another.
    results = []
    for result in scenarios.run(scenarios.read(session.read(path) if path else None)):
        results.append(result)
        if not session.as_json:
            word = "passed" if result.passed else "failed"
            session.record(scenario=result.name, result=word)
        for sentence in result.failures:
            click.echo(f"{result.name}: {sentence}", err=True)
    failed = sum(not result.passed for result in results)
    if session.as_json:
        session.document([asdict(r) | {"passed": r.passed} for r in results])
    else:
        click.echo(f"{len(results) - failed} passed, {failed} failed")
    if failed:
        raise SystemExit(8)


@click.command()
@click.option("--serve/--no-serve", "serves", default=True, help="Serve the inbox.")
@pass_session
def demo(session: Session, *, serves: bool) -> None:
    """
    Seed an empty database, run the golden path, then serve the inbox.

    A database that holds something already is served as it is.
    """
    from approval_engine.store.reset import has_content

    session.require_trust()
    if has_content(session.bare_runtime.database):
        sentence = "The database holds something already; it is left as it is."
        click.echo(sentence, err=True)
    else:
        _show_golden_path(session, serves=serves)
    if serves:
        _serve(session)


def _show_golden_path(session: Session, *, serves: bool) -> None:
    from approval_engine.scenarios.golden import GOLDEN_PATH

    # Whoever is named in the environment is nobody of the deal desk.
    settings = replace(session.settings, user=None, token=None)
    for line in GOLDEN_PATH:
        click.echo(f"$ cpq {line}")
        # Who serves gives log-ins himself; two passwords would be one too many.
        later = ["--no-log-ins"] if serves and line.startswith("seed") else []
        _run(Session(settings=settings), [*line.split(), *later])


def _run(session: Session, arguments: list[str]) -> None:
    from approval_engine.cli import cpq

    name, *rest = arguments
    command: Any = cpq.get_command(click.Context(cpq), name)
    try:
        command.main(
            args=rest, prog_name=f"cpq {name}", standalone_mode=False, obj=session
        )
    finally:
        session.close()


def _serve(session: Session) -> None:
    from approval_engine import worker
    from approval_engine.notifications.post import post_of
    from approval_engine.web.wsgi import require_moving_clock

    require_moving_clock(session.settings)
    runtime = session.runtime
    settings = replace(
        session.settings,
        secret_key=_secret_key(session),
        evidence_key=_evidence_key(session),
    )
    server, port = _bound(application(settings, runtime))
    stop = Event()
    post = post_of(settings)
    beside = Thread(
        target=worker.run, args=(runtime, stop), kwargs={"post": post}, name="worker"
    )
    beside.start()
    try:
        session.record(serving=f"http://{HOST}:{port}", **_log_in(runtime))
        server.run(settings.drain_seconds)
    finally:
        stop.set()
        beside.join()


def _secret_key(session: Session) -> str:
    from approval_engine.scenarios.golden import secret_key

    path = _beside(session, ".secret-key")
    return session.settings.secret_key or secret_key(path)


def _evidence_key(session: Session) -> Path:
    """
    The key that signs what the demo shows, made like its secret key.
    """
    from approval_engine.history.evidence import keys

    if session.settings.evidence_key:
        return session.settings.evidence_key
    path = _beside(session, ".evidence-key.pem")
    if not path.exists():
        keys.make(path)
    return path


def _beside(session: Session, name: str) -> Path:
    database = session.runtime.database
    beside = (database.url.database if database.is_sqlite else None) or "cpq.db"
    return Path(beside).with_name(name)


def _bound(app: "Flask") -> "tuple[Server, int]":
    from approval_engine.web.alone import Server

    for port in PORTS:
        with suppress(click.BadParameter):
            return Server(app, listen(HOST, port)), port
    sentence = f"Every port from {PORTS.start} to {PORTS.stop - 1} is taken."
    raise InvalidState(sentence)


def _log_in(runtime: "Runtime") -> dict[str, object]:
    """
    A fresh password for all, and whose turn it is; nothing where people are real.
    """
    from approval_engine.scenarios.golden import NEXT_TO_DECIDE
    from approval_engine.store.reset import is_rehearsal

    if not is_rehearsal(runtime.database):
        return {}
    return {"user": NEXT_TO_DECIDE, "password": _open(runtime)}
