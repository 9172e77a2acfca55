"""
People who go on working while something else happens, and a journal of what they did.

Whoever reads a database later can tell from it whether it is a beginning of the work:
nothing that was answered before something else was begun may be missing beside it.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Event, Lock, Thread
from time import sleep

from approval_engine.domain.actions import Action
from approval_engine.executor.commands.submit import submit
from approval_engine.store import workflows
from tests.concurrency.company import FRED, MANAGERS, SAM, Started, caller, do

_AT_ONCE = 100
"""Quotes are imported so many at a time, for that is much quicker."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """
    One command that was answered; `begun` and `ended` are ticks of one clock.
    """

    begun: int
    ended: int
    workflow: str
    task: str | None


class Load:
    """
    Some threads that submit quotes and approve them until they are told to stop.
    """

    def __init__(self, company, writers=3):
        self.journal = []
        self.decisions = 0
        self.troubles = []
        self._clock = count()
        self._stop = Event()
        self._company = company
        self._quotes, self._one_takes = [], Lock()
        self._threads = [
            Thread(target=self._work, args=(company.connect(),)) for _ in range(writers)
        ]

    def now(self):
        return next(self._clock)

    @contextmanager
    def going_on(self):
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()
        assert self.troubles == []

    def wait_for(self, decisions):
        """
        Until there are so many more.
        """
        wanted = self.decisions + decisions
        while self.decisions < wanted and not self.troubles:
            sleep(0.005)

    def _work(self, runtime):
        try:
            while not self._stop.is_set():
                self._decide(runtime, self._quote())
        except Exception as error:  # noqa: BLE001 the test must hear of anything
            self.troubles.append(error)

    def _quote(self):
        # However slow the others are, the work never ends before it is told to.
        with self._one_takes:
            if not self._quotes:
                self._quotes = self._company.quotes(_AT_ONCE)
            return self._quotes.pop()

    def _decide(self, runtime, quote):
        begun = self.now()
        workflow = submit(runtime, quote, caller(SAM)).workflow
        self._note(begun, workflow, None)
        with runtime.database.read() as transaction:
            found, _ = workflows.read(transaction, workflow)
        tasks = {task.step: task.id for task in found.tasks}
        started = Started(id=workflow, quote=quote, **tasks)
        for step, person in (("manager", MANAGERS[0]), ("finance", FRED)):
            begun = self.now()
            do(runtime, started, person, Action.APPROVE, step=step)
            self._note(begun, workflow, tasks[step])
            self.decisions += 1

    def _note(self, begun, workflow, task):
        done = Done(begun=begun, ended=self.now(), workflow=workflow, task=task)
        self.journal.append(done)


def assert_is_a_beginning(runtime, journal, *, since, until):
    """
    A database holds all that was answered before something that it holds was begun.

    It was copied between the ticks `since` and `until`.
    """
    known = {}
    for workflow in {done.workflow for done in journal}:
        with runtime.database.read() as transaction:
            found = workflows.read(transaction, workflow)
        known[workflow] = found[0] if found else None
    there = [done for done in journal if _is_there(known[done.workflow], done)]
    lost = [done for done in journal if not _is_there(known[done.workflow], done)]
    newest = max((done.begun for done in there), default=-1)
    assert [done for done in lost if done.ended < max(newest, since)] == []
    assert newest < until
    return there, lost


def _is_there(workflow, done):
    if workflow is None or done.task is None:
        return workflow is not None
    return not workflow.task(done.task).is_open
