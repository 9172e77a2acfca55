"""
A process that draws the steps itself becomes a frame: one slot stands for them.
"""

import pytest
from lxml import etree

from approval_engine.definitions.framing import to_frame
from approval_engine.definitions.model import Kind
from approval_engine.definitions.namespaces import BPMNDI
from approval_engine.definitions.reading import read
from approval_engine.definitions.render import render
from approval_engine.definitions.soundness import flaws, frame_flaws
from approval_engine.definitions.xsd import check
from approval_engine.errors import BpmnError
from tests.unit.definitions.goldens import PLANS
from tests.unit.definitions.plans import make_plan, make_step

STEPPED = [name for name, plan in PLANS.items() if plan.steps]


def framed(xml):
    frame = to_frame(xml, "drawn.bpmn")
    check(frame)
    return read(frame, "frame.bpmn").process


@pytest.mark.parametrize("name", [n for n in STEPPED if n != "standard-advice"])
def test_a_rendered_plan_becomes_a_sound_frame(name):
    process = framed(render(PLANS[name]))

    (slot,) = process.graph.of(Kind.SLOT)
    assert slot.steps == ("rest",)
    assert flaws(process) == ()
    assert frame_flaws(process) == ()
    assert [n for n in process.nodes() if "step" in n.properties] == []


FILE = (
    '<bpmn:userTask id="filing" camunda:candidateGroups="deal_desk" />'
    '<bpmn:sequenceFlow id="filed" sourceRef="filing" targetRef="{}" />'
)


def drawn(before, after, plan=None):
    """
    A rendered plan with a task of the analyst's on one of its ways.
    """
    plan = plan or make_plan(make_step("finance"), make_step("cfo", stage=2))
    xml = render(plan).decode()
    assert before in xml
    target = before.partition('targetRef="')[2].partition('"')[0]
    xml = xml.replace(before, before.replace(f'targetRef="{target}"', after))
    return xml.replace("</bpmn:process>", f"{FILE.format(target)}</bpmn:process>")


def test_what_was_drawn_behind_the_steps_stays():
    xml = drawn('sourceRef="decided_cfo" targetRef="approved"', 'targetRef="filing"')
    process = framed(xml.encode())

    assert process.graph.by_id["filing"].work.groups == ("deal_desk",)
    assert [flow.target for flow in process.graph.outgoing["approvals"]] == ["filing"]
    assert frame_flaws(process) == ()


def test_what_was_drawn_between_the_steps_is_refused():
    xml = drawn(
        'sourceRef="decided_finance" targetRef="task_cfo"', 'targetRef="filing"'
    )
    with pytest.raises(BpmnError, match="one flow into the steps") as refused:
        to_frame(xml.encode(), "drawn.bpmn")

    assert [problem.code for problem in refused.value.problems] == ["between"]


def test_every_node_of_a_frame_is_drawn():
    frame = etree.fromstring(to_frame(render(PLANS["standard-chains"]), "d.bpmn"))
    process = read(etree.tostring(frame)).process
    shapes = {e.get("bpmnElement") for e in frame.iter(f"{BPMNDI}BPMNShape")}
    edges = {e.get("bpmnElement") for e in frame.iter(f"{BPMNDI}BPMNEdge")}

    assert shapes == {node.id for node in process.graph.nodes}
    assert edges == {flow.id for flow in process.graph.flows}
