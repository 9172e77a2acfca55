"""
A company per module and database, and the process that commands are killed in.
"""

from itertools import count

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_JUDGES = (
    "balancer",
    "clock",
    "crew",
    "fleet",
    "full",
    "kills",
    "layers",
    "load",
    "matrix",
    "oracle",
    "pairs",
    "poison",
    "posting",
    "restarts",
    "scenes",
    "wandering",
    "worker",
    "writers",
)
pytest.register_assert_rewrite(*(f"tests.concurrency.{name}" for name in _JUDGES))

from tests.concurrency.company import Company  # noqa: E402 rewritten from here on
from tests.concurrency.oracle import assert_all_holds  # noqa: E402
from tests.concurrency.worker import Worker  # noqa: E402

_names = (f"races_{number}" for number in count(1))
_KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="module", params=_KINDS)
def founded(request, tmp_path_factory):
    company = _found(request, tmp_path_factory)
    yield company
    company.close()


@pytest.fixture(scope="module")
def company(founded):
    """
    A company that the tests of a module share; each works on quotes of its own.
    """
    yield founded
    assert_all_holds(founded.runtime)


@pytest.fixture(params=_KINDS)
def fresh(request, tmp_path_factory):
    """
    A company of one test: what judges thousands of meetings reads whole tables.
    """
    company = _found(request, tmp_path_factory)
    yield company
    assert_all_holds(company.runtime)
    company.close()


@pytest.fixture(scope="module")
def doomed(founded):
    """
    A company for tests that break it.
    """
    return founded


@pytest.fixture(scope="session")
def worker():
    """
    The process whose children carry out commands and are killed.
    """
    process = Worker()
    yield process
    process.close()


def _found(request, tmp_path_factory):
    if request.param == "sqlite":
        return Company(f"sqlite:///{tmp_path_factory.mktemp('company')}/races.db")
    return Company(new_database(request.getfixturevalue("postgres_url")))


def new_database(server, template="template1"):
    """
    The address of a new database on that server, a copy of the template.
    """
    # The server goes when the session ends, and its databases with it.
    name = next(_names)
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
