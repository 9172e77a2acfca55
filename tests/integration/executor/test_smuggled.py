"""
A definition that nobody checked lies in the database: nothing in it ever happens.

Somebody who can write to the database puts a file in the place of the definition that a
workflow runs on, past the doors where files are judged.
"""

from hashlib import sha256
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import text

from approval_engine import worker
from approval_engine.errors import InvalidState
from approval_engine.executor.commands.tick import tick
from approval_engine.store import catalog, incidents
from approval_engine.store.catalog import Document
from tests.unit.definitions.goldens import FOLDER
from tests.unit.definitions.reading.attacks import ATTACKS, CANARY

WHOLE = (FOLDER / "standard-ten.bpmn").read_bytes()
"""A file that would be accepted; it only is another one than the workflow began on."""


def smuggle(company, workflow, xml):
    """
    Pin a workflow to these bytes, as if they had been accepted.
    """
    key = sha256(xml).hexdigest()
    change = "UPDATE workflow_instance SET definition_sha256 = :key WHERE id = :id"
    with company.runtime.database.begin() as transaction:
        document = Document(sha256=key, kind="definition", body=xml)
        catalog.put(transaction, [document])
        transaction.execute(text(change), {"key": key, "id": workflow})


def approve(company, workflow):
    company.act(workflow, "finance", "approve", "fred")


def reject(company, workflow):
    company.act(workflow, "finance", "reject", "fred")


def be_late(company, workflow):
    tick(company.runtime, workflow)


def held(company):
    with company.runtime.database.read() as transaction:
        found = incidents.listed(transaction, closed=False)
        return {each.workflow_id for each in found}


@pytest.mark.broken
def test_whatever_is_smuggled_in_holds_its_workflow_and_nothing_runs(company):
    whole = company.started()
    moves = cycle((approve, reject, be_late))
    smuggled = {}
    for name, xml in [*ATTACKS.items(), ("another", WHOLE)]:
        smuggled[name] = company.started()
        smuggle(company, smuggled[name], xml)
    company.begin_anew()
    company.wait(days=2)
    for (name, workflow), move in zip(smuggled.items(), moves, strict=False):
        with pytest.raises(InvalidState, match="is held by incident"):
            move(company, workflow)
        assert company.case(workflow).status == "pending", name
    worker.once(company.runtime)

    assert held(company) == set(smuggled.values())
    assert not Path(CANARY).exists()
    assert "task_reminded" in company.log(whole)
    company.act(whole, "manager", "approve", "maria")
