"""
The worker's loop: what is due is fired, then what waits is sent, again and again.

Any number of workers, threads or processes, share the work. One workflow that cannot
go on is held by an incident and never stops the others.
"""

import logging
from random import SystemRandom
from threading import Event

from approval_engine import traces
from approval_engine.errors import Conflict, StorageError
from approval_engine.executor.runtime import Runtime
from approval_engine.notifications import round as outbox
from approval_engine.notifications.post import Post
from approval_engine.worker import canary, owners, tidy, timers, windows
from approval_engine.worker.checkpoints import Signing
from approval_engine.worker.pulse import BEAT, Pulse
from approval_engine.worker.shift import NOTHING, Round, Shift

__all__ = [
    "BATCH",
    "BEAT",
    "Pulse",
    "Round",
    "Signing",
    "once",
    "run",
    "say_what_waits",
]

POLL_S = 2.0
"""The longest pause between two rounds; the shortest is half of it."""

BATCH = 100
"""How many due workflows are asked for at a time."""

AWAY_S = 30.0
"""The longest pause while the database is away."""

_LOG = logging.getLogger(__name__)
_DICE = SystemRandom()


def run(
    runtime: Runtime,
    stop: Event,
    poll_s: float = POLL_S,
    post: Post | None = None,
    signing: Signing | None = None,
) -> None:
    """
    Round after round until `stop` is set; what is under way is finished first.

    Without `post` nothing is sent, without `signing` nothing is signed.
    """
    say_what_waits(post)
    pulse = Pulse(runtime)
    pause_s = poll_s
    while not stop.is_set():
        try:
            once(runtime, stop, pulse=pulse, post=post, signing=signing)
            with traces.watch("tidy"):
                tidy.sweep_if_due(runtime)
            pause_s = poll_s
        except (Conflict, StorageError) as error:
            pause_s = min(pause_s * 2, AWAY_S)
            _LOG.warning("action=worker_waits %s", error)
        stop.wait(_DICE.uniform(pause_s / 2, pause_s))
    try:
        pulse.leave()
    except StorageError as error:
        _LOG.warning("action=worker_leaves %s", error)


def once(
    runtime: Runtime,
    stop: Event | None = None,
    batch: int = BATCH,
    pulse: Pulse | None = None,
    post: Post | None = None,
    signing: Signing | None = None,
) -> Round:
    """
    Fire what is due, send what waits, and sign where all logs have come to.

    Raises StorageError if nobody can say what is due.
    """
    with traces.watch("worker round") as span:
        shift = Shift(runtime, pulse or Pulse(runtime), stop)
        shift.pulse.beat()
        # Whoever is away now must not be reminded of what his stand-in has.
        with traces.watch("windows"):
            windows.sweep(shift)
        with traces.watch("timers"):
            timers.fire(shift, batch)
        with traces.watch("owners"):
            owners.tell(shift)
        with traces.watch("canary"):
            canary.guard(shift)
        if post is not None and not shift.is_over:
            _send(shift, post, stop)
        if signing is not None:
            with traces.watch("checkpoint"):
                signing.sign(shift)
        if shift.done != NOTHING:
            span.note(shift.done.counts())
    return shift.done


def _send(shift: Shift, post: Post, stop: Event | None) -> None:
    with traces.watch("outbox"):
        tally = outbox.once(shift.runtime, post, stop)
    shift.note(sent=tally.sent, failed=tally.failed)


def say_what_waits(post: Post | None) -> None:
    """
    Say once that mails stay in the outbox, if that is so.
    """
    if post is not None and post.server is None:
        _LOG.info("action=mail_waits CPQ_SMTP_URL is not set: mails stay in the outbox")
