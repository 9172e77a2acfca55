"""
What the BPMN 2.0 schema allows, and that a violation is placed where it is.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from approval_engine.definitions import xsd
from approval_engine.definitions.render import render
from approval_engine.errors import BpmnError
from tests.unit.definitions.plans import make_plan, make_step

GOOD = render(make_plan(make_step("manager"), make_step("finance")))
BOGUS = GOOD.replace(b"<bpmn:timeDuration ", b"<bpmn:bogus /><bpmn:timeDuration ", 1)


def problems(xml):
    with pytest.raises(BpmnError) as refusal:
        xsd.check(xml, "deal.bpmn")
    return refusal.value.problems


def test_a_rendered_file_is_accepted():
    xsd.check(GOOD)


def test_an_unknown_element_is_refused_at_the_event_around_it():
    (problem,) = problems(BOGUS)
    line = BOGUS[: BOGUS.index(b"<bpmn:bogus")].count(b"\n") + 1
    assert (problem.file, problem.line) == ("deal.bpmn", line)
    assert problem.element == "remind_manager_1"
    assert "'bogus'" in problem.sentence


def test_every_violation_is_named():
    broken = BOGUS.replace(b'cancelActivity="false"', b'cancelActivity="no"', 1)
    broken = broken.replace(b'id="approved"', b'id="2 x"', 1)
    found = [problem.element for problem in problems(broken)]
    assert found == ["remind_manager_1", "remind_manager_1", "2 x"]


def test_an_id_used_twice_is_refused():
    (problem,) = problems(GOOD.replace(b'id="join_1"', b'id="fork_1"', 1))
    assert problem.element == "fork_1"


def test_other_xml_is_refused():
    assert [problem.element for problem in problems(b"<a/>")] == [""]
    assert [problem.code for problem in problems(b"")] == ["syntax"]


def test_threads_do_not_mix_their_findings():
    def elements(number):
        return [p.element for p in problems(BOGUS)] if number % 2 else xsd.check(GOOD)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(elements, range(40)))
    assert found == [None, ["remind_manager_1"]] * 20
