"""
The files in `bpmn/` are what the product renders today, byte for byte.
"""

import pytest

from approval_engine.definitions import xsd
from approval_engine.definitions.render import render
from tests.unit.definitions.goldens import COMMAND, FOLDER, PLANS


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_renders_to_its_golden_file(name):
    golden = (FOLDER / f"{name}.bpmn").read_bytes()
    assert render(PLANS[name]) == golden, f"If this is meant, run: {COMMAND}"


@pytest.mark.parametrize("name", PLANS)
def test_a_golden_file_is_valid_bpmn(name):
    xsd.check((FOLDER / f"{name}.bpmn").read_bytes(), name)


def test_every_golden_file_has_a_plan():
    assert {path.stem for path in FOLDER.glob("standard-*.bpmn")} == set(PLANS)
