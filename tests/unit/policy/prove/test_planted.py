"""
Every planted fault is found, at its place, with an example that is true.
"""

import pytest

from approval_engine.policy.prove.proof import prove
from tests.unit.policy.prove.confirming import ON, confirm
from tests.unit.policy.prove.matrices import (
    DEMO,
    LARGE,
    PEOPLE,
    directory_of,
    planted,
    policy_of,
)

PLANTED = tuple(planted())


def test_enough_faults_are_planted():
    assert len(PLANTED) >= 50
    assert len({each.name for each in PLANTED}) == len(PLANTED)
    assert len(LARGE["triggers"]) == 30


@pytest.mark.parametrize("document", [DEMO, LARGE], ids=["demo", "large"])
def test_a_clean_policy_has_no_finding(document):
    assert prove(policy_of(document), ON, directory_of(PEOPLE)) == ()


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_with_a_true_example(fault):
    policy, directory = policy_of(fault.document), directory_of(fault.people)

    found = prove(policy, ON, directory)

    hits = [f for f in found if (f.code, f.element) == (fault.code, fault.element)]
    assert hits, [(f.code, f.element) for f in found]
    assert all(hit.examples for hit in hits)
    assert "undecided" not in {each.code for each in found}
    for each in found:
        confirm(policy, directory, each)
