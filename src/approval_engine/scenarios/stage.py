"""
What the people of a story do → commands, each at its time and by who would do it.
"""

from dataclasses import dataclass, replace
from functools import partial

from approval_engine.domain.actions import Action
from approval_engine.domain.workflow import Task, Workflow
from approval_engine.errors import NotFound
from approval_engine.executor.answer import Answer, Caller
from approval_engine.executor.commands import run_out, stand_in, tick
from approval_engine.executor.commands.act import Wish, act
from approval_engine.executor.commands.grant import Plea, grant
from approval_engine.executor.commands.recall import recall
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.runtime import Runtime
from approval_engine.scenarios.clock import StoryClock
from approval_engine.store import workflows

CHANNEL = "scenario"
"""The channel of what happens in a story, where it names no other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """
    What a person does to one task; `to` is the stand-in of a delegation.

    `within` are the bounds of an approval.
    """

    action: Action
    actor: str
    comment: str | None = None
    to: str | None = None
    within: str | None = None
    channel: str = CHANNEL


class Stage:
    """
    A database whose clock is moved by hand; `runtime` is an ordinary runtime on it.
    """

    def __init__(self, runtime: Runtime, clock: StoryClock) -> None:
        self.runtime = replace(runtime, clock=clock)
        self.clock = clock

    def workflow(self, workflow_id: str) -> Workflow:
        """
        The workflow as last committed. Raises NotFound.
        """
        with self.runtime.database.read() as transaction:
            found = workflows.read(transaction, workflow_id)
        if found is None:
            sentence = f"There is no workflow '{workflow_id}'."
            raise NotFound(sentence)
        return found[0]

    def submit(
        self,
        quote: str,
        actor: str,
        revision: int | None = None,
        channel: str = CHANNEL,
    ) -> Answer:
        """
        Submit a quote revision, the newest if none is named.
        """
        caller = Caller(actor=actor, channel=channel)
        return submit(self.runtime, quote, caller, revision)

    def act(self, task: Task, deed: Deed) -> Answer:
        """
        Do something to a task.
        """
        wish = Wish(
            workflow=task.workflow_id,
            task=task.id,
            action=deed.action,
            comment=deed.comment,
            to=deed.to,
            within=deed.within,
        )
        return act(self.runtime, wish, Caller(actor=deed.actor, channel=deed.channel))

    def recall(
        self, workflow_id: str, actor: str, comment: str, channel: str = CHANNEL
    ) -> Answer:
        """
        Withdraw a workflow.
        """
        caller = Caller(actor=actor, channel=channel)
        return recall(self.runtime, workflow_id, comment, caller)

    def plead(self, plea: Plea, actor: str) -> str:
        """
        Ask for an exception; the workflow that may grant it.
        """
        caller = Caller(actor=actor, channel=CHANNEL)
        return grant(self.runtime, plea, caller)[1].workflow

    def end(self, exception_id: str, actor: str) -> None:
        """
        Take an exception back.
        """
        caller = Caller(actor=actor, channel=CHANNEL)
        run_out.end(self.runtime, exception_id, "as the scenario says", caller)

    def work(self) -> None:
        """
        Sweep the windows and fire every timer that is due, as the worker would.
        """
        self.sweep()
        while found := tick.due(self.runtime):
            for workflow_id in found:
                tick.tick(self.runtime, workflow_id)

    def sweep(self) -> None:
        """
        Move the tasks of whoever is away now, and back.
        """
        stand_in.sweep(self.runtime, partial(stand_in.stand_in, self.runtime))


def asked(task: Task) -> str:
    """
    Who is asked first: the assignee, else the first candidate.
    """
    return task.assignee or task.candidates[0]
