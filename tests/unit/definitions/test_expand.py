"""
A frame and a plan: each slot becomes its steps, and the rest of the file stays.
"""

import pytest
from lxml import etree

from approval_engine.config import packaged
from approval_engine.definitions.expand import expand
from approval_engine.definitions.namespaces import BPMN, BPMNDI
from approval_engine.definitions.xsd import check
from approval_engine.errors import BpmnError
from approval_engine.planner.frame import parts
from tests.unit.definitions.plans import make_plan, make_step

SLOTS = {"legal_first": ("chain:legal",), "everybody_else": ("rest",)}


@pytest.fixture
def frame():
    return (packaged("bpmn") / "frames" / "deal_review.bpmn").read_bytes()


def filled(*steps):
    return parts(make_plan(*steps, process="deal_review"), SLOTS)


def tree(frame, *steps):
    return etree.fromstring(expand(frame, filled(*steps)))


def ids_in(root, slot):
    (body,) = root.findall(f".//{BPMN}subProcess[@id='{slot}']")
    return {each.get("id") for each in body.iterchildren() if each.get("id")}


def test_each_slot_holds_the_steps_that_it_selects(frame):
    root = tree(frame, make_step("finance"), make_step("counsel", chain="legal"))

    assert "task_counsel" in ids_in(root, "legal_first")
    assert "task_finance" in ids_in(root, "everybody_else")
    assert root.findall(f".//{BPMN}callActivity") == []


def test_a_step_that_a_policy_adds_next_week_is_in_the_rest(frame):
    root = tree(frame, make_step("finance"), make_step("treasury", stage=2))

    assert {"task_finance", "task_treasury"} <= ids_in(root, "everybody_else")


def test_an_empty_slot_passes_through(frame):
    root = tree(frame, make_step("finance"))

    assert ids_in(root, "legal_first") == {
        "start_legal_first",
        "end_legal_first",
        "from_start_legal_first",
    }


def test_what_the_analyst_drew_stays(frame):
    root = tree(frame, make_step("finance"))
    before, after = etree.fromstring(frame), root

    for name in ("userTask", "exclusiveGateway", "boundaryEvent", "sequenceFlow"):
        drawn = [each.attrib for each in before.findall(f"{BPMN}process/{BPMN}{name}")]
        assert drawn
        kept = [each.attrib for each in after.findall(f"{BPMN}process/{BPMN}{name}")]
        assert kept == drawn


def test_a_no_is_thrown_for_the_frame_to_catch(frame):
    root = tree(frame, make_step("finance"))
    (end,) = root.findall(f".//{BPMN}endEvent[@id='rejected_finance']")
    (thrown,) = end.findall(f"{BPMN}errorEventDefinition")
    (error,) = root.findall(f"{BPMN}error[@id='{thrown.get('errorRef')}']")

    assert error.get("errorCode") == "rejected"
    assert len(root.findall(f"{BPMN}error[@errorCode='rejected']")) == 1


def test_a_slot_is_closed_in_the_frame_and_drawn_in_a_diagram_of_its_own(frame):
    root = tree(frame, make_step("finance"))
    (shape,) = root.findall(f".//{BPMNDI}BPMNShape[@bpmnElement='everybody_else']")
    planes = [each.get("bpmnElement") for each in root.iter(f"{BPMNDI}BPMNPlane")]

    assert shape.get("isExpanded") == "false"
    assert planes == ["deal_review", "legal_first", "everybody_else"]


def test_the_same_plan_gives_the_same_valid_bytes(frame):
    steps = (make_step("finance"), make_step("counsel", chain="legal"))
    xml = expand(frame, filled(*steps))

    assert xml == expand(frame, filled(*steps))
    check(xml)


def test_facts_and_people_of_a_quote_are_not_in_it(frame):
    assert b"18.5" not in expand(frame, filled(make_step("finance")))
    assert b"fiona" not in expand(frame, filled(make_step("finance")))


def test_a_step_whose_element_the_frame_has_already_is_refused(frame):
    taken = frame.replace(b'"check_data"', b'"task_finance"')
    taken = taken.replace(b"outcome_check_data", b"outcome_task_finance")

    with pytest.raises(BpmnError, match="task_finance"):
        expand(taken, filled(make_step("finance")))


@pytest.mark.parametrize("chosen", [("finance",), ("rest", "finance")])
def test_a_plan_needs_one_slot_that_takes_the_rest(chosen):
    slots = {"one": chosen, "two": ("rest",)}
    plan = make_plan(make_step("finance"), make_step("legal"))
    if "rest" in chosen:
        with pytest.raises(ValueError, match="one slot"):
            parts(plan, slots)
        return
    held = {
        slot: [s.id for s in part.steps] for slot, part in parts(plan, slots).items()
    }
    assert held == {"one": ["finance"], "two": ["legal"]}


def test_advice_with_nothing_to_stand_beside_in_its_slot_stands_in_another(frame):
    counsel = make_step("counsel", chain="legal", stage=2, required=False)
    root = tree(frame, make_step("finance"), counsel)

    assert "task_counsel" not in ids_in(root, "legal_first")
    assert {"task_counsel", "task_finance"} <= ids_in(root, "everybody_else")


def test_advice_stands_where_its_slot_says_if_that_waits_for_somebody(frame):
    counsel = make_step("counsel", chain="legal", stage=2, required=False)
    root = tree(frame, make_step("lawyer", chain="legal"), counsel)

    assert {"task_counsel", "task_lawyer"} <= ids_in(root, "legal_first")
    assert "task_counsel" not in ids_in(root, "everybody_else")


def test_advice_of_a_stage_that_is_in_another_slot_moves_to_one_that_is_here():
    steps = (
        make_step("finance"),
        make_step("cfo", stage=2),
        make_step("treasury", stage=2, required=False),
    )
    slots = {"one": ("finance", "treasury"), "two": ("rest",)}
    found = parts(make_plan(*steps), slots)

    assert [(step.id, step.stage) for step in found["one"].steps] == [
        ("finance", 1),
        ("treasury", 1),
    ]
    assert [step.id for step in found["two"].steps] == ["cfo"]
