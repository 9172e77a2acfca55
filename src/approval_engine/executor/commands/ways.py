"""
What a running workflow brings to its next steps: people of today, and old approvals.

An approval of an earlier revision, or under an earlier policy, stands for a step that
opens later as it would for one that opens at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from approval_engine.documents import load
from approval_engine.domain.events import Event
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.executor.added import brought_along
from approval_engine.executor.carrying import Carrier
from approval_engine.executor.commands.beats import Desk
from approval_engine.executor.commands.weighing import weighed
from approval_engine.executor.decisions import decisions
from approval_engine.executor.eligibility import Eligibility
from approval_engine.executor.openings import Openings
from approval_engine.executor.recorder import Recorder
from approval_engine.executor.repeats import Repeats
from approval_engine.executor.routed import day_of
from approval_engine.store import events, workflows


def openings(desk: Desk, recorder: Recorder, people: Eligibility) -> Openings:
    """
    The openings of a workflow that runs under its lock.

    Whoever approved a moment ago need not say so again.
    """
    before = recorder.before
    earlier = _Earlier(desk=desk, workflow=before, people=people)
    repeats = Repeats(
        policy=desk.policy,
        plan=desk.pinned.plan,
        people=people.of,
        log=lambda: earlier.log,
    )

    def known(recorder: Recorder, task: Task) -> dict[str, object] | None:
        answer = earlier.answer(recorder, task) or repeats.answer(recorder, task)
        return dict(answer) if answer else None

    return Openings(
        calendars=desk.calendar,
        take=desk.take_task_ids,
        seats_of=partial(people.seats_now, recorder),
        known=known,
        added=lambda: brought_along(earlier.log) if before.supersedes else {},
        members=people.directory.behind,
    )


@dataclass(frozen=True, kw_only=True)
class _Earlier:
    """
    The workflow whose place this one took, looked at only if a step opens.
    """

    desk: Desk
    workflow: Workflow
    people: Eligibility

    @cached_property
    def log(self) -> tuple[Event, ...]:
        """
        The events of the workflow that runs, before this command.
        """
        return events.of(self.desk.transaction, self.workflow.id)

    def answer(self, recorder: Recorder, task: Task) -> Mapping[str, object] | None:
        """
        The approval that answers a seat of a step that opens for the first time.
        """
        if self.workflow.supersedes is None or task.occurrence > 1:
            return None
        return self._carrier.answer(recorder, task)

    @cached_property
    def _carrier(self) -> Carrier:
        desk, mine = self.desk, self.workflow
        found = workflows.read(desk.transaction, mine.supersedes or "")
        first: Any = load(self.log[0].data.encode())
        if found is None:
            return Carrier((), self.people)
        before, _ = found
        policy = desk.runtime.policy(desk.transaction, before.evidence.policy)
        on = day_of(policy, before.created_at).isoformat()
        plan = desk.runtime.plan(desk.transaction, before.evidence.plan)
        log = events.of(desk.transaction, before.id)
        decided = decisions(before, plan, on, log)
        return Carrier(weighed(desk, mine, decided, first["because"]), self.people)
