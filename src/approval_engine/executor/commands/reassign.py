"""
Reassign: every open task of one person goes to another, each by its own command.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from approval_engine.domain.actions import Action
from approval_engine.errors import Refused
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.act import Wish, act, judge
from approval_engine.executor.runtime import Runtime
from approval_engine.store import workload


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """
    From whom to whom, and why, if anybody said so.
    """

    giver: str
    taker: str
    comment: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """
    What became of one task; `refused` is the sentence that stood against it.
    """

    task: str
    workflow: str
    refused: str | None = None


def reassign_all(
    runtime: Runtime, handover: Handover, caller: Caller, *, dry_run: bool
) -> Iterator[Handed]:
    """
    A line per open task of the giver, oldest first; a dry run changes nothing.

    What the taker may not decide stays where it is.
    """
    with runtime.database.read() as transaction:
        found = workload.open_at(transaction, handover.giver)
    for workflow_id, task_id in found:
        wish = Wish(
            workflow=workflow_id,
            task=task_id,
            action=Action.REASSIGN,
            comment=handover.comment,
            to=handover.taker,
        )
        refused = None
        try:
            if dry_run:
                judge(runtime, wish, caller)
            else:
                act(runtime, wish, caller)
        except Refused as refusal:
            refused = str(refusal)
        yield Handed(task=task_id, workflow=workflow_id, refused=refused)
