"""
Replan: a pending workflow → one under the newest policy, because somebody asks for it.

No token is moved: the old workflow is superseded, and approvals stand by the same rule
on facts as after a revision.
"""

from collections.abc import Container
from dataclasses import dataclass, replace

from approval_engine.documents import sha256
from approval_engine.domain.events import Fact
from approval_engine.domain.exceptions import PREFIX
from approval_engine.domain.lifecycle import WorkflowMove, move_workflow
from approval_engine.domain.workflow import Workflow
from approval_engine.errors import InvalidState, NotFound
from approval_engine.executor import waivers
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.beats import Desk
from approval_engine.executor.commands.starting import (
    Start,
    begin,
    drawn_as,
    predecessor,
)
from approval_engine.executor.commands.weighing import REPLAN, as_if, weighed
from approval_engine.executor.decisions import decisions
from approval_engine.executor.fallback import route_submitted
from approval_engine.executor.incident import held_on_failure
from approval_engine.executor.projection import Pinned
from approval_engine.executor.routed import Routed, day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.traced import command
from approval_engine.planner.plan import RoutingPlan
from approval_engine.store import catalog, events, sight, workflows
from approval_engine.store.catalog import QuoteRow
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Replanned:
    """
    Which steps stay, come and go, and whose approvals stand, in policy order.

    `workflow` is the one that was planned anew; `successor` and `status` are those of
    the one in its place, None in a preview.
    """

    workflow: str
    policy_version: str
    kept: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    carried: tuple[str, ...]
    successor: str | None = None
    status: str | None = None


def preview(runtime: Runtime, workflow_id: str) -> Replanned:
    """
    What a replan would do now; nothing is stored. Raises what `replan` raises.
    """
    now = runtime.clock()
    with runtime.database.read() as transaction:
        workflow = _read(transaction, workflow_id)
        row = _row(workflow)
        today = catalog.current(transaction)
        current = waivers.beside(transaction, today, row.account)
        routed = route_submitted(runtime, transaction, row, current, now)
        _must_be_possible(workflow, routed)
        evidence = workflow.evidence
        plan = runtime.plan(transaction, evidence.plan)
        on = day_of(runtime.policy(transaction, evidence.policy), workflow.created_at)
        log = events.of(transaction, workflow_id)
        definition = runtime.definition(transaction, evidence.definition)
        desk = Desk(
            runtime=runtime,
            transaction=transaction,
            now=now,
            current=current,
            policy=routed.policy,
            pinned=Pinned(definition=definition, plan=routed.plan),
        )
        decided = decisions(workflow, plan, on.isoformat(), log)
        found = weighed(desk, as_if(runtime, workflow, routed), decided, REPLAN)
    stands = {
        each.decided.step
        for each in found
        if each.verdict.carries and not each.decided.ad_hoc
    }
    return _told(workflow, plan, routed, stands)


@command("replan")
def replan(runtime: Runtime, workflow_id: str, caller: Caller) -> Replanned:
    """
    Put a workflow under the newest policy in the place of a pending one.

    Like a submit it goes by the version in force where a canary's refuses or breaks.

    Raises NotFound, and InvalidState if it is not pending or has that policy already.
    """
    now = runtime.clock()
    with held_on_failure(runtime, workflow_id), runtime.database.begin() as transaction:
        row = _row(_read(transaction, workflow_id))
        # The quote before the workflow, in the order in which a submit takes them.
        sight.lock_quote(transaction, row.id, row.revision)
        before = predecessor(runtime, transaction, workflow_id, now)
        workflow = before.workflow
        now = max(now, workflow.updated_at)
        current = waivers.under_lock(transaction, before.desk.current, row.account)
        routed = route_submitted(runtime, transaction, row, current, now)
        _must_be_possible(workflow, routed)
        attempts = workflows.attempts(transaction, row.id)
        number = sum(each.revision == row.revision for each in attempts) + 1
        start = Start(caller=caller, attempt=number, before=before, because=REPLAN)
        after = begin(runtime, transaction, current, routed, start)
        carried = _carried(transaction, after)
    told = _told(workflow, before.desk.pinned.plan, routed, carried)
    return replace(told, successor=after.id, status=str(after.status))


def _read(transaction: Transaction, workflow_id: str) -> Workflow:
    found = workflows.read(transaction, workflow_id)
    if found is None:
        sentence = f"There is no workflow '{workflow_id}'."
        raise NotFound(sentence)
    return found[0]


def _row(workflow: Workflow) -> QuoteRow:
    return QuoteRow(
        id=workflow.quote_id,
        revision=workflow.quote_revision,
        sha256=workflow.evidence.quote,
        account=workflow.account,
        submitted_by=workflow.submitted_by,
    )


def _must_be_possible(workflow: Workflow, routed: Routed) -> None:
    what = f"Expected to replan {workflow.subject}, but"
    if workflow.quote_id.startswith(PREFIX):
        # Only the workflow that it was asked with, under that policy, can grant it.
        raise InvalidState(f"{what} it asks for an exception; recall it, ask anew.")
    if not workflow.open_tasks:
        raise InvalidState(f"{what} it is {workflow.status}.")
    move_workflow(workflow.status, WorkflowMove.SUPERSEDE, workflow.subject)
    same = sha256(drawn_as(routed)) == workflow.evidence.definition
    if same and routed.policy.sha256 == workflow.evidence.policy:
        version = f"policy '{routed.policy.name}' version {routed.policy.version}"
        raise InvalidState(f"{what} it has {version} and its process already.")


def _carried(transaction: Transaction, workflow: Workflow) -> frozenset[str]:
    log = events.of(transaction, workflow.id)
    tasks = {each.task_id for each in log if each.action == Fact.TASK_CARRIED}
    mine = (task for task in workflow.tasks if not task.ad_hoc)
    return frozenset(task.step for task in mine if task.id in tasks)


def _told(
    workflow: Workflow, plan: RoutingPlan, routed: Routed, carried: Container[str]
) -> Replanned:
    before = [step.id for step in plan.approvals]
    after = [step.id for step in routed.plan.approvals]
    return Replanned(
        workflow=workflow.id,
        policy_version=routed.policy.version,
        kept=tuple(step for step in after if step in before),
        added=tuple(step for step in after if step not in before),
        removed=tuple(step for step in before if step not in after),
        carried=tuple(step for step in after if step in carried),
    )
