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
