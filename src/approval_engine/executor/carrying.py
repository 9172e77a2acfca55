"""
What people said of an earlier revision → which of it stands, and who is asked again.

The rule on facts is `policy.carry`; here it is asked for each decision, among the
people of today. A carried approval is a record of its own and points to the first one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from approval_engine.domain.completion import Outcome
from approval_engine.domain.events import instant
from approval_engine.domain.seats import answered
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.decisions import Decided, asked_by
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.judging import Basis, JudgedAs, basis
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.routed import validity_of
from approval_engine.executor.runtime import Runtime
from approval_engine.planner.plan import PlannedStep, RoutingPlan
from approval_engine.policy.carry import Asked, Because, Verdict, judge
from approval_engine.policy.changes import Change, differences
from approval_engine.policy.envelope import Bounds, read_bounds
from approval_engine.store.database import Transaction

_MOST_CHANGES = 50
"""How many changes one record tells; a quote may have thousands of lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """
    A decision beside what became of it, and everything that changed since.
    """

    decided: Decided
    verdict: Verdict
    changes: tuple[Change, ...]

    def data(self) -> dict[str, object]:
        """
        What an event holds of it.
        """
        return {
            **self.decided.data(),
            "because": str(self.verdict.because),
            "changes": [_change(each) for each in self.changes[:_MOST_CHANGES]],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Scales:
    """
    What decisions are weighed by: the new plan with its facts, and people of today.

    `across_policies` is set where somebody asked for another policy on purpose.
    """

    runtime: Runtime
    transaction: Transaction
    plan: RoutingPlan
    after: Basis
    people: Eligibility
    now: datetime
    across_policies: bool = False

    def weigh(self, decisions: Iterable[Decided]) -> tuple[Weighed, ...]:
        """
        Those decisions of which the new plan still asks the step, in their order.
        """
        steps = {step.id: step for step in self.plan.approvals}
        return tuple(
            self._weighed(steps[each.step], each)
            for each in decisions
            if each.step in steps
        )

    def _weighed(self, step: PlannedStep, decided: Decided) -> Weighed:
        before = basis(
            self.runtime,
            self.transaction,
            JudgedAs(
                policy=decided.policy,
                quote=decided.quote,
                evaluation=decided.evaluation,
            ),
            date.fromisoformat(decided.on),
        ).judged
        rule = self.after.needed[step.id].rule
        asked = Asked(
            triggers=frozenset(asked_by(self.plan, step.id)),
            delta=rule.delta,
            match=frozenset(rule.match.values()),
        )
        verdict = judge(
            before,
            self.after.judged,
            asked,
            frozenset(decided.triggers),
            self._bounds(decided),
        )
        if ground := self._against(step, decided):
            verdict = Verdict(because=ground, changes=verdict.changes)
        others = differences(before, self.after.judged)
        changes = dict.fromkeys((*verdict.changes, *others))
        return Weighed(decided=decided, verdict=verdict, changes=tuple(changes))

    def _bounds(self, decided: Decided) -> Bounds:
        return read_bounds(decided.within) if decided.within else ()

    def _against(self, step: PlannedStep, decided: Decided) -> Because | None:
        """
        What no fact can mend.
        """
        policy = self.after.judged.policy
        if decided.outcome != Outcome.APPROVED:
            return Because.DECLINED
        if decided.policy != policy.sha256 and not self.across_policies:
            return Because.OTHER_POLICY
        validity = validity_of(policy)
        if validity and validity.ends_at(instant(decided.at)) <= self.now:
            return Because.EXPIRED
        return None if self._may_decide(step, decided) else Because.NOT_ALLOWED

    def _may_decide(self, step: PlannedStep, decided: Decided) -> bool:
        barred = self.people.case.barred
        if decided.person in barred or decided.principal in barred:
            return False
        user = self.people.directory.user(decided.person)
        if user is None or not user.active:
            return False
        if decided.ad_hoc:
            return True
        staffing = step.staffing
        if staffing.seats > 1 and decided.person not in staffing.candidates:
            return False
        roles = staffing.roles or (staffing.role or step.role,)
        return any(
            self.people.lacks(step.id, role, decided.person) is None for role in roles
        )


def asked_again(weighed: Iterable[Weighed]) -> list[dict[str, object]]:
    """
    What the plan records of those who decided before, and why that does not stand.
    """
    return [each.data() for each in weighed if not each.verdict.carries]


class Carrier:
    """
    Answers the seats that open by the approvals that stand.
    """

    def __init__(self, weighed: Iterable[Weighed], people: Eligibility) -> None:
        self._standing = [each for each in weighed if each.verdict.carries]
        self._people = people

    def answer(self, recorder: Recorder, task: Task) -> Mapping[str, object] | None:
        """
        The approval that answers the seat; None if somebody has to be asked.
        """
        seats = recorder.workflow.seats(task.step)
        shared = not task.ad_hoc and sum(not seat.ad_hoc for seat in seats) == 1
        for each in reversed(self._standing):
            decided = each.decided
            his = shared or task.assignee == decided.person
            # Whoever was added speaks for his own seat, never for one of the policy's.
            same = (decided.step, decided.ad_hoc) == (task.step, task.ad_hoc)
            fits = same and his
            if fits and self._is_free(recorder.workflow, task, decided):
                return each.data()
        return None

    def _is_free(self, workflow: Workflow, task: Task, decided: Decided) -> bool:
        """
        Whether he has no other seat of the step, and no step that must be another's.
        """
        others = (seat for seat in workflow.seats(task.step) if seat.id != task.id)
        if decided.person in answered(others, self._people.directory):
            return False
        return self._people.of(workflow).lacking(task, decided.person) is None


def _change(change: Change) -> dict[str, object]:
    return {
        "name": change.name,
        "line": change.line,
        "before": change.before,
        "after": change.after,
        "course": str(change.course),
    }
