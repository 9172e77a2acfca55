"""
Whatever people, clocks and killed processes do in whatever order, plain rules foresee.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Machine
from tests.proof.world import World

STEPS = 40
"""Commands of one history."""


@pytest.fixture
def world(ready_database_url):
    world = World(ready_database_url)
    yield world
    world.close()


def _carried_out(world, histories, *, same=False):
    """
    How many commands of each kind came to what, in that many random histories.

    With `same` they are the same histories each time.
    """

    class Of(Machine):
        pass

    Of.world, Of.seen = world, Counter()
    run_state_machine_as_test(
        Of,
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=same,
            database=None,
            # Each step is a transaction or two: a history takes seconds, shrunk or not.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Of.seen


def test_rules_foresee_what_commands_come_to(world):
    seen = _carried_out(world, histories=8, same=True)

    assert {"act applied", "act Forbidden", "tick nothing"} <= set(seen)


@pytest.mark.proof
def test_rules_foresee_what_ten_thousand_commands_come_to(world, figure):
    sqlite, wanted = world.runtime.database.is_sqlite, 0
    seen, wanted = Counter(), 10_000 if sqlite else 2_500
    while sum(seen.values()) < wanted:
        seen += _carried_out(world, histories=50)

    found = sum(seen.values())
    applied = sum(n for word, n in seen.items() if word.endswith("applied"))
    killed = sum(n for word, n in seen.items() if word.endswith("killed"))
    figure(
        "commands that plain rules foresee, rebuilt after each",
        f"{wanted} commands, 0 differences",
        f"{found} commands, {applied} applied, {killed} killed first, 0 differences",
    )
