"""
Databases with our schema in them.
"""

import pytest

from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade


@pytest.fixture
def database(database_url):
    found = Database(database_url)
    upgrade(found)
    yield found
    found.close()
