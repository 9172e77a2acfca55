"""
All files of the attacks, each in the process that looks at uploads.

A test of a few heavy ones is part of every run; this one looks at all of them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from approval_engine.executor.compile import USUAL, Bounds
from tests.unit.definitions.reading.attacks import ATTACKS, CANARY

ROOT = Path(__file__).parents[3]

# In a process that has no other children, so that theirs is the memory that is told.
PROGRAM = """
import json, resource
from time import perf_counter
from approval_engine.errors import BpmnError
from approval_engine.executor.compile import check
from tests.unit.definitions.reading.attacks import ATTACKS

found = {}
for name, xml in ATTACKS.items():
    begun = perf_counter()
    try:
        check(xml, "evil.bpmn")
        problems = []
    except BpmnError as refusal:
        problems = [[each.element, each.line] for each in refusal.problems]
    found[name] = [perf_counter() - begun, problems]
largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([largest / 1024, found]))
"""


def test_the_bounds_are_those_that_the_page_names():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    assert Bounds(seconds=3, memory_bytes=256 * 1024 * 1024) == USUAL
    assert "3 seconds and 256 MiB" in page


@pytest.mark.proof
def test_every_attack_is_refused_within_its_bounds(figure):
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    largest, found = json.loads(ran.stdout)
    slowest = max(took for took, _ in found.values())

    assert found.keys() == ATTACKS.keys()
    for name, (_, problems) in found.items():
        assert problems, name
        # A file that exceeds its bounds has one problem, of the file as a whole.
        assert all(element and line >= 1 for element, line in problems), name
    assert not Path(CANARY).exists()
    refused = f"{len(found)} of {len(ATTACKS)}, 0 executed"
    figure("malicious definitions", "60 or more refused, 0 executed", refused)
    told = f"{slowest:.1f} s, {largest:.0f} MiB"
    figure("the largest malicious definition", "<= 3 s, <= 256 MiB", told)
