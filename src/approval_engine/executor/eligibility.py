"""
A workflow and today's people → who may decide which seat, and what others lack.

The planner chose people by the same rules when the quote was submitted; here they are
asked again at every decision and whenever a seat changes hands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from approval_engine.domain.actions import Surroundings
from approval_engine.domain.delegation import active
from approval_engine.domain.people import Directory
from approval_engine.domain.seats import answered, taken
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.escalations.ladder import POLICY_OWNERS
from approval_engine.executor import engine
from approval_engine.executor.judging import basis, judged_as
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.routed import day_of
from approval_engine.executor.runtime import Runtime
from approval_engine.executor.surroundings import wanted
from approval_engine.planner.absence import is_away
from approval_engine.planner.around import requirement_of
from approval_engine.planner.case import Case
from approval_engine.planner.fitness import lacking
from approval_engine.planner.opening import Seat, seats_now
from approval_engine.planner.plan import PlannedStep
from approval_engine.planner.requirements import Requirement
from approval_engine.planner.roster import Roster
from approval_engine.planner.separation import excluded
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

    def of(self, workflow: Workflow) -> "Eligibility":
        """
        The same at a later moment of the workflow.
        """
        return replace(self, workflow=workflow)

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
            waits=rule.completion.wait_for_all,
        )

    def able(self, task: Task, role: str) -> tuple[str, ...]:
        """
        The members of a role who may take the task over, in order; perhaps nobody.

        Those who are away are left out while somebody else is there.
        """
        # A seat of a committee stays with the role that has it.
        kept = task.role if self.needed[task.step].committee else role
        found = tuple(
            user.id
            for user in self.directory.members(role)
            if user.id not in self.case.barred
            and not self.lacks(task.step, kept, user.id)
        )
        there = tuple(each for each in found if not is_away(self.case, role, each))
        return there or found

    def lacking(self, task: Task, person: str) -> str | None:
        """
        Why a person may not decide the task, as the rest of a sentence about him.
        """
        if task.is_lent and person == task.assignee:
            over = self._over(task)
            if over:
                return f"no longer stands in for '{task.principal}': {over} is over"
        if task.ad_hoc:
            # Whoever was added says yes besides those who have the authority.
            known = self.directory.user(person)
            return None if known else "is not in the directory"
        return self.lacks(task.step, task.role, person)

    def beside(self, workflow: Workflow, step: str) -> Case:
        """
        The case for who is to stand in for somebody in that step.

        Where a step wants approvers of its own, whoever has a part in it is engaged.
        """
        mine, engaged = self.needed[step].rule, dict[str, str]()
        for name, other in self.needed.items():
            apart = mine.distinct_approvers or other.rule.distinct_approvers
            if name != step and apart:
                for person in taken(workflow.seats(name), self.directory):
                    engaged[person] = f"has a part in step '{name}' of this quote"
        return replace(self.case, engaged=engaged) if engaged else self.case

    def overseers(self, step: str) -> tuple[str, ...]:
        """
        Who is told of a step that holds: its fallback role, else the policy's owners.
        """
        fallback = self.needed[step].rule.fallback_role
        members = self.directory.members
        return tuple(u.id for u in members(fallback) or members(POLICY_OWNERS))

    def why_not(self, task: Task, role: str) -> str:
        """
        Why nobody of a role takes the task over, person by person.
        """
        members = (user.id for user in self.directory.members(role))
        reasons = (
            f"{person}: {self.case.barred.get(person) or self.lacking(task, person)}"
            if person in self.case.barred or self.lacking(task, person)
            else f"{person}: is asked already"
            for person in members
        )
        return "; ".join(reasons) or "nobody holds it"

    def seats_now(self, recorder: Recorder, step: PlannedStep) -> tuple[Seat, ...]:
        """
        The seats of a step that opens now, in the workflow as it is recorded so far.
        """
        case = self.beside(recorder.workflow, step.id)
        if step.around is not None:
            step = self._as_drawn(recorder, step)
            return seats_now(case, requirement_of(case.policy, step), step)
        return seats_now(case, self.needed[step.id], step)

    def _as_drawn(self, recorder: Recorder, step: PlannedStep) -> PlannedStep:
        """
        The task of a process as it is drawn, now that all is known which it reads.
        """
        pinned = recorder.pinned
        names = engine.names(pinned.definition, recorder.workflow.state, pinned.facts)
        (task,) = (w for w in wanted(pinned.definition, names) if w.id == step.id)
        return replace(step, role=task.role, around=task.around)

    def _over(self, task: Task) -> str | None:
        roster = self.case.roster
        running = {each.id for each in active(roster.delegations, roster.at)}
        gone = (f"delegation '{each}'" for each in task.windows if each not in running)
        return next(gone, None)

    def lacks(self, step: str, role: str, person: str) -> str | None:
        """
        Like `lacking`, for a seat of a step that asks this role.
        """
        requirement = self.needed[step]
        if reason := lacking(self.case, requirement, role, person):
            return reason
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
    pinned = workflow.evidence
    policy = runtime.policy(transaction, pinned.policy)
    # What the pinned policy made of the pinned quote on the day of the submit.
    on = day_of(policy, workflow.created_at)
    found = basis(runtime, transaction, judged_as(pinned), on)
    quote, evaluation = found.judged.quote, found.judged.evaluation
    barred = excluded(
        quote, roster.directory, roster.delegations, roster.at, evaluation.authors
    )
    plan = runtime.plan(transaction, pinned.plan)
    around = (step for step in plan.steps if step.around is not None)
    needed = {step.id: requirement_of(policy, step) for step in around}
    case = Case(
        policy=policy,
        inputs=evaluation.inputs,
        quote=quote,
        roster=roster,
        barred=dict(barred),
        process=workflow.process,
    )
    return Eligibility(workflow=workflow, case=case, needed={**found.needed, **needed})
