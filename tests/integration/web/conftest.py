"""
The web application over a company on SQLite, and people who log in to it.
"""

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from approval_engine.accounts import passwords
from approval_engine.accounts.tokens import create, owner
from approval_engine.config import Settings
from approval_engine.web.app import create_app
from tests.integration.executor.company import Company
from tests.integration.web.browser import PASSWORD, Browser

SECRET = "a secret key that only tests know"


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


@pytest.fixture(scope="session", autouse=True)
def templates(tmp_path_factory):
    """
    What templates were compiled to, kept for the next application of this process.
    """
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": cache})
        yield


@pytest.fixture
def company(fresh_database):
    company = Company(fresh_database("sqlite", ready=True))
    yield company
    company.runtime.database.close()


@pytest.fixture
def app(company):
    return create_app(Settings(secret_key=SECRET), company.runtime)


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def enter(app, company):
    """
    A browser in which that person is logged in.
    """

    def enter(person):
        passwords.set_password(company.runtime, person, PASSWORD)
        browser = Browser(app)
        assert browser.log_in(person).status_code == 303
        return browser

    return enter


@pytest.fixture
def api(app, company):
    """
    A client of the HTTP interface with a token of that person.
    """

    def api(person, *scopes):
        _, secret = create(
            company.runtime, person, scopes or ("read", "act", "submit"), None
        )
        # Its first use is written down, which is no change that tests look for.
        owner(company.runtime, secret)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return api


@pytest.fixture
def dump(company):
    """
    Everything the database holds, as text.
    """

    def dump():
        raw = company.runtime.database.engine.raw_connection()
        try:
            return "\n".join(raw.driver_connection.iterdump())
        finally:
            raw.close()

    return dump
