"""
One round of one worker: what it did so far, and how it bears what goes wrong.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock

from approval_engine.errors import Conflict, StorageError
from approval_engine.executor.incident import hold
from approval_engine.executor.runtime import Runtime
from approval_engine.worker.pulse import Pulse

_LOG = logging.getLogger(__name__)

Passing = Callable[[str, Exception], None]
"""What to do about a workflow that something passing was in the way of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """
    What one round did: how many workflows it moved, which it holds from now on.

    `put_off` are those that rest, because something passing was in their way; `sent`
    and `failed` count mails and webhook messages, `signed` checkpoints.
    """

    fired: int = 0
    held: tuple[str, ...] = ()
    put_off: tuple[str, ...] = ()
    sent: int = 0
    failed: int = 0
    signed: int = 0

    def counts(self) -> dict[str, int]:
        """
        How many of each, for a span of it.
        """
        many = {"held": len(self.held), "put_off": len(self.put_off)}
        names = ("fired", "sent", "failed", "signed")
        many |= {name: getattr(self, name) for name in names}
        return {f"cpq.{name}": count for name, count in many.items()}


NOTHING = Round()
"""A round in which nothing was to be done."""


class Shift:
    """
    Runs commands on workflows for one worker; `done` is what came of them.

    Its threads may move several at a time.
    """

    def __init__(self, runtime: Runtime, pulse: Pulse, stop: Event | None) -> None:
        self.runtime = runtime
        self.pulse = pulse
        self.done = Round()
        self._stop = stop
        self._lock = Lock()

    @property
    def is_over(self) -> bool:
        """
        Whether nothing new is to be begun.
        """
        return self._stop is not None and self._stop.is_set()

    def note(self, **more: int | tuple[str, ...]) -> None:
        """
        Add what was done.
        """
        with self._lock:
            sums = {name: getattr(self.done, name) + n for name, n in more.items()}
            self.done = replace(self.done, **sums)

    def move(
        self, workflow_id: str, command: Callable[[], bool | None], passing: Passing
    ) -> bool | None:
        """
        Whether the command moved the workflow; None if it has to come again.

        What fails for good is held by an incident, and the others go on.
        """
        try:
            moved = command()
        except (Conflict, StorageError) as error:
            passing(workflow_id, error)
            self.note(put_off=(workflow_id,))
            return None
        except Exception as error:  # noqa: BLE001 one must not stop the others
            self._hold(workflow_id, error)
            return None
        self.note(fired=int(bool(moved)))
        return moved

    def _hold(self, workflow_id: str, error: Exception) -> None:
        detail = f"{type(error).__name__}: {error}"[:1000]
        incident_id = hold(self.runtime, workflow_id, "timer", detail)
        self.note(held=(workflow_id,))
        _LOG.error("action=hold workflow=%s incident=%s", workflow_id, incident_id)
