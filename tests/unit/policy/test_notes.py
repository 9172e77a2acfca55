"""
What a policy declares in vain.
"""

import json

import pytest

from approval_engine.documents import parse
from approval_engine.policy.load import load
from approval_engine.policy.notes import notes
from tests.integration.executor.company import INPUTS, STEPS, TRIGGERS, policy

MOOD = {"name": "mood", "type": "number", "worse": "higher"}
HOURS = [{"when": {"mood": "> 3"}, "hours": 4}, {"hours": 9}]
SALES = {"steps": STEPS | {"sales": {"role": "sales"}}}


def noted(**changes):
    return notes(load(parse(json.dumps(policy(**changes)).encode(), "p.json")))


def reading(**trigger):
    return [*TRIGGERS, {"id": "x", "reason": "y", "require": ["cfo"], **trigger}]


def test_a_policy_that_uses_all_it_declares_has_no_notes():
    assert noted() == ()


def test_an_input_that_nothing_reads_is_noted():
    assert noted(inputs=[*INPUTS, MOOD]) == ("Input 'mood' is read by no condition.",)


@pytest.mark.parametrize(
    "use",
    [
        pytest.param({"triggers": reading(when={"mood": "> 3"})}, id="cell"),
        pytest.param({"triggers": reading(when={"amount": "> mood"})}, id="threshold"),
        pytest.param(
            {"processes": [{"when": {"mood": "> 3"}, "use": "standard"}]}, id="process"
        ),
        pytest.param({"protected": ["mood"]}, id="protected"),
        pytest.param(
            {"steps": STEPS | {"cfo": {"role": "cfo", "slaHours": HOURS}}},
            id="hours",
        ),
        pytest.param(
            {
                "ladders": {
                    "sales": [
                        {"role": "manager", "may": {"mood": "< 3"}},
                        {"role": "cfo", "unlimited": True},
                    ]
                }
            },
            id="ladder",
        ),
    ],
)
def test_an_input_that_is_read_anywhere_is_not_noted(use):
    assert noted(inputs=[*INPUTS, MOOD], **use) == ()


def test_an_input_that_another_is_computed_from_is_read():
    derived = {"name": "double", "type": "number", "expr": "mood * 2"}
    triggers = reading(when={"double": "> 3"})

    assert noted(inputs=[*INPUTS, MOOD, derived], triggers=triggers) == ()


def test_a_step_that_nothing_requires_is_noted():
    assert noted(**SALES) == ("Step 'sales' is required by no trigger and no ladder.",)


def test_a_step_whose_role_a_ladder_asks_is_not_noted():
    ladders = {"sales": [{"role": "sales", "unlimited": True}]}

    assert noted(**SALES, ladders=ladders) == ()
