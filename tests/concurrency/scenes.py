"""
Many commands on one thing: each scene plays them and judges what came of it.
"""

from collections import Counter
from functools import partial
from time import perf_counter

from sqlalchemy import select

from approval_engine.domain.actions import Action
from approval_engine.domain.delegation import Delegation
from approval_engine.executor.commands.submit import submit
from approval_engine.executor.commands.tick import due, tick
from approval_engine.operations import intake, quote_intake
from approval_engine.store import catalog
from approval_engine.store.schema import WORKFLOW
from tests.concurrency.company import (
    LATE,
    MANAGERS,
    NOW,
    SAM,
    STELLA,
    caller,
    do,
    document,
    quote_value,
)
from tests.concurrency.oracle import assert_sound, decisions, facts, rows
from tests.concurrency.race import inside, together

ACTIONS = (
    Action.APPROVE,
    Action.REJECT,
    Action.RETURN,
    Action.DELEGATE,
    Action.CLAIM,
)


def word(outcome):
    """
    What a command came to, in one word.
    """
    if outcome is None:
        return "nothing"
    if isinstance(outcome, Exception):
        return type(outcome).__name__
    return "replayed" if outcome.replayed else outcome.result


def same_approval(company, threads, times):
    """
    One person approves one task from many places, half the time under one key.
    """
    (started,) = company.start(1)
    person = MANAGERS[0]
    shared = f"the one of {started.id}"

    def client(number):
        fresh = [f"{started.id}/{number}/{n}" for n in range(times)]
        keys = [shared if (number + n) % 2 else fresh[n] for n in range(times)]
        return lambda: Counter(
            word(do(company.runtime, started, person, Action.APPROVE, key=key))
            for key in keys
        )

    words = together([client(number) for number in range(threads)])
    half = threads * times // 2
    assert sum(words, Counter()) == {
        "applied": 1,
        "duplicate": half,
        "replayed": half - 1,
    }
    assert decisions(company.runtime, started.manager) == ["task_approved"]
    assert_sound(company.runtime, started.id)


def contention(company, clients, rounds):
    """
    Many people want different things of one task; somebody gets what he wants.

    After how many seconds each of them had all his answers.
    """
    took_s = []
    for started in company.start(rounds):
        calls = [_client(company, started, n, clients) for n in range(clients)]
        outcomes = together([_timed(each, took_s) for each in calls])
        words = Counter(word(outcome) for outcome in outcomes)
        assert words["applied"] == 1, words
        assert set(words) <= {"applied", "duplicate", "InvalidState", "Forbidden"}
        assert len(decisions(company.runtime, started.manager)) == 1
        assert_sound(company.runtime, started.id)
    return took_s


def _timed(call, took_s):
    def run():
        begun = perf_counter()
        try:
            return call()
        finally:
            took_s.append(perf_counter() - begun)

    return run


def _client(company, started, number, clients):
    # Everybody is here in two tabs: half with the same wish in both, half with another.
    people = clients // 2 // len(ACTIONS) * len(ACTIONS)
    person = MANAGERS[number % people]
    action = ACTIONS[(number + (number >= clients * 3 // 4)) % len(ACTIONS)]

    def run():
        answer = do(company.runtime, started, person, action)
        if action in {Action.CLAIM, Action.DELEGATE}:
            holder = person if action == Action.CLAIM else STELLA
            answer = do(company.runtime, started, holder, Action.APPROVE)
        return answer

    return run


def same_submit(company, threads):
    """
    One quote is submitted from many places, half of them under one key.
    """
    (quote,) = company.quotes(1)

    def client(number):
        key = f"{quote}/one" if number % 2 else None
        return lambda: submit(company.runtime, quote, caller(SAM, key))

    outcomes = together([client(number) for number in range(threads)])
    words = Counter(word(outcome) for outcome in outcomes)
    assert words == {
        "applied": 1,
        "duplicate": threads // 2,
        "replayed": threads // 2 - 1,
    }
    (workflow,) = workflows_of(company, quote)
    assert {outcome.workflow for outcome in outcomes} == {workflow}
    assert facts(company.runtime, workflow)["submitted"] == 1
    assert_sound(company.runtime, workflow)


def second_submit(company, where):
    """
    A quote is submitted while its first submit is not committed.
    """
    (quote,) = company.quotes(1)
    outcomes = inside(*_both(company, lambda r: submit(r, quote, caller(SAM))), where)
    assert [word(outcome) for outcome in outcomes] == ["applied", "duplicate"]
    (workflow,) = workflows_of(company, quote)
    assert_sound(company.runtime, workflow)


def second_window(company, where):
    """
    A delegation is added while another one is not committed.
    """
    known = len(_current_windows(company))
    # A year in which nothing else in this company happens.
    window = (NOW.replace(year=2030 + known), LATE.replace(year=2030 + known))
    people = iter([("carl", "dora"), ("dana", "david")])

    def add(runtime):
        return intake.add_delegation(runtime, next(people), window, None)

    outcomes = inside(*_both(company, add), where)
    assert [type(outcome) for outcome in outcomes] == [Delegation] * 2
    assert len(_current_windows(company)) == known + 2


def _current_windows(company):
    runtime = company.runtime
    with runtime.database.read() as transaction:
        _, snapshot = catalog.current(transaction).people()
        return runtime.delegations(transaction, snapshot)


def _both(company, call):
    sides = company.sides(NOW, NOW)
    for side in sides:
        side.call = partial(call, side.runtime)
    return sides


def same_import(company, rounds):
    """
    Two people import the same quotes, one of them from a file in another order.
    """
    for number in range(rounds):
        values = [quote_value(f"QI-{number}-{each}") for each in range(40)]
        files = [document(each, "quotes") for each in (values, values[::-1])]
        calls = [
            partial(quote_intake.import_quotes, company.runtime, each) for each in files
        ]
        assert sorted(together(calls)) == [0, len(values)]


def one_key_two_requests(company):
    """
    Two quotes are submitted under one key at the same moment.
    """
    quotes = company.quotes(2)
    key = f"{quotes[0]}/both"

    def client(quote):
        return lambda: submit(company.runtime, quote, caller(SAM, key))

    words = [word(outcome) for outcome in together([client(each) for each in quotes])]
    # Both at once find the key busy, one after the other find it used.
    assert sorted(words) in (["Conflict", "applied"], ["KeyReused", "applied"])
    loser = quotes[words.index("applied") - 1]
    assert workflows_of(company, loser) == []
    again = together([client(loser)])
    assert [word(outcome) for outcome in again] == ["KeyReused"]


def one_key_two_people(company):
    """
    Two people happen to use the same key: each is answered for himself.
    """
    (started,) = company.start(1)
    calls = [
        partial(do, company.runtime, started, person, Action.APPROVE, key=started.id)
        for person in MANAGERS[:2]
    ]
    words = [word(outcome) for outcome in together(calls)]
    assert sorted(words) == ["InvalidState", "applied"]


def timers(company, workers, overdue):
    """
    Several workers fire what is due; each workflow has two timers.
    """
    started = company.start(overdue // 2)
    runtimes = [company.connect(LATE) for _ in range(workers)]

    def work(runtime):
        def run():
            while waiting := due(runtime):
                for workflow_id in waiting:
                    tick(runtime, workflow_id)

        return run

    assert together([work(runtime) for runtime in runtimes]) == [None] * workers
    for each in started:
        assert facts(company.runtime, each.id)["task_escalated"] == 2


def workflows_of(company, quote):
    query = select(WORKFLOW.c.id).where(WORKFLOW.c.quote_id == quote)
    return [workflow for (workflow,) in rows(company.runtime, query)]
