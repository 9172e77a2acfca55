"""
A seat that opens → the approval that the same person gave before, if it is enough.

It is enough if he alone is asked and the step tells him nothing that he has not seen.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from approval_engine.domain.events import Event
from approval_engine.domain.lifecycle import TaskStatus
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.decisions import asked_by, decided
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.routed import day_of
from approval_engine.planner.plan import PlannedStep, RoutingPlan
from approval_engine.policy.carry import Because
from approval_engine.policy.model import Policy

OFF, PLAN = "off", "plan"
"""Modes of dedupe; any other word means one stage after the other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeats:
    """
    What it takes to find out: policy and plan, and on demand the people and the log.
    """

    policy: Policy
    plan: RoutingPlan
    people: Callable[[Workflow], Eligibility]
    log: Callable[[], tuple[Event, ...]]

    def answer(self, recorder: Recorder, task: Task) -> Mapping[str, object] | None:
        """
        The earlier approval that answers the seat; None if he has to be asked.
        """
        mode = self.policy.steps.get(task.step, self.policy.default_step).dedupe
        person = _alone(task)
        if mode == OFF or person is None or task.ad_hoc:
            return None
        earlier = next(self._earlier(recorder.workflow, task, person, mode), None)
        if earlier is None or not self._may_decide(recorder.workflow, task, person):
            return None
        return self._told(recorder, task, earlier)

    def _earlier(
        self, workflow: Workflow, task: Task, person: str, mode: str
    ) -> Iterator[Task]:
        near = None if mode == PLAN else self._stage_before(task.step)
        for seat in reversed(workflow.tasks):
            his = seat.status == TaskStatus.APPROVED and seat.closed_by == person
            # An opinion that was asked for besides is no approval of the policy's.
            if not his or seat.ad_hoc or seat.step == task.step:
                continue
            if near is not None and seat.step not in near:
                continue
            if _seen(self._step(task.step)) <= _seen(self._step(seat.step)):
                yield seat

    def _may_decide(self, workflow: Workflow, task: Task, person: str) -> bool:
        people = self.people(workflow)
        user = people.directory.user(person)
        active = user is not None and user.active
        free = person not in people.case.barred
        return active and free and people.lacking(task, person) is None

    def _told(
        self, recorder: Recorder, task: Task, earlier: Task
    ) -> Mapping[str, object]:
        workflow = recorder.workflow
        log = (*recorder.events, *self.log())
        event = next(each for each in log if each.seq == earlier.closed_seq)
        on = day_of(self.policy, workflow.created_at).isoformat()
        found = decided(workflow, self.plan, on, event)
        return {
            **found.data(),
            "step": task.step,
            "triggers": asked_by(self.plan, task.step),
            # In whose name he has a seat is a matter of that seat alone.
            "principal": task.principal,
            # Bounds were given for the step that he decided himself.
            "within": None,
            "because": str(Because.SAME_APPROVER),
            "changes": [],
        }

    def _stage_before(self, step: str) -> frozenset[str]:
        for chain in self.plan.chains():
            before: frozenset[str] = frozenset()
            for stage in chain:
                ids = frozenset(each.id for each in stage)
                if step in ids:
                    return before
                before = ids
        return frozenset()

    def _step(self, step: str) -> PlannedStep:
        return next(each for each in self.plan.steps if each.id == step)


def _alone(task: Task) -> str | None:
    if task.assignee:
        return task.assignee
    return task.candidates[0] if len(task.candidates) == 1 else None


def _seen(step: PlannedStep) -> frozenset[tuple[object, ...]]:
    return frozenset(
        (fact.name, fact.value, fact.lines)
        for reason in step.reasons
        for fact in reason.facts
    )
