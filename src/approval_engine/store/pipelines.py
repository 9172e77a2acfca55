"""
Statements that travel to PostgreSQL together.
"""

# Psycopg has no public way to end a pipeline otherwise; its parts are underscored.
# ruff: noqa: SLF001

from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg.abc import PQGen


def together(driver: Any) -> AbstractContextManager[object]:  # noqa: ANN401 a connection of psycopg
    """
    What is run in this block is sent at once, and answered at the end of it.

    Psycopg ends a pipeline with Sync and, if the answer is not there yet, with Flush
    behind it. PostgreSQL starts to count how long we idle at the Sync and stops to at
    the Flush, so a process that is halted right then would keep its locks for ever. A
    Sync makes the server answer by itself: no Flush is sent here.
    """
    driver._pipeline = _made()(driver)
    found: AbstractContextManager[object] = driver.pipeline()
    return found


@cache
def _made() -> Any:  # noqa: ANN401 a class of psycopg, which only PostgreSQL needs
    from psycopg import Pipeline
    from psycopg.generators import send

    class Silent(Pipeline):
        def _exit_gen(self) -> "PQGen[None]":
            try:
                self._enqueue_sync()
                yield from self._communicate_gen()
            finally:
                if self.result_queue:
                    # What did not fit into the socket goes out before answers come in.
                    yield from send(self.pgconn)
                yield from self._fetch_gen(flush=False)

    return Silent
