"""
Runtimes on empty databases, with a clock of their own.
"""

import pytest

from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios.clock import StoryClock
from approval_engine.store.database import Database


@pytest.fixture
def open_runtime():
    """
    Makes runtimes whose database is given back at the end of the test.
    """
    opened = []

    def make(url, at):
        runtime = Runtime(database=Database(url), clock=StoryClock(at))
        opened.append(runtime)
        return runtime

    yield make
    for runtime in opened:
        runtime.database.close()
