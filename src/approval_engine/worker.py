"""
The worker's loop: workflows with a timer that is due → one tick each, again and again.

One workflow that cannot go on is held by an incident and never stops the others.
"""

import logging
from dataclasses import dataclass
from random import SystemRandom
from threading import Event

from approval_engine.errors import Conflict, StorageError
from approval_engine.executor.commands import run_out, tick
from approval_engine.executor.incident import hold
from approval_engine.executor.runtime import Runtime

POLL_S = 2.0
"""The longest pause between two rounds; the shortest is half of it."""

BATCH = 100
"""How many due workflows are asked for at a time."""

AWAY_S = 30.0
"""The longest pause while the database is away."""

_LOG = logging.getLogger(__name__)
_DICE = SystemRandom()


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """
    What one round did: how many workflows it moved, and which it holds from now on.
    """

    fired: int = 0
    held: tuple[str, ...] = ()


def run(runtime: Runtime, stop: Event, poll_s: float = POLL_S) -> None:
    """
    Round after round until `stop` is set; what is under way is finished first.
    """
    pause_s = poll_s
    while not stop.is_set():
        try:
            once(runtime, stop)
            pause_s = poll_s
        except StorageError as error:
            pause_s = min(pause_s * 2, AWAY_S)
            _LOG.warning("action=worker_waits %s", error)
        stop.wait(_DICE.uniform(pause_s / 2, pause_s))


def once(runtime: Runtime, stop: Event | None = None, batch: int = BATCH) -> Round:
    """
    Tick every workflow that is due, each in a transaction of its own.

    Raises StorageError if nobody can say what is due.
    """
    seen: set[str] = set()
    fired, held = 0, list[str]()
    # More may be due than one question answers; what another worker has stays due.
    while fresh := [each for each in tick.due(runtime, batch) if each not in seen]:
        for workflow_id in fresh:
            if stop is not None and stop.is_set():
                return Round(fired=fired, held=tuple(held))
            seen.add(workflow_id)
            try:
                fired += _tick(runtime, workflow_id)
            except (Conflict, StorageError) as error:
                _LOG.warning("action=tick_again workflow=%s %s", workflow_id, error)
            except Exception as error:  # noqa: BLE001 one must not stop the others
                held.append(workflow_id)
                _hold(runtime, workflow_id, error)
    fired += _tell_owners(runtime, held)
    return Round(fired=fired, held=tuple(held))


def _tick(runtime: Runtime, workflow_id: str) -> int:
    answer = tick.tick(runtime, workflow_id)
    if answer is None:
        return 0
    _LOG.info("action=tick workflow=%s status=%s", workflow_id, answer.status)
    return 1


def _tell_owners(runtime: Runtime, held: list[str]) -> int:
    told = 0
    for workflow_id in run_out.expiring(runtime):
        try:
            told += run_out.tell(runtime, workflow_id)
        except (Conflict, StorageError) as error:
            _LOG.warning("action=tell_again workflow=%s %s", workflow_id, error)
        except Exception as error:  # noqa: BLE001 one must not stop the others
            held.append(workflow_id)
            _hold(runtime, workflow_id, error)
    return told


def _hold(runtime: Runtime, workflow_id: str, error: Exception) -> None:
    detail = f"{type(error).__name__}: {error}"[:1000]
    incident_id = hold(runtime, workflow_id, "timer", detail)
    _LOG.error("action=hold workflow=%s incident=%s", workflow_id, incident_id)
