"""
Every path through a rendered definition, run in the engine, ends where the plan says.
"""

import pytest

from approval_engine.definitions import ids
from approval_engine.definitions.render import render
from approval_engine.executor import engine
from tests.unit.definitions.goldens import PLANS
from tests.unit.definitions.plans import make_plan, make_step

ODD = make_plan(
    make_step("deal-desk"),
    make_step("deal_desk"),
    make_step("region_2", stage=2),
    make_step("region", chain="regions"),
)
SMALL = {name: plan for name, plan in PLANS.items() if len(plan.steps) < 5}
SMALL["odd names"] = ODD

VERDICTS = ("rejected", "returned", "undecided")


def expected(plan, approved):
    """
    The steps that are open once these are approved.
    """
    required = {step.id for step in plan.steps if step.required}
    opened = set()
    for chain in plan.chains() if required - approved else ():
        for stage in chain:
            left = {step.id for step in stage} - approved
            opened |= left
            if left & required:
                break
    return opened


def tasks(snapshot):
    return {task.element for task in snapshot.position.tasks}


def walk(definition, plan, snapshot, approved=frozenset()):
    """
    Approve open steps in every order; at each, try every other verdict too.
    """
    opened = expected(plan, approved)
    advice = {step.id for step in plan.steps if not step.required}
    assert tasks(snapshot) == {ids.task(step) for step in opened}
    assert snapshot.position.ended == (None if opened else "approved")
    for step in sorted(opened):
        for verdict in VERDICTS:
            outcomes = {} if verdict == "undecided" else {ids.outcome(step): verdict}
            ended = engine.complete(
                definition, snapshot.state, ids.task(step), outcomes
            )
            if step in advice:
                assert tasks(ended) == {ids.task(each) for each in opened - {step}}
                continue
            assert ended.position.ended == f"{verdict}_{step}"
            assert not ended.position.tasks
        further = engine.complete(
            definition,
            snapshot.state,
            ids.task(step),
            {ids.outcome(step): "approved"},
        )
        walk(definition, plan, further, approved | {step})


@pytest.mark.parametrize("name", SMALL)
def test_every_order_and_every_verdict_ends_where_the_plan_says(name):
    plan = SMALL[name]
    definition = engine.compile_definition(render(plan))
    walk(definition, plan, engine.start(definition))


def test_ten_parallel_steps_are_approved_one_by_one():
    plan = PLANS["standard-ten"]
    definition = engine.compile_definition(render(plan))
    snapshot = engine.start(definition)
    for number, step in enumerate(plan.steps, start=1):
        outcomes = {ids.outcome(step.id): "approved"}
        element = ids.task(step.id)
        snapshot = engine.complete(definition, snapshot.state, element, outcomes)
        assert len(snapshot.position.tasks) == len(plan.steps) - number
    assert snapshot.position.ended == "approved"


@pytest.mark.parametrize("name", SMALL)
def test_a_timer_that_fires_leaves_its_task_open(name):
    definition = engine.compile_definition(render(SMALL[name]))
    snapshot = engine.start(definition)
    before = tasks(snapshot)
    for timer in snapshot.position.timers:
        snapshot = engine.fire(
            definition, snapshot.state, timer.element, timer.occurrence
        )
    assert not snapshot.position.timers
    assert tasks(snapshot) == before
    assert snapshot.position.ended is None or not before
