"""
An uploaded file is looked at in a process of its own, within bounds.
"""

import os
from hashlib import sha256

import pytest

from approval_engine.definitions.reading import read
from approval_engine.definitions.semantics import semantic_hash
from approval_engine.errors import BpmnError
from approval_engine.executor import compile as compiling
from approval_engine.executor.compile import Bounds, check
from approval_engine.policy.conditions import Kind
from tests.unit.definitions.goldens import FOLDER
from tests.unit.definitions.reading.attacks import ATTACKS
from tests.unit.definitions.reading.files import ASKED, around, decided, flow, task

HEAVY = (
    "billion laughs",
    "quadratic blow-up",
    "too long",
    "too deep",
    "subprocesses to the limit of XML",
    "many attributes",
    "many elements",
    "many namespaces",
    "many nodes",
    "many flows",
    "long id",
    "condition",
    "condition too long",
    "duration for a slow pattern",
    "duration of digits",
)

BIG = around("<bpmn:documentation/>" * 20_000, attributes=ASKED)
"""As large as a file may be, so that it takes its time."""


def test_an_accepted_file_comes_with_its_hashes():
    xml = (FOLDER / "standard-ten.bpmn").read_bytes()
    found = check(xml, "ten.bpmn")

    assert found.sha256 == sha256(xml).hexdigest()
    assert found.semantic == semantic_hash(xml)
    assert found.reading == read(xml, "ten.bpmn")


def test_the_names_of_the_policy_go_along():
    ways = flow("choice", "approved", "country = 'XX'", name="f")
    xml = decided(ways, attributes=ASKED)

    assert check(xml, names={"country": Kind.STRING})
    assert check(BIG)
    with pytest.raises(BpmnError, match="unknown_name element=f"):
        check(xml)


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_file_is_refused_for_what_it_says(name):
    """
    Within its bounds, for otherwise the only problem would be that they are exceeded.
    """
    with pytest.raises(BpmnError) as here:
        read(ATTACKS[name], "evil.bpmn")
    with pytest.raises(BpmnError) as there:
        check(ATTACKS[name], "evil.bpmn")

    assert there.value.problems == here.value.problems


@pytest.mark.parametrize("bounds", [Bounds(seconds=0), Bounds(memory_bytes=1)])
def test_a_file_that_takes_too_much_is_refused_as_a_whole(bounds):
    with pytest.raises(BpmnError) as refusal:
        check(BIG, "big.bpmn", bounds=bounds)
    (problem,) = refusal.value.problems

    assert (problem.file, problem.code, problem.element) == (
        "big.bpmn",
        "too_large",
        "/",
    )


def test_more_problems_than_an_answer_holds_are_one(monkeypatch):
    monkeypatch.setattr(compiling, "_MAX_ANSWER", 100)

    with pytest.raises(BpmnError, match="make it simpler"):
        check(around(task("b")))


def test_the_other_process_knows_no_secret(monkeypatch):
    for name in ("CPQ_TOKEN", "CPQ_DATABASE_URL", "CPQ_SECRET_KEY", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "secret")

    assert "secret" not in compiling._environment().values()
    assert {*compiling._environment()} <= {*os.environ, "PYTHONPATH"}
