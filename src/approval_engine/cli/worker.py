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
    Fire the timers that are due: reminders and escalations.

    Runs until SIGTERM or Ctrl-C. Messages are written to the outbox, where they wait:
    sending them by mail and webhook is not built yet.
    """
    from approval_engine import worker as loop

    session.require_trust()
    runtime = session.runtime
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if once:
        done = loop.once(runtime)
        session.record(fired=done.fired, held=done.held)
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("The worker runs; Ctrl-C ends it.", err=True)
    loop.run(runtime, stop)
