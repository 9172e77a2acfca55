"""
From the shadow to the brake: a worker stops a canary that does harm, and says why.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from approval_engine import worker
from approval_engine.analytics.canaries import look
from approval_engine.errors import InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands import canary as ending
from approval_engine.executor.incident import hold
from approval_engine.history.evidence import keys
from approval_engine.operations import canary
from approval_engine.operations.canary_status import status
from approval_engine.operations.canary_wish import Wish
from approval_engine.operations.evidence import export, verify
from approval_engine.operations.evidence.archive import unpack
from approval_engine.policy.canary import place_of
from approval_engine.store import canaries
from approval_engine.store.schema import OUTBOX
from tests.integration.executor.company import TRIGGERS, Company, document, policy

DANA = Caller(actor="dana", channel="t")
LAXER = [{**TRIGGERS[0], "when": {"margin_pct": "< 20"}}, *TRIGGERS[1:]]
HURRIED = {
    "manager": {"role": "manager", "slaHours": 1, "escalateTo": [{"role": "director"}]},
    "finance": {"role": "finance"},
    **{name: {"role": name} for name in ("legal", "cfo")},
}
HALF = {"share": 5000, "at_least": 5, "tolerated": {"automatic": 1, "exposure": 1}}


@pytest.fixture
def company(ready_database_url):
    found = Company(ready_database_url)
    yield found
    found.runtime.database.close()


def last(company):
    with company.runtime.database.read() as transaction:
        return canaries.every(transaction)[-1]


def tried(company, **changes):
    wish = Wish(document=document(policy(version="2", **changes)))
    canary.start(company.runtime, wish, DANA)
    company.started()
    company.wait(minutes=5)
    canary.start(company.runtime, Wish(**HALF), DANA)


def until_stopped(company, most=60):
    """
    Submit one quote after the other; after how many a worker has stopped the canary.
    """
    for number in range(1, most + 1):
        company.started()
        company.wait(minutes=2)
        worker.once(company.runtime)
        if last(company).status == "stopped":
            return number
    return None


def versions(company):
    rows = status(company.runtime).differing
    return {each.row.side: each.row.workflow_id for each in rows}


def told(company):
    with company.runtime.database.read() as transaction:
        query = select(OUTBOX.c.recipient).where(OUTBOX.c.kind == "canary_stopped")
        return sorted(transaction.execute(query).scalars())


def test_what_approves_too_much_is_stopped_and_everything_holds(company, tmp_path):
    tried(company, triggers=LAXER)
    before = company.started()

    taken = until_stopped(company)

    row = last(company)
    assert 10 <= taken <= 60
    assert (row.status, row.ended_by, row.running) == ("stopped", "system", None)
    assert row.comment.startswith("Approved without asking anybody: ")
    assert "reached the bound of 120 (error rate 0.05 over 6 metrics)." in row.comment
    assert told(company) == ["dana"]

    # Running workflows keep their version, new ones get the old one again.
    sides = versions(company)
    assert company.case(sides["canary"]).policy_version == "2"
    assert company.case(before).policy_version in {"1", "2"}
    new = company.started()
    assert company.case(new).policy_version == "1"
    assert company.log(sides["canary"])[0] == "submitted"
    stopped = [
        each for each in company.log(row_of(company)) if each == "canary_stopped"
    ]
    assert stopped == ["canary_stopped"]

    # A second round finds nothing more to do, and all of it holds.
    worker.once(company.runtime)
    assert told(company) == ["dana"]
    assert ending.stop(company.runtime, DANA).result == "duplicate"
    with pytest.raises(InvalidState, match="was stopped"):
        canary.promote(company.runtime, DANA)
    assert company.is_sound()
    assert not company.findings()
    packet_says_why(company, sides["canary"], keys.make(tmp_path / "key.pem"))


def row_of(company):
    """
    The newest workflow that the canary has routed.
    """
    view = status(company.runtime)
    return max(
        (each.row for each in view.differing if each.row.side == "canary"),
        key=lambda row: row.submitted_at,
    ).workflow_id


def packet_says_why(company, workflow, signer):
    packet = export(company.runtime, workflow, signer)
    assert verify(packet, [signer.public]).manifest.policy_version == "2"
    place = place_of(last(company).sha256, company.case(workflow).quote_id)
    why = f"canary of 2, 50 %, hash 0.{place:04}"
    files = unpack(packet)
    assert why in files["explanation.json"].decode()
    assert why in files["summary.html"].decode()


def test_what_escalates_too_often_is_stopped(company):
    company.wait(hours=1)
    tried(company, steps=HURRIED)
    for _ in range(40):
        company.started()
    company.wait(hours=3)

    # Every task of the new version is late now, and none of the version in force.
    worker.once(company.runtime)
    company.wait(minutes=2)
    worker.once(company.runtime)

    row = last(company)
    assert row.status == "stopped"
    assert row.comment.startswith("Escalated: ")
    assert told(company) == ["dana"]
    assert company.is_sound()
    assert not company.findings()


def test_what_admits_nothing_is_stopped_and_harms_no_submit(company):
    never = {**TRIGGERS[0], "id": "never", "effect": "refuse"}
    del never["require"]
    tried(company, triggers=[never, *TRIGGERS[1:]])

    taken = until_stopped(company)

    row = last(company)
    assert 10 <= taken <= 60
    assert row.status == "stopped"
    assert row.comment.startswith("Refused or broken where the version in force is not")
    assert told(company) == ["dana"]
    assert status(company.runtime).tally.routed == 0
    assert company.is_sound()
    assert not company.findings()


def test_what_changes_nothing_goes_on(company):
    tried(company)

    assert until_stopped(company, most=30) is None
    row = last(company)
    assert row.status == "canary"
    assert json.loads(row.seen)["stopsBy"] is None
    with company.runtime.database.read() as transaction:
        found = look(transaction, row, company.now)
    assert sum(arm.quotes for arm in found.arms) == 30
    assert {each.evidence < 120 for each in found.readings} == {True}


def test_two_workers_stop_it_once(company):
    tried(company, triggers=LAXER)
    for _ in range(50):
        company.started()
    company.wait(minutes=2)

    worker.once(company.runtime)
    worker.once(company.runtime)

    with company.runtime.database.read() as transaction:
        actions = [each.action for each in canaries.steps(transaction, 1)]
    assert actions == ["shadow_started", "canary_started", "stopped"]
    assert told(company) == ["dana"]


def test_a_held_workflow_keeps_nobody_from_hearing_of_it(company):
    tried(company, triggers=LAXER)
    for _ in range(50):
        company.started()
    company.wait(minutes=2)
    newest = row_of(company)
    hold(company.runtime, newest, "timer", "broken")
    worker.once(company.runtime)

    assert last(company).status == "stopped"
    assert told(company) == ["dana"]
    assert "canary_stopped" not in company.log(newest)


@pytest.mark.parametrize("others", ["start", "stop", "promote"])
def test_of_two_who_race_one_wins_and_the_other_hears_of_it(company, others):
    second = Wish(document=document(policy(version="3")))
    tried(company, triggers=LAXER)
    deeds = {
        "start": lambda: canary.start(company.runtime, second, DANA),
        "stop": lambda: ending.stop(company.runtime, DANA),
        "promote": lambda: canary.promote(company.runtime, DANA),
    }
    if others == "start":
        ending.stop(company.runtime, DANA)
        again = Wish(version="2")
        deeds["stop"] = lambda: canary.start(company.runtime, again, DANA)

    told = at_once(deeds[others], deeds["stop"])

    applied = [each for each in told if getattr(each, "result", "") == "applied"]
    others_heard = [each for each in told if each not in applied]
    assert len(applied) == 1
    assert all(
        isinstance(each, InvalidState) or each.result == "duplicate"
        for each in others_heard
    )
    with company.runtime.database.read() as transaction:
        rows = canaries.every(transaction)
    assert sum(bool(each.running) for each in rows) == (others == "start")
    assert company.is_sound()


def at_once(*deeds):
    """
    What these came to, done at the same moment by a thread each.
    """
    gate = Barrier(len(deeds))

    def run(deed):
        gate.wait()
        try:
            return deed()
        except InvalidState as refusal:
            return refusal

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))
