"""
Every path of a rendered process agrees with the table of outcomes.
"""

import itertools

import pytest

from approval_engine.executor import engine
from tests.unit.executor.engine.drawings import opened, single, stages

WORDS = ("approved", "rejected", "returned", None, "approve", "APPROVED")
PLANS = {
    "one": (("a",),),
    "two side by side": (("a", "b"),),
    "two in a row": (("a",), ("b",)),
    "side by side, then one": (("a", "b"), ("c",)),
    "one, then side by side": (("a",), ("b", "c")),
}


def table(plan, order, words):
    """
    What the process must end as when steps are decided in this order; None if it waits.
    """
    left = [set(stage) for stage in plan]
    for name in order:
        word = words[name]
        if word != "approved":
            return word if word in ("rejected", "returned") else "undecided"
        left[0].remove(name)
        if not left[0]:
            left.pop(0)
    return None if left else "approved"


def orders(plan):
    """
    Every order in which the steps of the plan can be decided.
    """
    for stage_orders in itertools.product(*map(itertools.permutations, plan)):
        yield tuple(itertools.chain.from_iterable(stage_orders))


def cases():
    for name, plan in PLANS.items():
        steps = [step for stage in plan for step in stage]
        words = WORDS if len(steps) < 3 else WORDS[:4]
        for order in orders(plan):
            yield pytest.param(plan, order, words, id=f"{name}: {''.join(order)}")


@pytest.mark.parametrize(("plan", "order", "words"), list(cases()))
def test_every_path_ends_as_the_table_says(plan, order, words):
    definition = engine.compile_definition(stages(*plan))
    for chosen in itertools.product(words, repeat=len(order)):
        said = dict(zip(order, chosen, strict=True))
        snapshot = engine.start(definition)
        for place, name in enumerate(order, start=1):
            assert f"task_{name}" in opened(snapshot)
            outcome = {f"outcome_{name}": said[name]} if said[name] else {}
            snapshot = engine.complete(
                definition, snapshot.state, f"task_{name}", outcome
            )
            expected = table(plan, order[:place], said)
            assert snapshot.position.ended == expected
            if expected:
                assert snapshot.position.tasks == snapshot.position.timers == ()
                break


@pytest.mark.parametrize("fired", [("remind_a_1", "due_a"), ("due_a", "remind_a_1")])
def test_a_timer_decides_nothing(fired):
    definition = engine.compile_definition(stages(("a", "b")))
    snapshot = engine.start(definition)
    for timer in fired:
        snapshot = engine.fire(definition, snapshot.state, timer, 1)
        assert opened(snapshot) == ["task_a", "task_b"]
    for name in "ab":
        said = {f"outcome_{name}": "approved"}
        snapshot = engine.complete(definition, snapshot.state, f"task_{name}", said)

    assert snapshot.position.ended == "approved"


def test_the_outcome_of_another_step_decides_nothing():
    definition = engine.compile_definition(single())
    said = {"outcome_legal": "approved"}
    snapshot = engine.complete(
        definition, engine.start(definition).state, "task_finance", said
    )

    assert snapshot.position.ended == "undecided"
