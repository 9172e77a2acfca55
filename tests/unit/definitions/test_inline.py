"""
What a process calls is copied into it, under ids of its own.
"""

import pytest
from lxml import etree

from approval_engine.definitions.inline import calls_of, inline
from approval_engine.definitions.namespaces import BPMN, BPMNDI
from approval_engine.definitions.xsd import check

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' id="defs" targetNamespace="urn:test">'
)


def diagram(process, *shapes):
    drawn = "".join(
        f'<bpmndi:BPMNShape id="shape_{each}" bpmnElement="{each}">'
        '<dc:Bounds x="1" y="2" width="100" height="80" /></bpmndi:BPMNShape>'
        for each in shapes
    )
    return (
        '<bpmndi:BPMNDiagram id="diagram">'
        f'<bpmndi:BPMNPlane id="plane" bpmnElement="{process}">{drawn}'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )


def file(process, body, *signals, shapes=()):
    return (
        f'{HEAD}<bpmn:process id="{process}" isExecutable="true">{body}</bpmn:process>'
        f"{''.join(signals)}{diagram(process, *shapes)}</bpmn:definitions>"
    ).encode()


def call(identity, called):
    return f'<bpmn:callActivity id="{identity}" calledElement="{called}" />'


def flow(source, target, condition=""):
    tested = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>"
    return (
        f'<bpmn:sequenceFlow id="{source}-{target}" sourceRef="{source}"'
        f' targetRef="{target}">{tested if condition else ""}</bpmn:sequenceFlow>'
    )


CHECK = file(
    "check",
    '<bpmn:startEvent id="begin" /><bpmn:userTask id="look" />'
    '<bpmn:exclusiveGateway id="fine" default="fine-done" />'
    '<bpmn:endEvent id="done" />'
    '<bpmn:endEvent id="bad"><bpmn:errorEventDefinition errorRef="no" />'
    "</bpmn:endEvent>"
    + flow("begin", "look")
    + flow("look", "fine")
    + flow("fine", "done")
    + flow("fine", "bad", "${outcome_look == 'rejected' and outcome_other == 'x'}"),
    '<bpmn:error id="no" errorCode="rejected" />',
    shapes=("begin", "look"),
)
CALLER = file(
    "outer",
    '<bpmn:startEvent id="start" />'
    + call("first", "check")
    + call("second", "check")
    + '<bpmn:endEvent id="end" />'
    + flow("start", "first")
    + flow("first", "second")
    + flow("second", "end"),
    shapes=("first", "second"),
)


@pytest.fixture
def root():
    return etree.fromstring(inline(CALLER, {"check": CHECK}))


def ids_of(elements):
    return [each.get("id") for each in elements]


def test_each_call_holds_a_copy_under_ids_of_its_own(root):
    for caller in ("first", "second"):
        (body,) = root.findall(f".//{BPMN}subProcess[@id='{caller}']")
        assert ids_of(body.findall(f"{BPMN}userTask")) == [f"{caller}_look"]
        (onward,) = body.findall(f"{BPMN}sequenceFlow[@id='{caller}_look-fine']")
        assert (onward.get("sourceRef"), onward.get("targetRef")) == (
            f"{caller}_look",
            f"{caller}_fine",
        )
    assert root.findall(f".//{BPMN}callActivity") == []
    everything = [each.get("id") for each in root.iter("*") if each.get("id")]
    assert len(everything) == len(set(everything))


def test_conditions_ask_for_the_outcome_of_the_copy_and_leave_others(root):
    (flow,) = root.findall(f".//{BPMN}sequenceFlow[@id='first_fine-bad']")
    text = flow.findtext(f"{BPMN}conditionExpression")
    assert text == "${outcome_first_look == 'rejected' and outcome_other == 'x'}"


def test_errors_keep_their_codes(root):
    errors = {e.get("id"): e.get("errorCode") for e in root.findall(f"{BPMN}error")}
    assert errors == {"first_no": "rejected", "second_no": "rejected"}
    (thrown,) = root.findall(f".//{BPMN}endEvent[@id='second_bad']/*")
    assert thrown.get("errorRef") == "second_no"


def test_a_call_is_drawn_in_a_diagram_of_its_own(root):
    planes = [each.get("bpmnElement") for each in root.iter(f"{BPMNDI}BPMNPlane")]
    assert planes == ["outer", "first", "second"]
    check(etree.tostring(root))


def test_what_is_called_may_call(root):
    middle = file(
        "middle",
        '<bpmn:startEvent id="s" />'
        + call("deep", "check")
        + '<bpmn:endEvent id="e" />'
        + flow("s", "deep")
        + flow("deep", "e"),
    )
    outer = CALLER.replace(b'calledElement="check"', b'calledElement="middle"', 1)
    xml = inline(outer, {"check": CHECK, "middle": middle})
    found = etree.fromstring(xml).findall(f".//{BPMN}userTask")
    assert ids_of(found) == ["first_deep_look", "second_look"]


def test_a_process_without_calls_stays_as_it_is():
    assert inline(CHECK, {}) == CHECK
    assert calls_of(CHECK) == ()
    assert calls_of(CALLER) == ("check",)
