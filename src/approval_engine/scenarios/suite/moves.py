"""
What a step says → the command that does it, on the task and by the person it means.
"""

from collections.abc import Iterable

from approval_engine.documents import Document, canonical, parse
from approval_engine.domain.actions import Action
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import ApprovalEngineError
from approval_engine.executor.answer import Answer
from approval_engine.operations import intake, quote_intake
from approval_engine.operations.granting import Bounds
from approval_engine.policy.quotes import read_directory, read_quotes
from approval_engine.scenarios.stage import Deed as TaskDeed
from approval_engine.scenarios.stage import Stage, asked
from approval_engine.scenarios.suite.probe import Probe
from approval_engine.scenarios.suite.script import (
    Act,
    Deed,
    Plead,
    Revise,
    Scenario,
    Wait,
    Window,
    Work,
)


class Unplayable(ApprovalEngineError):
    """
    A step speaks of something that is not there, so it cannot even be refused.
    """


class Moves:
    """
    Carries out the steps of one scenario; `workflow_id` is the newest workflow's.

    `result` is the last command's, None if it has none.
    """

    def __init__(self, scenario: Scenario, stage: Stage, probe: Probe) -> None:
        self.workflow_id: str | None = None
        self.result: str | None = None
        self._stage = stage
        self._probe = probe
        self._directory = read_directory(scenario.directory)
        self._document = scenario.quote
        self._imported = False
        self._quote = read_quotes(scenario.quote)[0]

    def make(self, does: Deed) -> None:
        """
        Do it. Raises what the command raises, and Unplayable.
        """
        self.result = None
        match does:
            case Act():
                self.result = self._act(does).result
            case Wait():
                self._stage.clock.move_to(self._stage.clock() + does.span)
            case Work():
                self._stage.work()
            case Window():
                self._open(does)
            case Revise():
                self.result = self._revise(does).result
            case Plead():
                self._plead(does)

    def _act(self, does: Act) -> Answer:
        if does.action == "submit":
            return self._submit(self._person(does, ()), does.channel)
        workflow = self._workflow()
        if does.action == "recall":
            actor, words = self._person(does, ()), does.comment or ""
            return self._stage.recall(workflow.id, actor, words, does.channel)
        seats = workflow.seats(does.task or "")
        if not seats:
            sentence = f"Expected a task of step '{does.task}', but none was opened."
            raise Unplayable(sentence)
        actor = self._person(does, seats)
        deed = TaskDeed(
            action=Action(does.action),
            actor=actor,
            comment=does.comment,
            to=self._named(does.to) if does.to else None,
            within=does.within,
            channel=does.channel,
        )
        return self._stage.act(_seat_of(actor, seats), deed)

    def _submit(self, actor: str, channel: str) -> Answer:
        if not self._imported:
            # What cannot even be imported is refused as its submit would be.
            self._import(self._document)
        answer = self._stage.submit(self._quote.id, actor, channel=channel)
        self.workflow_id = answer.workflow
        return answer

    def _open(self, window: Window) -> None:
        people = (self._named(window.principal), self._named(window.delegate))
        span = (window.starts_at, window.ends_at)
        bounds = Bounds(process=window.process, within=window.within)
        runtime = self._stage.runtime
        intake.add_delegation(runtime, people, span, window.role, bounds)

    def _revise(self, does: Revise) -> Answer:
        self._workflow()
        quote = self._quote
        document = _revised(self._document, quote.revision + 1, does)
        self._import(document)
        self._document, self._quote = document, read_quotes(document)[0]
        return self._submit(self._quote.submitted_by, Act(action="submit").channel)

    def _import(self, document: Document) -> None:
        quote_intake.import_quotes(self._stage.runtime, document)
        # A revision that was imported stays, even if its submit is refused.
        self._probe.mark()
        self._imported = True

    def _plead(self, does: Plead) -> None:
        actor = self._named(does.actor)
        if does.plea is None:
            self._stage.end(does.ends or "", actor)
            return
        workflow_id = self._stage.plead(does.plea, actor)
        while does.granted:
            seats = self._stage.workflow(workflow_id).open_tasks
            if not seats:
                return
            deed = TaskDeed(action=Action.APPROVE, actor=asked(seats[0]))
            self._stage.act(seats[0], deed)

    def _workflow(self) -> Workflow:
        if self.workflow_id is None:
            sentence = "Expected a workflow, but none was started."
            raise Unplayable(sentence)
        return self._stage.workflow(self.workflow_id)

    def _person(self, does: Act, seats: Iterable[Task]) -> str:
        if does.actor is not None:
            return self._named(does.actor)
        members = [user.id for user in self._directory.members(does.role or "")]
        if not members:
            sentence = (
                f"Expected somebody who holds role '{does.role}', but nobody does."
            )
            raise Unplayable(sentence)
        asked = {
            person
            for seat in seats
            if seat.is_open
            for person in ((seat.assignee,) if seat.assignee else seat.candidates)
        }
        return next((person for person in members if person in asked), members[0])

    def _named(self, person: str) -> str:
        return self._quote.submitted_by if person == "submitter" else person


def _seat_of(actor: str, seats: tuple[Task, ...]) -> Task:
    """
    The seat this person would act on: his own, one he may take, one he decided.
    """
    return max(seats, key=lambda seat: _nearness(actor, seat))


def _nearness(actor: str, seat: Task) -> int:
    his = seat.assignee == actor
    may_take = seat.assignee is None and actor in seat.candidates
    if seat.is_open:
        return 5 if his else 4 if may_take else 1
    return 3 if seat.closed_by == actor else 2 if his or may_take else 0


def _revised(document: Document, revision: int, does: Revise) -> Document:
    value = document.value if isinstance(document.value, dict) else {}
    changed = {**value, **does.changes, "revision": revision}
    return parse(canonical(changed), document.file)
