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

XML = render(make_plan(make_step("manager"), make_step("finance")))


def changed(change):
    root = etree.fromstring(XML)
    change(root)
    return etree.tostring(root)


def attributes_reversed(root):
    for element in root.iter():
        attributes = list(element.attrib.items())
        element.attrib.clear()
        element.attrib.update(reversed(attributes))


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
        (b' default="hold_finance"', b""),
        (b"terminateEventDefinition", b"errorEventDefinition"),
    ],
)
def test_a_change_of_meaning_changes_the_hash(old, new):
    assert XML.count(old)
    assert semantic_hash(XML.replace(old, new, 1)) != semantic_hash(XML)


def test_what_cannot_be_read_has_no_hash():
    with pytest.raises(BpmnError):
        semantic_hash(b"<a>")
