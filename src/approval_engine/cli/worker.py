"""
`cpq worker`: fire what is due and send what waits, once or until told to stop.
"""

import signal
from threading import Event
from typing import TYPE_CHECKING

import click

from approval_engine import logs
from approval_engine.cli.context import Session, pass_session

if TYPE_CHECKING:
    from approval_engine.worker import Signing


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@pass_session
def worker(session: Session, *, once: bool) -> None:
    """
    Fire the timers that are due and deliver the outbox.

    Runs until SIGTERM or Ctrl-C; any number of workers share the work. Mails need
    CPQ_SMTP_URL and CPQ_MAIL_FROM, webhooks CPQ_WEBHOOK_SECRET; what cannot be sent yet
    stays in the outbox. With CPQ_CHECKPOINT_DIR and CPQ_EVIDENCE_KEY it signs once an
    hour where all logs have come to.
    """
    from approval_engine import worker as loop
    from approval_engine.notifications.post import post_of

    session.require_trust()
    post = post_of(session.settings)
    signing = _signing(session)
    runtime = session.runtime
    logs.set_up(session.settings.log_format, session.settings.log_level)
    if once:
        loop.say_what_waits(post)
        done = loop.once(runtime, post=post, signing=signing)
        put_off = {"put_off": done.put_off} if done.put_off else {}
        sends = post.server or post.secrets
        went = {"sent": done.sent, "failed": done.failed} if sends else {}
        signed = {"signed": done.signed} if signing else {}
        session.record(fired=done.fired, held=done.held, **put_off, **went, **signed)
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("The worker runs; Ctrl-C ends it.", err=True)
    loop.run(runtime, stop, post=post, signing=signing)


def _signing(session: Session) -> "Signing | None":
    from approval_engine.cli.proving import signer_of
    from approval_engine.worker import Signing

    folder = session.settings.checkpoint_dir
    if folder is None:
        return None
    if not folder.is_dir():
        sentence = f"CPQ_CHECKPOINT_DIR names '{folder}', which is no folder."
        raise click.UsageError(sentence)
    return Signing(signer_of(session), folder)
