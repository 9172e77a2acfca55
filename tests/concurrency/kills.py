"""
A command is killed somewhere and asked for again: it must look as if nothing happened.
"""

from dataclasses import dataclass, replace
from itertools import count
from random import Random
from time import perf_counter

from approval_engine.domain.actions import Action
from approval_engine.store import workflows
from tests.concurrency.company import ADA, FRED, LATE, MANAGERS, NOW, PAUL, SAM, do
from tests.concurrency.oracle import assert_sound, picture
from tests.concurrency.worker import Job
from tests.concurrency.zygote import COMMITTED, perform

_LOOKS = 1000
"""How often a worker looks again; the server ends what the dead left in far fewer."""

ACTORS = {
    "approve": MANAGERS[0],
    "reject": MANAGERS[0],
    "request-info": MANAGERS[0],
    "provide-info": SAM,
    "add-approver": MANAGERS[0],
    "reassign": ADA,
}
"""Who does what on the manager's task."""

COMMANDS = (
    "submit",
    "revise",
    *ACTORS,
    "approve last",
    "override",
    "recall",
    "tick",
    "replan",
    "withdraw",
)


KEYLESS = ("tick", "replan")
"""What does nothing a second time without a key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """
    A command that is ready to be carried out on a quote of its own.
    """

    quote: str
    job: Job


def prepare(company, name):
    """
    A quote in the state that the command needs, and the command.
    """
    if name == "submit":
        (quote,) = company.quotes(1)
        return _trial(company, quote, name, quote)
    if name == "withdraw":
        company.without()
        (started,) = company.seat(1)
        company.without(PAUL)
        return _trial(company, started.quote, name, started.id, started.paul)
    (started,) = company.start(1)
    if name == "replan":
        company.amend()
    if name in {"approve last", "revise"}:
        do(company.runtime, started, FRED, Action.APPROVE, step="finance")
    if name == "revise":
        company.revise(started)
        return _trial(company, started.quote, "submit", started.quote)
    if name in {"recall", "tick", "override", "replan"}:
        return _trial(company, started.quote, name, started.id)
    if name == "provide-info":
        do(company.runtime, started, MANAGERS[0], Action.REQUEST_INFO)
    action, *_ = name.split()
    return _trial(
        company, started.quote, action, started.id, started.manager, ACTORS[action]
    )


def _trial(company, quote, *command):
    tick = command[0] == "tick"
    return Trial(
        quote=quote,
        job=Job(
            url=company.url,
            now=LATE if tick else NOW,
            command=command,
            key=None if command[0] in KEYLESS else f"key of {quote}",
        ),
    )


def kill_at_every_point(company, worker, name, fault=None):
    """
    Kill at the first point, the second, … until a child comes through; the points.
    """
    expected = undisturbed(company, worker, name)
    died_at = []
    for point in count(1):
        trial = prepare(company, name)
        told = worker.kill(trial.job, point=point, fault=fault)
        check(company, trial, told, expected)
        if told.acknowledged:
            return died_at
        died_at.append(told.died_at)
    raise AssertionError


def kill_at_random(company, worker, kills, seed):
    """
    Kill at any moment, in any command, until that many died before they could answer.
    """
    dice = Random(seed)  # noqa: S311 it chooses moments, not secrets
    expected = {name: undisturbed(company, worker, name) for name in COMMANDS}
    longest = {name: _duration(company, worker, name) for name in COMMANDS}
    died = 0
    while died < kills:
        name = dice.choice(COMMANDS)
        trial = prepare(company, name)
        moment = dice.uniform(1e-4, longest[name])
        told = worker.kill(trial.job, within_s=moment)
        check(company, trial, told, expected[name])
        died += not told.acknowledged


def undisturbed(company, worker, name):
    """
    What the command leaves behind when nobody is killed.
    """
    trial = prepare(company, name)
    worker.run(trial.job)
    return picture(company.runtime, trial.quote, trial.job.key)


def check(company, trial, told, expected):
    """
    Ask for the same once more: the effect is there exactly once, and nothing is locked.
    """
    runtime = company.late if trial.job.now == LATE else company.runtime
    answer = _again(runtime, trial)
    if trial.job.key and told.died_at:
        assert answer.replayed == (told.died_at == COMMITTED), told
    if trial.job.key and told.acknowledged:
        assert answer == replace(told.answer, replayed=True)
    assert picture(runtime, trial.quote, trial.job.key) == expected, told
    for workflow in _workflows_of(runtime, trial.quote):
        assert_sound(runtime, workflow)


def _again(runtime, trial):
    answer = perform(runtime, trial.job.command, trial.job.key)
    if trial.job.command[0] == "tick":
        # Where the dead still hold the lock, a worker passes by and looks again.
        for _ in range(_LOOKS):
            if not _is_due(runtime, trial):
                break
            perform(runtime, trial.job.command, None)
    return answer


def _is_due(runtime, trial):
    with runtime.database.read() as transaction:
        found, _ = workflows.read(transaction, trial.job.command[1])
    return found.next_due_at is not None and found.next_due_at <= trial.job.now


def _workflows_of(runtime, quote):
    with runtime.database.read() as transaction:
        return [each.id for each in workflows.attempts(transaction, quote)]


def _duration(company, worker, name):
    trial = prepare(company, name)
    began = perf_counter()
    worker.kill(trial.job)
    return perf_counter() - began
