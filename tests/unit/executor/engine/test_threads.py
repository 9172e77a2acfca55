"""
Threads share a definition, and neither see nor disturb each other.
"""

import random
from concurrent.futures import ThreadPoolExecutor

from approval_engine.executor import engine
from tests.unit.executor.engine.drawings import stages

THREADS = 8
RUNS = 60
STAGES = (("a", "b"), ("c",), ("d", "e"))
XML = stages(*STAGES)
WORDS = ("approved",) * 8 + ("rejected", "returned", "none")


def one_run(definition, seed):
    """
    All states of one process that is driven by this seed.
    """
    choice = random.Random(seed)  # noqa: S311 # repeatable, not secret
    snapshot = engine.start(definition)
    states = [snapshot.state]
    while snapshot.position.ended is None:
        timers = snapshot.position.timers
        if timers and choice.random() < 0.3:
            timer = choice.choice(timers)
            snapshot = engine.fire(
                definition, snapshot.state, timer.element, timer.occurrence
            )
        else:
            task = choice.choice(snapshot.position.tasks).element
            said = {task.replace("task", "outcome"): choice.choice(WORDS)}
            snapshot = engine.complete(definition, snapshot.state, task, said)
        states.append(snapshot.state)
    return states


def test_eight_threads_share_a_definition():
    definition = engine.compile_definition(XML)
    seeds = range(THREADS * RUNS)
    alone = [one_run(definition, seed) for seed in seeds]
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda seed: one_run(definition, seed), seeds))

    assert together == alone


def test_threads_that_need_a_definition_at_once_get_the_same():
    xml = stages(("threads", "meet"))
    sha256 = engine.compile_definition(xml).sha256
    with ThreadPoolExecutor(THREADS) as pool:
        asked = pool.map(lambda _: engine.definition(sha256, lambda _: xml), range(32))
        found = set(map(id, asked))

    assert len(found) == 1
