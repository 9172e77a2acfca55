"""
What broke in a workflow → what can be done about it, and what each way would come to.

Everything is tried on what was read and nothing is written: whoever chooses a way knows
its outcome before.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from approval_engine.domain.actions import Surroundings, Withdrawal, withdraw
from approval_engine.domain.events import Fact
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import InvalidState, NotFound, Refused
from approval_engine.executor.commands.override import Override, rehearse
from approval_engine.executor.eligibility import eligibility
from approval_engine.executor.replay import replay
from approval_engine.executor.runtime import Runtime
from approval_engine.history.verify import verify
from approval_engine.operations.repair import simulated
from approval_engine.store import catalog, ends, workflows
from approval_engine.store.database import Transaction

_ANY_TEXT = "0" * 64


class Cause(StrEnum):
    """
    What is wrong with a workflow, as far as its own rows and events can tell.
    """

    ALTERED = "altered"  # an event is changed or missing
    UNREADABLE = "unreadable"  # the chain holds, but the events describe no workflow
    DIFFERENT = "different"  # the rows are not what the events say
    OUTSIDE = "outside"  # both are in order: what broke lies elsewhere


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """
    A held workflow and its cause; `detail` is the sentence that says where.

    `altered` is the first event that is not right, `fields` are what a repair would
    write anew.
    """

    workflow: Workflow
    cause: Cause
    detail: str = ""
    altered: int | None = None
    fields: tuple[str, ...] = ()

    @property
    def may_repair(self) -> bool:
        """
        Whether a repair would change anything, and be accepted.
        """
        return self.cause is Cause.DIFFERENT

    @property
    def may_close(self) -> bool:
        """
        Whether the incident could be closed as things are.
        """
        return self.cause is Cause.OUTSIDE


def diagnose(runtime: Runtime, transaction: Transaction, workflow_id: str) -> Diagnosis:
    """
    What is wrong with a workflow. Raises NotFound.

    Raises Unreadable where neither its rows nor its log show anything of it.
    """
    end = ends.read(transaction, workflow_id)
    if end is None:
        raise NotFound(f"There is no workflow '{workflow_id}'.")
    altered = verify(transaction, end).first_altered
    if altered is not None:
        stored = _stored(transaction, workflow_id)
        return Diagnosis(workflow=stored, cause=Cause.ALTERED, altered=altered)
    try:
        rebuilt, repaired = simulated(runtime, transaction, end)
    except InvalidState as error:
        stored = _stored(transaction, workflow_id)
        return Diagnosis(workflow=stored, cause=Cause.UNREADABLE, detail=str(error))
    if not repaired.fields:
        return Diagnosis(workflow=rebuilt, cause=Cause.OUTSIDE)
    return Diagnosis(
        workflow=rebuilt,
        cause=Cause.DIFFERENT,
        detail=replay(runtime, transaction, workflow_id).difference or "",
        fields=repaired.fields,
    )


def _stored(transaction: Transaction, workflow_id: str) -> Workflow:
    found = workflows.read(transaction, workflow_id)
    if found is None:
        raise NotFound(f"There is no workflow '{workflow_id}'.")
    return found[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """
    What an override would come to now: it ends the review, asks others, or is refused.

    `against` says why it is refused, `second` that another admin asked for the same,
    `tell` are those who would be asked.
    """

    decision: str
    ends: bool = False
    second: bool = False
    tell: tuple[str, ...] = ()
    against: str = ""


def prospect(
    runtime: Runtime, transaction: Transaction, wish: Override, actor: str
) -> Prospect:
    """
    What a person's override would come to now, whatever reason he gives.
    """
    try:
        fact = rehearse(runtime, transaction, wish, actor)
    except Refused as refusal:
        return Prospect(decision=wish.decision, against=str(refusal))
    tell: Any = fact.data.get("tell", ())
    return Prospect(
        decision=wish.decision,
        ends=fact.action == Fact.OVERRIDDEN,
        second=fact.data.get("requestedBy") is not None,
        tell=tuple(tell),
    )


def against_withdrawal(
    runtime: Runtime, transaction: Transaction, task: Task, actor: str
) -> str | None:
    """
    Why a person may not take the seat of a task out now; None if he may.
    """
    found = workflows.read(transaction, task.workflow_id)
    if found is None:
        return f"There is no workflow '{task.workflow_id}'."
    workflow, incident = found
    if incident:
        return f"The {workflow.subject} is held by incident '{incident}'."
    current, now = catalog.current(transaction), runtime.clock()
    people = eligibility(runtime, transaction, workflow, current, now)
    plan = runtime.plan(transaction, workflow.evidence.plan)
    request = Withdrawal(
        rule=next(step for step in plan.steps if step.id == task.step).completion,
        actor=actor,
        channel="web",
        comment_sha256=_ANY_TEXT,
    )
    around = Surroundings(directory=people.directory, excluded=people.case.barred)
    try:
        withdraw(workflow, task, request, around)
    except Refused as refusal:
        return str(refusal)
    return None
