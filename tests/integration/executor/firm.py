"""
A company of which only the finance step counts, and what came of its clock.
"""

import json

from sqlalchemy import select

from approval_engine.executor.commands.tick import tick
from approval_engine.history.reading import timeline
from approval_engine.operations import intake
from approval_engine.operations.invariants import check_all
from approval_engine.store.schema import OUTBOX
from tests.integration.executor.company import ROLES, STEPS, directory, document


def firm(make_company, *, without=(), members=None, **changes):
    """
    A company whose finance step has these keys, without the members of these roles.
    """
    if changes.get("onTimeout") == "approve":
        changes["approveOnTimeout"] = True
    company = make_company(steps=STEPS | {"finance": {"role": "finance", **changes}})
    people = directory()
    people["roles"] = {**ROLES, **{key: [] for key in without}, **(members or {})}
    intake.import_directory(company.runtime, document(people))
    return company


def is_sound(company):
    """
    Every invariant holds, and replay agrees.
    """
    assert check_all(company.runtime).findings == ()
    return company.is_sound()


def started(company):
    """
    A workflow in which finance alone is left, so that only its clock runs.
    """
    workflow = company.started()
    company.act(workflow, "manager", "approve", "maria")
    return workflow


def late(company, workflow, times=1):
    """
    Go to the next time that anything is due, and let the clock strike.
    """
    for _ in range(times):
        company.now = company.case(workflow).next_due_at
        assert tick(company.runtime, workflow)


def hop(company, workflow):
    """
    What the last escalation recorded.
    """
    entries = timeline(company.runtime.database, workflow)
    data = [e.event.data for e in entries if e.event.action == "task_escalated"]
    return json.loads(data[-1])


def told(company, kind):
    """
    Everybody for whom a message of that kind was ever stored.
    """
    query = select(OUTBOX.c.recipient).where(OUTBOX.c.kind == kind)
    with company.runtime.database.read() as transaction:
        return set(transaction.execute(query).scalars())
