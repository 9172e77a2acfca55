"""
Workflows and tasks that go straight into the tables, without policy and engine.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import event, text

from approval_engine.documents import canonical, sha256
from approval_engine.domain.events import GENESIS
from approval_engine.domain.lifecycle import TaskStatus, WorkflowStatus
from approval_engine.domain.workflow import Evidence, Task, Workflow
from approval_engine.store import catalog, workflows

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
PLAN = canonical({"process": "standard", "steps": []})


def make_task(number, **changes):
    values = {
        "id": f"T-{number}",
        "workflow_id": "WF-1",
        "step": "finance",
        "element": "task_finance",
        "occurrence": 1,
        "seat": number,
        "role": "finance",
        "candidates": ("fred", "fiona"),
        "assignee": None,
        "principal": None,
        "status": TaskStatus.OPEN,
        "escalation_level": 0,
        "opened_at": NOON,
        "due_at": NOON + timedelta(minutes=number),
    }
    return Task(**{**values, **changes})


def make_workflow(number=1, tasks=(), **changes):
    digest = sha256(PLAN)
    values = {
        "id": f"WF-{number}",
        "quote_id": f"Q-{number}",
        "quote_revision": 1,
        "attempt": 1,
        "account": "ACME",
        "submitted_by": "sam",
        "owner": "olga",
        "policy": "deal-desk",
        "policy_version": "2026.1",
        "process": "standard",
        "evidence": Evidence(**dict.fromkeys(Evidence.__slots__, digest)),
        "status": WorkflowStatus.PENDING,
        "steps": 1,
        "state": b"",
        "ended": None,
        "timers": (),
        "tasks": tuple(tasks),
        "created_at": NOON,
        "updated_at": NOON,
        "seq": 1,
        "head": GENESIS,
    }
    return Workflow(**{**values, **changes})


def put(database, *workflow_values):
    with database.begin() as transaction:
        document = catalog.Document(sha256=sha256(PLAN), kind="plan", body=PLAN)
        catalog.put(transaction, [document])
        for workflow in workflow_values:
            workflows.insert(transaction, workflow)


def many_tasks(database, count=20_000):
    roles, people = ("finance", "cfo", "vp"), ("fred", "fiona", None, None, None)
    tasks = [
        make_task(
            n,
            role=roles[n % 3],
            assignee=people[n % 5],
            due_at=NOON + timedelta(minutes=n * 7919 % 10_000),
            status=TaskStatus.CANCELLED if n % 4 == 0 else TaskStatus.OPEN,
        )
        for n in range(1, count)
    ]
    put(database, make_workflow(tasks=tasks))
    with database.begin() as transaction:
        transaction.execute(text("ANALYZE"))


def explained(database, transaction, ask):
    """
    Every statement that `ask` sends, and the plan of the database for it.
    """
    sent = []

    def remember(*details):
        sent.append((details[2], details[3]))

    event.listen(transaction, "before_cursor_execute", remember)
    ask()
    event.remove(transaction, "before_cursor_execute", remember)
    verb = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    plans = [
        transaction.exec_driver_sql(f"{verb} {statement}", parameters).all()
        for statement, parameters in sent
    ]
    return len(sent), str(plans)
