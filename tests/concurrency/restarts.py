"""
The database restarts again and again while clients decide, and keep asking until told.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from random import Random
from threading import Event, Thread
from time import perf_counter, sleep

from approval_engine import worker
from approval_engine.domain.actions import Action
from approval_engine.errors import StorageError
from approval_engine.executor.answer import Answer
from approval_engine.store import workers
from tests.concurrency.company import FRED, MANAGERS, do
from tests.concurrency.oracle import assert_all_holds, decisions

CLIENTS = 8
_PATIENCE_S = 120
"""How long a client asks for the same thing before that is a failure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """
    One decision of one person, under its key.
    """

    started: object
    step: str
    person: str

    @property
    def key(self):
        return f"{self.started.id}/{self.step}"


@dataclass(kw_only=True)
class Journal:
    """
    What clients were told: the answer to every decision, and how often there was none.
    """

    answers: dict[Wanted, Answer]
    refused: int = 0

    @property
    def replayed(self):
        """
        Commits of which nobody was told, answered at the next try.
        """
        return sum(each.replayed for each in self.answers.values())


def storm(company, server, decisions, restarts):
    """
    That many restarts among that many decisions: none is lost, none happens twice.
    """
    wanted = [
        Wanted(started=started, step=step, person=person)
        for started in company.start(decisions // 2)
        for step, person in (("manager", MANAGERS[0]), ("finance", FRED))
    ]
    queue, journal = SimpleQueue(), Journal(answers={})
    for each in wanted:
        queue.put(each)
    with _working(company), ThreadPoolExecutor(CLIENTS) as pool:
        clients = [
            pool.submit(_client, company.runtime, queue, journal)
            for _ in range(CLIENTS)
        ]
        _restarts(server, journal, decisions, restarts)
        for client in clients:
            client.result()
    assert set(journal.answers) == set(wanted)
    # What is still open in the pool leads to a server that is gone.
    company.runtime.database.close()
    _compare(company.runtime, journal)
    return journal


def _client(runtime, queue, journal):
    while True:
        try:
            wanted = queue.get_nowait()
        except Empty:
            return
        journal.answers[wanted] = _until_told(runtime, wanted, journal)


def _until_told(runtime, wanted, journal):
    begun = perf_counter()
    while True:
        try:
            return _ask(runtime, wanted)
        except StorageError:
            journal.refused += 1
            assert perf_counter() - begun < _PATIENCE_S
            sleep(0.02)


def _ask(runtime, wanted):
    return do(
        runtime,
        wanted.started,
        wanted.person,
        Action.APPROVE,
        step=wanted.step,
        key=wanted.key,
    )


def _restarts(server, journal, decisions, restarts):
    """
    Spread over the decisions, so that each restart meets clients at work.
    """
    dice = Random(restarts)  # noqa: S311 it chooses moments, not secrets
    share = decisions // (restarts + 1)
    for number in range(1, restarts + 1):
        while len(journal.answers) < share * number:
            sleep(0.005)
        sleep(dice.uniform(0, 0.05))
        server.restart()


def _compare(runtime, journal):
    """
    The log holds what clients were told, each once, and says so again to whoever asks.
    """
    for wanted, told in journal.answers.items():
        task = getattr(wanted.started, wanted.step)
        assert decisions(runtime, task) == ["task_approved"]
        assert told.result == "applied"
        assert _ask(runtime, wanted) == replace(told, replayed=True)
    ends = Counter(told.status for told in journal.answers.values())
    assert ends == dict.fromkeys(("pending", "approved"), len(journal.answers) // 2)
    assert_all_holds(runtime)


@contextmanager
def _working(company):
    """
    A worker runs beside the clients, and outlives every restart.
    """
    stop, runtime = Event(), company.connect()
    loop = Thread(target=worker.run, args=(runtime, stop, 0.05))
    loop.start()
    try:
        yield
        assert loop.is_alive()
        with runtime.database.read() as transaction:
            assert workers.watch(transaction, runtime.clock()).workers == 1
    finally:
        stop.set()
        loop.join()
