"""
Every planted fault is found, at its place, with an example that is true.
"""

from time import process_time

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


@pytest.mark.proof
def test_what_a_proof_takes_of_thirty_rules(figure):
    policy, directory = policy_of(LARGE), directory_of(PEOPLE)
    times = []
    for _ in range(20):
        began = process_time()
        assert prove(policy, ON, directory) == ()
        times.append(process_time() - began)

    told = sum(bool(_hits(fault)) for fault in PLANTED)
    figure("faults planted into matrices that are found", "50 or more, all", told)
    took = f"{sorted(times)[10] * 1000:.0f} ms of the processor"
    figure("proof of a matrix of thirty rules", "said only", took)
    assert told == len(PLANTED)


def _hits(fault):
    found = prove(policy_of(fault.document), ON, directory_of(fault.people))
    return [f for f in found if (f.code, f.element) == (fault.code, fault.element)]
