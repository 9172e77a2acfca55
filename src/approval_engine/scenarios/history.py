"""
A number of workflows → months of work in the past, by running the engine.

The future of the story is a queue of what happens when; each event is a command, and
what it sets in motion joins the queue. What would lie behind the end stays open.
"""

import heapq
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from random import Random

from approval_engine.domain.actions import Action
from approval_engine.domain.calendar import WorkingTime, add_hours, subtract_hours
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import Refused
from approval_engine.executor.commands.tick import tick
from approval_engine.operations import intake, quote_intake
from approval_engine.policy.quotes import read_directory
from approval_engine.scenarios import world
from approval_engine.scenarios.crowd import Crowd
from approval_engine.scenarios.market import Market, Offer
from approval_engine.scenarios.stage import Deed, Stage

SPAN_HOURS = 1000
"""Business hours that a history covers: about half a year."""

DICE = 20260120
"""What the dice start from, so that a history is the same each time."""

LEAVES = ("fred", "lars", "maria", "dan", "felix", "dana")
"""Who goes on leave in turn, a week each, with a colleague standing in."""

_LEAVE_HOURS = Decimal(40)
_RECALLED = 0.05
_REVISED = {WorkflowStatus.RETURNED: 0.8, WorkflowStatus.REJECTED: 0.3}
_LAST_REVISION = 3

Event = Callable[[], None]


class History:
    """
    A simulated past that ends at `end`; `told` is called for every workflow.
    """

    def __init__(
        self, stage: Stage, office: WorkingTime, end: datetime, told: Event, first: int
    ) -> None:
        dice = Random(DICE + first)  # noqa: S311 a history, not a secret
        self._stage = stage
        self._office = office
        self._end = end
        self._told = told
        self._crowd = Crowd(dice=dice)
        self._market = Market(dice, first)
        self._directory = read_directory(world.document(world.DIRECTORY))
        self._queue: list[tuple[datetime, int, Event]] = []
        self._order = count()
        self._planned: set[object] = set()
        self._new_left = 0
        self._revisions = 0

    def run(self, workflows: int) -> None:
        """
        Live through that many workflows, revisions included.
        """
        self._new_left = workflows
        span = range(workflows)
        before = sorted(self._crowd.between_hours(0.5, SPAN_HOURS) for _ in span)
        for hours in before:
            self._at(subtract_hours(self._office, self._end, hours), self._arrive)
        self._plan_leaves()
        while self._queue and self._queue[0][0] <= self._end:
            at, _, event = heapq.heappop(self._queue)
            self._stage.clock.move_to(at)
            event()
        self._stage.clock.move_to(self._end)

    def _at(self, at: datetime, event: Event) -> None:
        heapq.heappush(self._queue, (at, next(self._order), event))

    def _after(self, hours: Decimal, event: Event) -> None:
        self._at(add_hours(self._office, self._stage.clock(), hours), event)

    def _plan_leaves(self) -> None:
        for number, person in enumerate(LEAVES):
            hours = SPAN_HOURS * Decimal(2 * number + 1) / (2 * len(LEAVES))
            start = subtract_hours(self._office, self._end, hours)
            self._at(start, lambda person=person: self._leave(person))  # type: ignore[misc] # a default binds the person of this turn

    def _leave(self, person: str) -> None:
        role = self._directory.roles_of(person)[0]
        members = (user.id for user in self._directory.members(role))
        colleague = next(member for member in members if member != person)
        start = self._stage.clock()
        window = (start, add_hours(self._office, start, _LEAVE_HOURS))
        # In a database that has a history already, he is on leave in it.
        with suppress(Refused):
            intake.add_delegation(
                self._stage.runtime, (person, colleague), window, role
            )

    def _arrive(self) -> None:
        self._new_left -= 1
        # A revision took the place of a new quote, so that their number is as asked.
        if self._revisions:
            self._revisions -= 1
            return
        self._submit(self._market.offer())

    def _submit(self, offer: Offer) -> None:
        quote_intake.import_quotes(self._stage.runtime, offer.document)
        answer = self._stage.submit(offer.id, offer.submitter)
        self._told()
        if self._crowd.happens(_RECALLED):
            hours = self._crowd.between_hours(1, 10)
            self._after(hours, lambda: self._recall(answer.workflow))
        self._follow(answer.workflow, offer)

    def _recall(self, workflow_id: str) -> None:
        workflow = self._stage.workflow(workflow_id)
        if workflow.status == WorkflowStatus.PENDING:
            words = "The customer changed the scope."
            self._stage.recall(workflow.id, workflow.submitted_by, words)

    def _follow(self, workflow_id: str, offer: Offer) -> None:
        """
        Queue whatever the workflow's new state sets in motion.
        """
        workflow = self._stage.workflow(workflow_id)
        for task in workflow.open_tasks:
            self._expect_answer(task, offer)
        due = workflow.next_due_at
        if due and self._is_new((workflow_id, due)):
            self._at(due, lambda: self._ring(workflow_id, offer))
        if workflow.status in _REVISED and self._is_new(workflow_id):
            self._maybe_revise(workflow, offer)

    def _is_new(self, key: object) -> bool:
        known = key in self._planned
        self._planned.add(key)
        return not known

    def _expect_answer(self, task: Task, offer: Offer) -> None:
        asked = (task.id, task.role, task.assignee)
        if self._is_new(asked):
            hours = self._crowd.answer_hours(task.role)
            self._after(hours, lambda: self._answer(asked, task.workflow_id, offer))

    def _answer(
        self, asked: tuple[str, str, str | None], workflow_id: str, offer: Offer
    ) -> None:
        task = self._stage.workflow(workflow_id).task(asked[0])
        # Somebody else may be asked by now, who has a mind and a time of his own.
        if task is None or not task.is_open or (task.role, task.assignee) != asked[1:]:
            return
        members = tuple(user.id for user in self._directory.members(task.role))
        deed = self._crowd.deed(task, members)
        # He may not hand it to that colleague, so he decides himself.
        alone = replace(deed, action=Action.APPROVE, comment=None, to=None)
        if not (self._done(task, deed) or self._done(task, alone)):
            # Whom he stood in for is back, and has it again.
            self._stage.sweep()
        self._follow(workflow_id, offer)

    def _done(self, task: Task, deed: Deed) -> bool:
        try:
            self._stage.act(task, deed)
        except Refused:
            return False
        return True

    def _ring(self, workflow_id: str, offer: Offer) -> None:
        tick(self._stage.runtime, workflow_id)
        self._follow(workflow_id, offer)

    def _maybe_revise(self, workflow: Workflow, offer: Offer) -> None:
        if offer.value["revision"] >= _LAST_REVISION:
            return
        if self._crowd.happens(_REVISED[workflow.status]):
            hours = self._crowd.between_hours(4, 40)
            at = add_hours(self._office, self._stage.clock(), hours)
            if at <= self._end and self._new_left > self._revisions:
                self._revisions += 1
                self._at(at, lambda: self._submit(self._market.better(offer)))
