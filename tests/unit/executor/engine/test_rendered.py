"""
What we render runs, and opens the steps that the plan says, whatever the order.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions import ids
from approval_engine.definitions.render import render
from approval_engine.executor import engine
from tests.unit.definitions.goldens import PLANS
from tests.unit.definitions.plans import POLICY_ROLES, plans
from tests.unit.executor.engine.drawings import opened


def expected_open(plan, approved):
    """
    The tasks of the first stage of each chain that is not yet approved.
    """
    names = set()
    for chain in plan.chains():
        for stage in chain:
            left = [step.id for step in stage if step.id not in approved]
            names |= {ids.task(step_id) for step_id in left}
            if left:
                break
    return names


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_every_golden_file_compiles_to_the_steps_of_its_plan(plan):
    definition = engine.compile_definition(render(plan))

    assert {task.step for task in definition.tasks} == {s.id for s in plan.steps}
    for timer in definition.timers:
        assert timer.properties["kind"] in ("reminder", "escalation")
        assert int(timer.properties["level"]) >= 1
        assert not timer.interrupting


@settings(max_examples=60, deadline=None)
@given(plan=plans(POLICY_ROLES), data=st.data())
def test_a_rendered_plan_opens_what_the_plan_says(plan, data):
    definition = engine.compile_definition(render(plan))
    words = ["approved"] * 6 + ["rejected", "returned", "undecided"]
    snapshot = engine.start(definition)
    approved = set()
    while snapshot.position.ended is None:
        assert set(opened(snapshot)) == expected_open(plan, approved)
        steps = {ids.task(step.id): step.id for step in plan.steps}
        element = data.draw(st.sampled_from(opened(snapshot)))
        word = data.draw(st.sampled_from(words))
        said = {ids.outcome(steps[element]): word}
        snapshot = engine.complete(definition, snapshot.state, element, said)
        if word != "approved":
            assert snapshot.position.ended.partition("_")[0] == word
            assert snapshot.position.tasks == snapshot.position.timers == ()
            return
        approved.add(steps[element])

    assert snapshot.position.ended == "approved"
    assert approved == {step.id for step in plan.steps}


@given(plan=plans(POLICY_ROLES), data=st.data())
@settings(max_examples=20, deadline=None)
def test_every_timer_of_an_open_step_can_fire_and_moves_nothing(plan, data):
    definition = engine.compile_definition(render(plan))
    snapshot = engine.start(definition)
    before = opened(snapshot)
    for timer in data.draw(st.permutations(snapshot.position.timers)):
        snapshot = engine.fire(
            definition, snapshot.state, timer.element, timer.occurrence
        )

    assert opened(snapshot) == before
    assert snapshot.position.timers == ()
