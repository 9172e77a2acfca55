"""
A file without a diagram gets one, and nothing else in it changes.
"""

import re

import pytest
from lxml import etree

from approval_engine.config import packaged
from approval_engine.definitions.arrange import arrange
from approval_engine.definitions.namespaces import BPMNDI, DC
from approval_engine.definitions.semantics import semantic_hash
from approval_engine.definitions.xsd import check
from approval_engine.errors import BpmnError
from tests.unit.definitions.goldens import FOLDER, PLANS
from tests.unit.definitions.reading.files import (
    around,
    end,
    path,
    process,
    properties,
    start,
    subprocess,
    task,
)

DRAWN = re.compile(rb"  <bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>\n", re.DOTALL)
GOLDENS = {name: (FOLDER / f"{name}.bpmn").read_bytes() for name in PLANS}
FRAME = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_bytes()


def undrawn(xml):
    found = DRAWN.sub(b"", xml)
    assert b"BPMNDiagram" not in found
    return found


def drawn(xml):
    """
    What each shape and edge of the first diagram shows.
    """
    planes = etree.fromstring(xml).iter(f"{BPMNDI}BPMNPlane")
    return {
        plane.get("bpmnElement"): [each.get("bpmnElement") for each in plane]
        for plane in planes
    }


def box(xml, shown):
    root = etree.fromstring(xml)
    (shape,) = root.findall(f".//{BPMNDI}BPMNShape[@bpmnElement='{shown}']")
    bounds = shape.find(f"{DC}Bounds")
    return [int(bounds.get(name)) for name in ("x", "y", "width", "height")]


@pytest.mark.parametrize("xml", [FRAME, *GOLDENS.values()])
def test_everything_is_drawn_once_and_means_what_it_meant(xml):
    bare = undrawn(xml)
    found = arrange(bare)

    check(found)
    assert semantic_hash(found) == semantic_hash(xml)
    (shown,) = drawn(found).values()
    (before,) = drawn(xml).values()
    assert sorted(shown) == sorted(before)


def test_nothing_changes_but_what_is_added():
    bare = undrawn(FRAME)
    found = arrange(bare)
    end_of_file = bare.rindex(b"</bpmn:definitions>")

    assert found.startswith(bare[:end_of_file])
    assert found.endswith(bare[end_of_file:])


def test_what_is_drawn_already_stays_as_it_is():
    assert arrange(FRAME) == FRAME


def test_a_file_that_is_not_accepted_is_refused():
    with pytest.raises(BpmnError, match="start event"):
        arrange(process(task("a"), end("approved"), path("a", "approved")))


def test_a_file_without_prefixes_is_drawn_too():
    plain = undrawn(FRAME).replace(b"bpmn:", b"").replace(b"xmlns:bpmn=", b"xmlns=")
    plain = plain.replace(b'xsi:type="tFormalExpression"', b"")
    found = arrange(plain)

    assert "check_data" in drawn(found)["deal_review"]
    assert semantic_hash(found) == semantic_hash(plain)


def test_a_subprocess_is_closed_and_drawn_on_its_own():
    found = arrange(
        process(
            start(),
            subprocess("s"),
            end("approved"),
            path("submitted", "s", "approved"),
        )
    )

    planes = drawn(found)
    assert "s" in planes["deal"]
    assert "b" not in planes["deal"]
    assert {"start_s", "b", "end_s"} <= set(planes["s"])
    assert b'isExpanded="false"' in found


LANES = """
<bpmn:laneSet id="lanes">
  <bpmn:lane id="outer" name="Sales">
    <bpmn:childLaneSet id="inner">
      <bpmn:lane id="desk" name="deal_desk">
        <bpmn:flowNodeRef>submitted</bpmn:flowNodeRef><bpmn:flowNodeRef>a</bpmn:flowNodeRef>
      </bpmn:lane>
      <bpmn:lane id="finance" name="finance">
        <bpmn:flowNodeRef>approved</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:childLaneSet>
  </bpmn:lane>
</bpmn:laneSet>
<bpmn:textAnnotation id="note"><bpmn:text>Look</bpmn:text></bpmn:textAnnotation>
"""
POOLS = """
<bpmn:collaboration id="c"><bpmn:participant id="us" processRef="deal" />
<bpmn:participant id="them" name="Customer" /></bpmn:collaboration>
"""


def inside(one, other):
    x, y, width, height = one
    left, top, wide, high = other
    fits = left <= x and x + width <= left + wide
    return fits and top <= y and y + height <= top + high


def test_lanes_hold_their_nodes_and_pools_their_lanes():
    found = arrange(around(LANES, outside=POOLS))

    assert set(drawn(found)) == {"c"}
    places = {name: box(found, name) for name in drawn(found)["c"] if "to" not in name}
    assert inside(places["a"], places["desk"])
    assert inside(places["approved"], places["finance"])
    assert not inside(places["approved"], places["desk"])
    assert inside(places["desk"], places["outer"])
    assert inside(places["outer"], places["us"])
    assert not inside(places["them"], places["us"])
    assert "note" in places


def test_the_name_of_an_event_on_a_task_stands_beside_it():
    kind = properties(kind="reminder", level="1")
    timer = (
        '<bpmn:boundaryEvent id="late" name="8 h" cancelActivity="false"'
        f' attachedToRef="a">{kind}<bpmn:timerEventDefinition><bpmn:timeDuration>PT8H'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    found = arrange(around(timer, path("late", "approved")))

    assert b"BPMNLabel" in found
    x, y, _, height = box(found, "a")
    left, top, _, _ = box(found, "late")
    assert top == y + height - 18
    assert left > x
