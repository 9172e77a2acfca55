"""
The process definitions that workflows are pinned to.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from approval_engine.store.database import Transaction
from approval_engine.store.schema import WORKFLOW

_USED = (
    select(
        WORKFLOW.c.process,
        WORKFLOW.c.definition_sha256.label("sha256"),
        func.count().label("workflows"),
    )
    .group_by(WORKFLOW.c.process, WORKFLOW.c.definition_sha256)
    .order_by(func.min(WORKFLOW.c.number))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """
    One definition and how many workflows run, or ran, on it.
    """

    process: str
    sha256: str
    workflows: int


def used(transaction: Transaction) -> tuple[Used, ...]:
    """
    Every definition in use, in the order of their first workflows.
    """
    return tuple(
        Used(process=row.process, sha256=row.sha256, workflows=row.workflows)
        for row in transaction.execute(_USED)
    )
