"""
A full disk: what was confirmed is there, what was not is not, and reading goes on.
"""

from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.concurrency import full
from tests.concurrency.company import MANAGERS, Company
from tests.concurrency.programs import Client


@contextmanager
def opened(url):
    """
    A company for a while, and what asks for an approval by its HTTP interface.
    """
    company = Company(url)
    (other,) = company.start(1)
    client = Client(company, MANAGERS[1])
    # Its token is used once, so that afterwards only the approval is to be written.
    assert client.get(f"/api/v1/tasks/{other.manager}").status_code == 200
    try:
        yield company, lambda: client.approve(other.manager)
    finally:
        company.close()


def test_a_full_file_loses_nothing_and_goes_on_when_there_is_room(fresh_database):
    with opened(fresh_database("sqlite", ready=True)) as (company, post):
        full.fill(company, full.Pages(company.runtime.database, room=60), post)


@pytest.mark.proof
def test_a_full_disk_loses_nothing_of_sqlite(figure):
    with (
        full.small_disk(size_mib=6) as disk,
        opened(f"sqlite:///{disk.path}/cpq.db") as (company, post),
    ):
        taken = full.fill(company, disk, post)
    note(figure, taken)


@pytest.mark.proof
@pytest.mark.postgres
def test_a_full_disk_loses_nothing_of_postgresql(postgres_url, figure):
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        place = connection.execute(text("SHOW data_directory")).scalar_one()
    with full.small_disk(size_mib=20, owner=Path(place).stat().st_uid) as disk:
        with admin.connect() as connection:
            for statement in (
                f"CREATE TABLESPACE small LOCATION '{disk.path}'",
                "CREATE DATABASE small TABLESPACE small",
            ):
                connection.execute(text(statement))
        url = postgres_url.replace("/postgres?", "/small?")
        try:
            with opened(url) as (company, post):
                taken = full.fill(company, disk, post)
        finally:
            with admin.connect() as connection:
                connection.execute(text("DROP DATABASE small WITH (FORCE)"))
                connection.execute(text("DROP TABLESPACE small"))
    admin.dispose()
    note(figure, taken)


def note(figure, taken):
    figure("a full disk", "confirmed = stored", f"{taken} of {taken}")
