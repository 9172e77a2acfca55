"""
Databases with our schema in them.
"""

import pytest

from approval_engine.store.database import Database


@pytest.fixture
def database(ready_database_url):
    found = Database(ready_database_url)
    yield found
    found.close()


@pytest.fixture
def stays_sound():
    """
    Rows are written by hand here: what a list needs, and no log behind it.
    """
    return False
