"""
A company per test and database.
"""

import pytest

from tests.integration.executor.company import Company


@pytest.fixture
def ready_database_url(ready_database_url):
    return ready_database_url


@pytest.fixture
def make_company(ready_database_url):
    made = []

    def make(**changes):
        made.append(Company(ready_database_url, **changes))
        return made[-1]

    yield make
    for company in made:
        company.runtime.database.close()


@pytest.fixture
def company(make_company):
    return make_company()
