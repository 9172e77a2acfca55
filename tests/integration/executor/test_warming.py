"""
A server makes what every command needs before the first one comes.
"""

import json
import subprocess
import sys

import pytest

from approval_engine.config import Settings
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.warming import warm
from approval_engine.store import catalog
from approval_engine.store.database import Database
from approval_engine.store.upgrade import upgrade
from approval_engine.web.app import create_app
from approval_engine.web.presentation import make_ready
from tests.integration.executor.company import MONDAY, Company
from tests.integration.web.conftest import SECRET

US = {
    "timeZone": "America/New_York",
    "hours": "09:00-17:00",
    "days": "Mon-Fri",
    "holidays": "US",
}

# A process of its own: what this one has imported and read already is no measure.
FIRST_SUBMIT = """
import json, sys
from datetime import datetime

from approval_engine.escalations.calendars import working_time
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.engine import compiled
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.warming import warm
from approval_engine.store import prepared
from approval_engine.store.database import Database

url, now, warms = sys.argv[1:]
moment = datetime.fromisoformat(now)
runtime = Runtime(database=Database(url), clock=lambda: moment)
if warms == "warm":
    warm(runtime)

known = list(prepared._made)

def made():
    kept = [each for each in known if each._bind]
    calendars = working_time.cache_info().misses
    return {
        "imported": set(sys.modules),
        "read": set(runtime._kept._values),
        "compiled": set(compiled._definitions),
        "written": {f"statement {number}" for number in range(len(kept))},
        "counted": {f"calendar {number}" for number in range(calendars)},
    }

before = made()
submit(runtime, "Q-second", Caller(actor="sam", channel="t"))
print(json.dumps({name: sorted(now - before[name]) for name, now in made().items()}))
runtime.database.close()
"""


@pytest.fixture
def first_submit(ready_database_url, make_company):
    """
    What the first submit of a process still makes, after a workflow of that shape.
    """
    company = make_company(
        calendars={"us": US},
        defaults={"slaHours": 24, "fallbackRole": "deal_desk", "calendar": "us"},
    )
    company.started()
    company.quote("Q-second")
    with company.runtime.database.read() as transaction:
        current = catalog.current(transaction)

    def first_submit(warms):
        command = [sys.executable, "-c", FIRST_SUBMIT, ready_database_url]
        ended = subprocess.run(
            [*command, MONDAY.isoformat(), warms], capture_output=True, check=True
        )
        return json.loads(ended.stdout), {current.policy, current.directory}

    return first_submit


def test_the_first_submit_of_a_warm_process_makes_what_is_its_own(first_submit):
    made, shared = first_submit("warm")

    assert made["imported"] == []
    assert made["compiled"] == []
    assert made["counted"] == []
    assert made["written"] == []
    assert not shared & set(made["read"])


def test_the_first_submit_of_a_cold_process_makes_everything(first_submit):
    made, shared = first_submit("cold")

    assert "holidays" in made["imported"]
    assert len(made["compiled"]) == 1
    assert len(made["counted"]) == 1
    assert made["written"]
    assert shared < set(made["read"])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_without_tables_is_no_reason_not_to_start(fresh_database, kind):
    database = Database(fresh_database(kind))

    assert not warm(Runtime(database=database))
    database.close()


def test_a_database_without_content_is_no_reason_not_to_start(database_url):
    database = Database(database_url)
    upgrade(database)

    assert warm(Runtime(database=database))
    database.close()


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:1/nothing"],
)
def test_a_database_that_is_away_is_no_reason_not_to_start(url):
    assert not warm(Runtime(database=Database(url)))


def test_a_policy_that_is_not_in_force_yet_is_no_reason_not_to_start(make_company):
    company = make_company(effectiveFrom="2026-03-03")

    assert not warm(company.runtime)
    company.wait(days=1)
    assert warm(company.runtime)


def test_a_server_that_has_settled_looks_at_new_objects_only():
    program = """
import gc
from approval_engine.executor.warming import settle
before = len(gc.get_objects())
settle()
print(gc.get_freeze_count() > before / 2, len(gc.get_objects()) < before / 10)
"""
    # A process of its own: this one has yet to find what its tests leave.
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, check=True, text=True)
    assert ended.stdout == "True True\n"


def test_the_pages_that_people_open_first_are_compiled_before_anybody_asks(
    fresh_database,
):
    company = Company(fresh_database("sqlite", ready=True))
    app = create_app(Settings(secret_key=SECRET), company.runtime)
    assert not app.jinja_env.cache
    make_ready(app)
    known = {name for _, name in app.jinja_env.cache}
    company.runtime.database.close()

    assert known >= {"login.html", "base.html", "inbox/page.html", "inbox/task.html"}
