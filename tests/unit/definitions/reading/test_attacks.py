"""
A file that somebody means harm with is refused, and nothing in it happens.
"""

from pathlib import Path

import pytest

from approval_engine.definitions.reading import read
from approval_engine.errors import BpmnError
from tests.unit.definitions.reading.attacks import ATTACKS, CANARY

LONGEST = 1000


def test_there_are_many_attacks():
    assert len(ATTACKS) > 120


@pytest.mark.parametrize("xml", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused_in_a_few_sentences(xml):
    with pytest.raises(BpmnError) as refusal:
        read(xml, "evil.bpmn")

    assert all(p.sentence.startswith("Expected ") for p in refusal.value.problems)
    assert all(len(str(p)) < LONGEST for p in refusal.value.problems)
    assert len(refusal.value.problems) <= 201
    assert not Path(CANARY).exists()
