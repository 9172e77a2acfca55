"""
Foresee: a quote that would be submitted now → what of its earlier review would stand.

It reads and stores nothing. What a submit carries over is decided under its locks, by
the same rule; between the two somebody may decide, or leave.
"""

from dataclasses import dataclass

from approval_engine.domain.workflow import Workflow
from approval_engine.executor.carrying import Weighed
from approval_engine.executor.commands.beats import Desk
from approval_engine.executor.commands.submit import AGAIN
from approval_engine.executor.commands.weighing import REVISION, as_if, weighed
from approval_engine.executor.decisions import decisions
from approval_engine.executor.judging import basis, judged_as
from approval_engine.executor.projection import Pinned
from approval_engine.executor.routed import Routed, day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.policy.changes import Change, Judged, differences
from approval_engine.store import catalog, events, workflows
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """
    The workflow whose place would be taken, and what was decided in it.

    Each decision comes with whether it would stand; `changes` differ from its quote.
    """

    before: Workflow
    weighed: tuple[Weighed, ...]
    changes: tuple[Change, ...]

    @property
    def stands(self) -> tuple[Weighed, ...]:
        """
        The approvals that would stand.
        """
        return tuple(each for each in self.weighed if each.verdict.carries)

    @property
    def asked_again(self) -> tuple[Weighed, ...]:
        """
        The decisions that would not, and of which the step would be asked again.
        """
        return tuple(each for each in self.weighed if not each.verdict.carries)


def foresee(runtime: Runtime, routed: Routed) -> Foreseen | None:
    """
    What a submit of a routed quote would carry over; None if it follows no review.
    """
    with runtime.database.read() as transaction:
        attempts = workflows.attempts(transaction, routed.quote.id)
        if not attempts or attempts[-1].status in AGAIN:
            return None
        found = workflows.read(transaction, attempts[-1].id)
        return _foreseen(runtime, transaction, routed, found[0]) if found else None


def _foreseen(
    runtime: Runtime, transaction: Transaction, routed: Routed, before: Workflow
) -> Foreseen:
    evidence = before.evidence
    policy = runtime.policy(transaction, evidence.policy)
    on = day_of(policy, before.created_at)
    plan = runtime.plan(transaction, evidence.plan)
    log = events.of(transaction, before.id)
    desk = Desk(
        runtime=runtime,
        transaction=transaction,
        now=routed.at,
        current=catalog.current(transaction),
        policy=routed.policy,
        pinned=Pinned(
            definition=runtime.definition(transaction, evidence.definition),
            plan=routed.plan,
        ),
    )
    decided = decisions(before, plan, on.isoformat(), log)
    was = basis(runtime, transaction, judged_as(evidence), on).judged
    now = Judged(policy=routed.policy, quote=routed.quote, evaluation=routed.evaluation)
    return Foreseen(
        before=before,
        weighed=weighed(desk, as_if(runtime, before, routed), decided, REVISION),
        changes=differences(was, now),
    )
