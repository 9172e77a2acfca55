"""
A workflow and today's people → who may decide which seat, and what others lack.

The planner chose people by the same rules when the quote was submitted; here they are
asked again at every decision and whenever a seat changes hands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from approval_engine.domain.actions import Surroundings
from approval_engine.domain.people import Directory
from approval_engine.domain.seats import answered
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.requirements import Requirement, collect
from approval_engine.planner.roster import Roster
from approval_engine.planner.separation import excluded
from approval_engine.planner.staffing import Case, has_authority, line_of, measured
from approval_engine.policy.evaluate import evaluate
from approval_engine.policy.evaluation import Evaluation
from approval_engine.store.catalog import Current
from approval_engine.store.database import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Eligibility:
    """
    The workflow's case among today's people, and what each of its steps requires.
    """

    workflow: Workflow
    case: Case
    needed: Mapping[str, Requirement]

    @property
    def directory(self) -> Directory:
        """
        Today's directory.
        """
        return self.case.roster.directory

    def around(self, task: Task, people: Iterable[str]) -> Surroundings:
        """
        What the guard judges these people by, on this task.
        """
        rule = self.needed[task.step].rule
        lacks = ((person, self.lacking(task, person)) for person in people)
        return Surroundings(
            directory=self.directory,
            excluded=self.case.barred,
            unfit={person: reason for person, reason in lacks if reason},
            veto=rule.completion.veto,
            pauses=rule.pause_on_info,
            bulk=rule.bulk,
        )

    def able(self, task: Task, role: str) -> tuple[str, ...]:
        """
        The members of a role who may take the task over, in order; perhaps nobody.
        """
        # A seat of a committee stays with the role that has it.
        kept = task.role if self.needed[task.step].committee else role
        return tuple(
            user.id
            for user in self.directory.members(role)
            if user.id not in self.case.barred
            and not self._lacking(task, kept, user.id)
        )

    def lacking(self, task: Task, person: str) -> str | None:
        """
        Why a person may not decide the task, as the rest of a sentence about him.
        """
        return self._lacking(task, task.role, person)

    def _lacking(self, task: Task, role: str, person: str) -> str | None:
        requirement = self.needed[task.step]
        if (user := self.directory.user(person)) is None:
            return "is not in the directory"
        if task.ad_hoc:
            # Whoever was added says yes besides those who have the authority.
            return None
        roles = _roles(requirement, role)
        holds = not roles.isdisjoint(self.directory.roles_of(person))
        if not holds and user not in line_of(self.case, requirement.rule):
            return f"holds no role of {', '.join(sorted(roles))}"
        if not has_authority(self.case, requirement, user):
            return f"has no authority over {measured(requirement)}"
        return self._engaged(requirement, person)

    def _engaged(self, requirement: Requirement, person: str) -> str | None:
        mine = requirement.rule
        for step, other in self.needed.items():
            apart = mine.distinct_approvers or other.rule.distinct_approvers
            if step == mine.id or not apart:
                continue
            if person in answered(self.workflow.seats(step), self.directory):
                return f"already decided step '{step}' of this quote"
        return None


def eligibility(
    runtime: Runtime,
    transaction: Transaction,
    workflow: Workflow,
    current: Current,
    now: datetime,
) -> Eligibility:
    """
    The eligibility among the people that are `current`.

    A command reads those under its lock: a right taken away a moment ago is gone.
    """
    directory_sha256, delegations_sha256 = current.people()
    roster = Roster(
        directory=runtime.directory(transaction, directory_sha256),
        delegations=runtime.delegations(transaction, delegations_sha256),
        at=now,
    )
    quote = runtime.quote(transaction, workflow.evidence.quote)
    evaluation, needed = _required(runtime, transaction, workflow)
    case = Case(
        policy=runtime.policy(transaction, workflow.evidence.policy),
        inputs=evaluation.inputs,
        quote=quote,
        roster=roster,
        barred=dict(excluded(quote, roster.directory, roster.delegations, roster.at)),
    )
    return Eligibility(workflow=workflow, case=case, needed=needed)


def _required(
    runtime: Runtime, transaction: Transaction, workflow: Workflow
) -> tuple[Evaluation, Mapping[str, Requirement]]:
    """
    What the pinned policy made of the pinned quote on the day of the submit.
    """
    pinned = workflow.evidence
    policy = runtime.policy(transaction, pinned.policy)
    on = day_of(policy, workflow.created_at)

    def judge() -> tuple[Evaluation, Mapping[str, Requirement]]:
        evaluation = evaluate(policy, runtime.quote(transaction, pinned.quote), on)
        found = collect(policy, evaluation, on)
        return evaluation, {each.rule.id: each for each in found}

    return runtime.derived(f"{pinned.policy}:{pinned.quote}:{on}", judge)


def _roles(requirement: Requirement, role: str) -> frozenset[str]:
    """
    The roles of whom the policy would ask for a seat that is with `role` now.
    """
    if requirement.committee:
        return frozenset({role})
    rule = requirement.rule
    above = (level.role for level in rule.escalate_to)
    return frozenset({role, rule.role, *requirement.higher, *above})
