"""
Once an hour where all logs have come to is signed, into a folder to be kept elsewhere.

Whichever worker comes first does it; the database knows when it was done last.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from approval_engine.domain.events import instant
from approval_engine.errors import Conflict, InvalidInput
from approval_engine.history.evidence.checkpoint import write
from approval_engine.history.evidence.keys import Signer
from approval_engine.store import checkpoints
from approval_engine.worker.shift import Shift

EVERY = timedelta(hours=1)
"""How long after the last checkpoint the next one is due."""

AGAIN = timedelta(minutes=1)
"""How long a worker rests whose folder could not be written."""

_LOG = logging.getLogger(__name__)


class Signing:
    """
    With which key a worker signs, and into which folder.
    """

    def __init__(self, signer: Signer, folder: Path) -> None:
        self._signer = signer
        self._folder = folder
        self._rests_until: datetime | None = None

    def sign(self, shift: Shift) -> None:
        """
        Sign if the last checkpoint is an hour old. What stands in the way is told.

        Raises StorageError.
        """
        runtime, now = shift.runtime, shift.runtime.clock()
        if shift.is_over or (self._rests_until and now < self._rests_until):
            return
        with runtime.database.read() as transaction:
            last = checkpoints.last(transaction)
        if last and now - instant(last.made_at) < EVERY:
            return

        def place(number: int) -> Path:
            return self._folder / f"checkpoint-{number:06}-{now:%Y%m%dT%H%M%SZ}.txt"

        try:
            made, path = write(runtime.database, self._signer, now, place)
        except Conflict:
            # Another worker was faster, and once an hour is enough.
            return
        except InvalidInput as error:
            self._rests_until = now + AGAIN
            _LOG.error("action=checkpoint_failed %s", error)
            return
        shift.note(signed=1)
        _LOG.info("action=checkpoint number=%s file=%s", made.number, path.name)
