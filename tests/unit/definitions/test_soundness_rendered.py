"""
Whatever a plan is, what we render of it is sound; and so is every shipped definition.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.definitions.render import render
from approval_engine.definitions.soundness import flaws
from tests.unit.definitions.plans import plans, plans_with_advice

SHIPPED = sorted((Path(__file__).parents[3] / "bpmn").glob("*.bpmn"))
PLANS = settings(max_examples=60, deadline=None)


def as_a_policy_writes(plan):
    """
    The plan with ids and roles that a policy may have, and not only any.
    """
    steps = tuple(
        replace(
            step,
            id=f"s{step.id}",
            role="finance",
            escalations=tuple(replace(e, role="cfo") for e in step.escalations),
        )
        for step in plan.steps
    )
    return replace(plan, steps=steps)


def judged(xml):
    return flaws(read(xml, names=EVERY_NAME).process)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_definition_is_sound(file):
    assert judged(file.read_bytes()) == ()


@given(plans())
@PLANS
def test_every_rendered_plan_is_sound(plan):
    assert judged(render(as_a_policy_writes(plan))) == ()


@given(plans_with_advice())
@PLANS
def test_every_rendered_plan_with_advice_is_sound(plan):
    assert judged(render(as_a_policy_writes(plan))) == ()


def test_a_shipped_definition_that_forgets_a_join_is_not():
    xml = SHIPPED[0].parent.joinpath("standard-parallel.bpmn").read_bytes()
    end = b"<bpmn:terminateEventDefinition />"
    assert judged(xml.replace(end, b"", 1))[0].code == "deadlock"
