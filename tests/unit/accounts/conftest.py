"""
A company whose people can log in, on a clock that is moved by hand.
"""

import pytest
from argon2 import PasswordHasher

from approval_engine.accounts import passwords
from approval_engine.operations import intake
from tests.integration.executor.company import Company, directory, document


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    """
    The same algorithm with the least work: strength is not what these tests are about.
    """
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    passwords._decoy.cache_clear()
    yield
    passwords._decoy.cache_clear()


@pytest.fixture
def company(fresh_database):
    company = Company(fresh_database("sqlite", ready=True))
    yield company
    company.runtime.database.close()


@pytest.fixture
def dismiss(company):
    """
    Makes a person of the directory one who left.
    """

    def dismiss(person):
        people = directory()
        for user in people["users"]:
            user["active"] = user["id"] != person
        intake.import_directory(company.runtime, document(people))

    return dismiss
