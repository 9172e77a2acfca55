"""
Two versions of the product work on one database while the newer one takes over.

The newer one migrates under load, both work on the same tasks, the newer one leaves
again, and the older one goes on. Nothing breaks, nothing is held, and what only the
newer one can read the older one leaves alone.
"""

from time import sleep

import pytest
from sqlalchemy import select

from approval_engine.operations import intake, quote_intake
from approval_engine.store import upgrade
from approval_engine.store.schema import INCIDENT, WORKFLOW
from tests.concurrency import next_version
from tests.concurrency.company import POLICY, document, quote_value
from tests.concurrency.next_version import NEW_STEP, SCHEMA
from tests.concurrency.oracle import rows
from tests.concurrency.rolling import NEWER, Member, cpq


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return next_version.make(tmp_path_factory.mktemp("versions"))


def stock(company, number):
    """
    Quotes for everybody, and some with a step that only the newer version knows.
    """
    steps = {**POLICY["steps"], NEW_STEP: {"role": "manager", "escalateTo": []}}
    trigger = {
        "id": "new",
        "reason": "new",
        "when": {"discount_pct": "60"},
        "require": ["finance", NEW_STEP],
    }
    triggers = [*POLICY["triggers"], trigger]
    changed = {**POLICY, "version": "2", "triggers": triggers, "steps": steps}
    intake.publish_policy(company.runtime, document(changed, "policy"), "dora")
    values = [quote_value(f"OLD-{n}") for n in range(number)]
    values += [quote_value(f"NEW-{n}", 15 if n % 2 else 60) for n in range(number)]
    quote_intake.import_quotes(company.runtime, document(values, "quotes"))


_DONE = ("submitted", "decided", "fired")


def take_over(company, home, seconds):
    """
    What the older one counted before, beside and after the newer one, and that one.
    """
    stock(company, number=int(60 * seconds) + 50)
    url = company.url
    crew = [Member(url, quotes="OLD")]
    try:
        sleep(seconds / 4)
        done = cpq(url, home, "db", "upgrade")
        assert (done.returncode, done.stdout) == (0, f"database=ok schema={SCHEMA}\n")
        crew.append(Member(url, home, quotes="NEW"))
        sleep(seconds / 2)
        newer = crew.pop().stop()
        sleep(seconds / 4)
        older = crew.pop().stop()
    finally:
        for each in crew:
            each.kill()
    return older, newer


def assert_both_worked(company, home, older, newer):
    usual = {"schema", "submitted", "decided", "refused", "fired", "put_off", "held"}
    assert set(older) <= usual | {NEWER}
    assert set(newer) <= usual
    assert (older["schema"], newer["schema"]) == (int(upgrade.NEWEST), int(SCHEMA))
    for each in (older, newer):
        assert each["submitted"] > 0
        assert each["decided"] > 0
        assert each["held"] == 0
    assert older[NEWER] > 0
    assert rows(company.runtime, select(INCIDENT.c.detail)) == []
    judged = cpq(company.url, home, "db", "check")
    assert judged.returncode == 0, judged.stdout
    states = rows(company.runtime, select(WORKFLOW.c.state))
    assert any(b'"v":3' in bytes(state) for (state,) in states)


@pytest.mark.parametrize("seconds", [3])
def test_versions_take_turns_under_load(doomed, home, seconds):
    older, newer = take_over(doomed, home, seconds)
    assert_both_worked(doomed, home, older, newer)


@pytest.mark.proof
@pytest.mark.parametrize("seconds", [100])
def test_versions_take_turns_for_long(doomed, home, seconds, figure):
    older, newer = take_over(doomed, home, seconds)
    assert_both_worked(doomed, home, older, newer)

    done = sum(each[what] for each in (older, newer) for what in _DONE)
    found = f"{seconds} s, {done:,} commands, 0 held, every invariant holds"
    figure("two versions on one database", "0 held, every invariant holds", found)
