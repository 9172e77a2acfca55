"""
Clocks of machines that jump, stand still and disagree: each timer is fired once.
"""

from datetime import timedelta

from approval_engine import worker
from approval_engine.domain.actions import Action
from approval_engine.store import workflows
from tests.concurrency.company import LATE, NOW, SOON, do
from tests.concurrency.oracle import assert_all_holds, facts
from tests.concurrency.race import together

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = (HOUR, -HOUR, DAY, -DAY, timedelta(), timedelta(), -7 * DAY, HOUR)
"""From one moment to the next, as a worker sees it whose clock is set all the time."""

APART = timedelta(minutes=5)


class Clock:
    """
    A clock that is set by hand.
    """

    def __init__(self, at):
        self.now = at

    def __call__(self):
        return self.now


def jumps(company, number):
    """
    The clock of a worker jumps before, over and behind what is due.
    """
    clock = Clock(NOW)
    runtime = company.connect_by(clock)
    started, due_at = _late(company, number)
    clock.now = due_at - timedelta(microseconds=1)
    for jump in JUMPS:
        # However it jumps, it comes to no moment at which anything is due.
        clock.now = min(clock.now + jump, due_at - timedelta(microseconds=1))
        assert worker.once(runtime).fired == 0
    clock.now = due_at
    assert worker.once(runtime).fired == number
    # A day later the next rung is due; after that nothing is, wherever the clock goes.
    fired = [_jump(runtime, clock, jump) for jump in (-HOUR, HOUR, -DAY, DAY, DAY)]
    assert fired == [0, 0, 0, 0, number]
    clock.now = due_at
    assert [_jump(runtime, clock, jump) for jump in JUMPS] == [0] * len(JUMPS)
    times = {facts(runtime, each.id)["task_escalated"] for each in started}
    assert len(times) == 1
    # People whose clock is behind are no further back than what was recorded.
    clock.now = due_at - DAY
    do(runtime, started[0], "carl", Action.APPROVE, step="finance")
    assert_all_holds(runtime)


def _jump(runtime, clock, by):
    clock.now += by
    return worker.once(runtime).fired


def apart(company, number):
    """
    Two machines, one five minutes ahead of the other, fire what comes due to either.
    """
    started, due_at = _late(company, number)
    slow, fast = Clock(due_at - APART), Clock(due_at)
    runtimes = [company.connect_by(clock) for clock in (slow, fast)]
    fired = 0
    for _ in range(7):
        done = together([lambda each=each: worker.once(each) for each in runtimes])
        fired += sum(each.fired for each in done)
        for clock in (slow, fast):
            clock.now += timedelta(minutes=1)
    assert fired == number
    assert {facts(company.runtime, e.id)["task_escalated"] for e in started} == {2}
    # Who was asked by the fast machine answers at the slow one.
    slow.now = due_at - APART
    do(runtimes[0], started[0], "carl", Action.APPROVE, step="finance")
    assert_all_holds(company.runtime)


def _late(company, number):
    """
    That many workflows of which everybody was reminded, and when they climb a rung.
    """
    started = company.start(number)
    assert worker.once(company.connect(SOON)).fired == number
    found = set()
    for each in started:
        with company.runtime.database.read() as transaction:
            workflow, _ = workflows.read(transaction, each.id)
        found.add(workflow.next_due_at)
    (due_at,) = found
    assert SOON < due_at < LATE
    return started, due_at


def backlog(company, number, down):
    """
    Nobody fires hourly reminders for so long; afterwards each task has one.
    """
    ids = [company.started() for _ in range(number)]
    company.wait(**down)
    assert worker.once(company.runtime).fired == number
    assert worker.once(company.runtime).fired == 0
    reminded = [company.log(each).count("task_reminded") for each in ids]
    assert reminded == [1] * number
    assert company.findings() == ()
    return reminded
