"""
A company per test and database.
"""

import pytest

from tests.integration.executor.company import Company


@pytest.fixture
def company(database_url):
    company = Company(database_url)
    yield company
    company.runtime.database.close()
