"""
The databases that all other tests stand on are real, empty and apart from each other.
"""

import pytest
from sqlalchemy import create_engine, text


def _run(url, *statements):
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return (
                results[-1].scalar_one_or_none() if results[-1].returns_rows else None
            )
    finally:
        engine.dispose()


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_gets_an_empty_database(database_url, attempt):
    _run(database_url, "CREATE TABLE mine (n INTEGER)", "INSERT INTO mine VALUES (1)")

    assert _run(database_url, "SELECT count(*) FROM mine") == 1


def test_two_databases_of_one_test_are_apart(fresh_database):
    one, other = fresh_database("postgresql"), fresh_database("postgresql")
    _run(one, "CREATE TABLE mine (n INTEGER)")
    _run(other, "CREATE TABLE mine (n INTEGER)")

    assert one != other


@pytest.mark.postgres
def test_postgresql_keeps_what_it_has_committed(fresh_database):
    url = fresh_database("postgresql")

    assert _run(url, "SHOW fsync") == "on"
    assert _run(url, "SHOW synchronous_commit") == "on"
    assert _run(url, "SHOW full_page_writes") == "on"
