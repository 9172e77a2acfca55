"""
Two files have one hash exactly if they mean the same.
"""

import pytest
from lxml import etree

from approval_engine.definitions.namespaces import BPMN, BPMNDI
from approval_engine.definitions.render import render
from approval_engine.definitions.semantics import semantic_hash
from approval_engine.errors import BpmnError
from tests.unit.definitions.plans import make_plan, make_step
from tests.unit.definitions.reading.files import (
    around,
    between,
    boundary,
    decided,
    element,
    end,
    extended,
    flow,
    path,
    properties,
    several,
    timed,
)

XML = render(make_plan(make_step("manager"), make_step("finance")))


def changed(change):
    root = etree.fromstring(XML)
    change(root)
    return etree.tostring(root)


def attributes_reversed(root):
    for each in root.iter():
        attributes = list(each.attrib.items())
        each.attrib.clear()
        each.attrib.update(reversed(attributes))


def ways_reversed(root):
    for gateway in root.iter(f"{BPMN}exclusiveGateway"):
        gateway[:] = reversed(gateway)


def without_diagram(root):
    root.remove(root.find(f"{BPMNDI}BPMNDiagram"))


def with_a_comment(root):
    root[0].insert(0, etree.Comment("looked at"))


def saved_by_another_tool(root):
    root.set("exporter", "Camunda Modeler")
    root.set("exporterVersion", "5.40.0")


def indented_anew(root):
    etree.indent(root, "\t")


@pytest.mark.parametrize(
    "change",
    [
        attributes_reversed,
        ways_reversed,
        without_diagram,
        with_a_comment,
        saved_by_another_tool,
        indented_anew,
    ],
)
def test_looks_do_not_change_the_hash(change):
    assert semantic_hash(changed(change)) == semantic_hash(XML)


def test_prefixes_do_not_change_the_hash():
    other = XML.replace(b"bpmn:", b"b:").replace(b"xmlns:bpmn=", b"xmlns:b=")
    bare = XML.replace(b"<bpmn:", b"<").replace(b"</bpmn:", b"</")
    bare = bare.replace(b"xmlns:bpmn=", b"xmlns=").replace(b'"bpmn:t', b'"t')
    assert semantic_hash(other) == semantic_hash(bare) == semantic_hash(XML)


def test_ids_that_a_modeler_adds_do_not_change_the_hash():
    added = XML
    for tag in (b"timerEventDefinition>", b"terminateEventDefinition />"):
        for number in range(added.count(b"<bpmn:" + tag)):
            named = tag.replace(
                b"Definition", b'Definition id="E_%d%c"' % (number, tag[1])
            )
            added = added.replace(b"<bpmn:" + tag, b"<bpmn:" + named, 1)
    assert added.count(b'id="E_') > 3
    assert semantic_hash(added) == semantic_hash(XML)


def camunda_8(xml):
    """
    What a modeler writes after a change of the platform.
    """
    return xml.replace(b"http://camunda.org/schema/1.0/bpmn", b"urn:not-used").replace(
        b'executionPlatform="Camunda Platform"', b'executionPlatform="Camunda Cloud"'
    )


BY_PLATFORM = {
    "people": (
        around(attributes='camunda:assignee="x" camunda:candidateGroups="a,b"'),
        around(
            inside=extended(
                '<zeebe:assignmentDefinition assignee="x" candidateGroups="a, b"/>'
            )
        ),
    ),
    "schedule": (
        around(attributes='camunda:dueDate="P2D" camunda:priority="70"'),
        around(
            inside=extended(
                '<zeebe:taskSchedule dueDate="P2D"/><zeebe:priorityDefinition'
                ' priority="70"/><zeebe:userTask/>'
            )
        ),
    ),
    "properties": (
        around(inside=properties(step="legal")),
        around(inside=properties("zeebe", step="legal")),
    ),
    "several": (
        around(inside=several(attributes='camunda:collection="${clauses}"')),
        around(
            inside=several(
                extended('<zeebe:loopCharacteristics inputCollection="= clauses"/>')
            )
        ),
    ),
    "condition": (
        decided(flow("choice", "approved", "${approved &amp;&amp; amount == 5.0}")),
        decided(flow("choice", "approved", "= approved and amount = 5")),
    ),
    "timer": (
        around(boundary("b", "a", timed("PT8H")), path("b", "approved")),
        around(boundary("b", "a", timed('=duration("PT8H")')), path("b", "approved")),
    ),
    "decision": (
        between(element("businessRuleTask", "x", attributes='camunda:decisionRef="d"')),
        between(
            element(
                "businessRuleTask",
                "x",
                extended('<zeebe:calledDecision decisionId="d"/>'),
            )
        ),
    ),
    "slot": (
        between(
            element(
                "callActivity",
                "x",
                properties(steps="rest"),
                'calledElement="cpq_plan"',
            )
        ),
        between(
            element(
                "callActivity",
                "x",
                properties("zeebe", steps="rest")
                + extended('<zeebe:calledElement processId="cpq_plan"/>'),
            )
        ),
    ),
}


@pytest.mark.parametrize(("old", "new"), BY_PLATFORM.values(), ids=BY_PLATFORM)
def test_a_change_of_platform_does_not_change_the_hash(old, new):
    assert semantic_hash(camunda_8(new)) == semantic_hash(old)


def notice(text):
    inside = properties(channel="mail", to="legal", text=text)
    attributes = 'camunda:modelerTemplate="approval-engine.notify"'
    return between(element("sendTask", "x", inside, attributes))


def test_what_is_written_to_people_is_part_of_the_meaning():
    assert semantic_hash(notice("Yes")) != semantic_hash(notice("No"))


def test_the_order_of_ways_out_of_a_gateway_is_part_of_the_meaning():
    ways = flow("choice", "approved", "approved"), flow("choice", "a", "amount = 5")
    assert semantic_hash(decided(*ways)) != semantic_hash(decided(*reversed(ways)))


def test_the_order_of_nodes_is_not():
    here, there = end("x"), end("y")
    flows = (
        flow("choice", "x", "amount = 5"),
        flow("choice", "y", "amount = 6"),
        flow("choice", "approved", "amount = 7"),
    )
    one, other = decided(here, there, *flows), decided(there, here, *flows)
    assert semantic_hash(one) == semantic_hash(other)


def test_a_moved_box_does_not_change_the_hash():
    assert semantic_hash(XML.replace(b'x="360"', b'x="361"')) == semantic_hash(XML)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">PT24H<", b">PT23H<"),
        (b"== 'approved'", b"!= 'approved'"),
        (b'targetRef="join_1"', b'targetRef="approved"'),
        (b'candidateGroups="finance"', b'candidateGroups="sales"'),
        (b'name="step" value="finance"', b'name="step" value="legal"'),
        (b'name="Finance approval"', b'name="Money"'),
        (b"margin_pct &lt; 24", b"margin_pct &lt; 25"),
        (b"terminateEventDefinition", b"errorEventDefinition"),
    ],
)
def test_a_change_of_meaning_changes_the_hash(old, new):
    assert XML.count(old)
    assert semantic_hash(XML.replace(old, new, 1)) != semantic_hash(XML)


def test_what_cannot_be_read_has_no_hash():
    with pytest.raises(BpmnError):
        semantic_hash(b"<a>")
