"""
What must hold between the workflows of one quote: who follows whom, and what was kept.
"""

from collections.abc import Iterator
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Fact
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.store import audit
from approval_engine.store.audit import Columns
from approval_engine.store.database import Transaction


def kept_approvals_were_given(transaction: Transaction) -> Iterator[str]:
    """
    An approval that was carried over was given by that person, on that task, before.
    """
    for event in audit.facts(transaction, Fact.TASK_CARRIED):
        data: Any = load(event["data"].encode())
        original = audit.event(transaction, f"{data['workflow']}:{data['seq']}")
        if original is None or not _is_his(original, data):
            yield f"event '{event['id']}' carries what '{data['person']}' never said"
        elif original["timestamp"] > event["timestamp"]:
            yield f"event '{event['id']}' carries what was said after it"


def successors_are_known(transaction: Transaction) -> Iterator[str]:
    """
    A workflow and the one in its place are of one quote and name each other.
    """
    named = {
        event["workflow_id"]: _by(event)
        for event in audit.facts(transaction, Fact.SUPERSEDED)
    }
    for row in audit.successions(transaction):
        before = row["supersedes"]
        if row["quote_before"] != row["quote_id"]:
            yield f"'{row['id']}' took the place of '{before}', of another quote"
        superseded = row["status_before"] == WorkflowStatus.SUPERSEDED
        if superseded and named.pop(before, None) != row["id"]:
            yield f"'{before}' does not know that '{row['id']}' took its place"
    for before, successor in named.items():
        yield f"'{before}' was superseded by '{successor}', which does not say so"


def _by(event: Columns) -> str:
    data: Any = load(event["data"].encode())
    return str(data["by"])


def _is_his(original: Columns, data: Any) -> bool:  # noqa: ANN401 any JSON value
    return (original["action"], original["actor"], original["task_id"]) == (
        Fact.TASK_APPROVED,
        data["person"],
        data["task"],
    )
