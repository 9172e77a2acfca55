"""
`cpq worker`: fire the timers that are due, once or until told to stop.
"""

import logging
import signal
from threading import Event

import click

from approval_engine.cli.context import Session, pass_session


@click.command()
@click.option("--once", is_flag=True, help="Fire what is due now, then end.")
@pass_session
def worker(session: Session, *, once: bool) -> None:
    """
    Fire the timers that are due: reminders, escalations, ends of approvals.

    Runs until SIGTERM or Ctrl-C; any number of workers share the work. Messages are
    written to the outbox, where they wait: sending them by mail and webhook is not
    built yet.
    """
    from approval_engine import worker as loop

    session.require_trust()
    runtime = session.runtime
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if once:
        done = loop.once(runtime)
        put_off = {"put_off": done.put_off} if done.put_off else {}
        session.record(fired=done.fired, held=done.held, **put_off)
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("The worker runs; Ctrl-C ends it.", err=True)
    loop.run(runtime, stop)
