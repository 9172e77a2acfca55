"""
All files of the attacks, each in the process that looks at uploads.

A test of a few heavy ones is part of every run; this one looks at all of them.
"""

import resource
from pathlib import Path
from time import perf_counter

import pytest

from approval_engine.errors import BpmnError
from approval_engine.executor.compile import USUAL, Bounds, check
from tests.unit.definitions.reading.attacks import ATTACKS, CANARY

ROOT = Path(__file__).parents[3]


def test_the_bounds_are_those_that_the_page_names():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    assert Bounds(seconds=3, memory_bytes=256 * 1024 * 1024) == USUAL
    assert "3 seconds and 256 MiB" in page


def largest_child():
    """
    The memory in MiB of the largest process so far that this one has started.
    """
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@pytest.mark.proof
def test_every_attack_is_refused_within_its_bounds(figure):
    took, before = {}, largest_child()
    for name, xml in ATTACKS.items():
        begun = perf_counter()
        with pytest.raises(BpmnError) as refusal:
            check(xml, "evil.bpmn")
        took[name] = perf_counter() - begun
        for problem in refusal.value.problems:
            # A file that exceeds its bounds has one problem, which has no element.
            assert problem.line >= 1, name
            assert problem.element, name
        assert not Path(CANARY).exists()
    largest = largest_child()
    bound = "" if largest > before else "less than "
    slowest = max(took, key=took.get)
    told = f"{took[slowest]:.1f} s, {bound}{largest:.0f} MiB"
    figure("malicious definitions", ">= 60 refused", f"{len(took)}, 0 executed")
    figure("the largest malicious definition", "<= 3 s, <= 256 MiB", told)
    assert len(took) >= 60
