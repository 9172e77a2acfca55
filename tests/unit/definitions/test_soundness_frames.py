"""
No way through a frame leads to an approved end but through every slot.
"""

import pytest

from approval_engine.definitions.model import Signal
from approval_engine.definitions.soundness import flaws, frame_flaws
from tests.unit.definitions.processes import (
    boundary,
    node,
    process,
    scope,
    subprocess,
)


def slot(node_id, *steps):
    return node(node_id, steps=steps)


def events(*slots, codes=("rejected", "returned")):
    """
    The boundary events that the element template of a slot brings along.
    """
    return [
        boundary(f"{code}_{each}", each, Signal.ERROR, code=code)
        for each in slots
        for code in codes
    ]


def ways_back(*slots):
    return [
        f"{code}_{each} > stop_{code}"
        for each in slots
        for code in ("rejected", "returned")
    ]


ENDS = [
    node("stop_rejected", name="Rejected"),
    node("stop_returned", properties={"outcome": "returned"}),
    node("end_approved", properties={"outcome": "approved"}),
]


def frame(*ways, slots=("slot",), nodes=(), steps=None):
    steps = steps or {each: (each,) for each in slots} | {slots[0]: ("rest",)}
    made = [slot(each, *steps[each]) for each in slots]
    made += [*events(*slots), *ENDS, *nodes]
    return process(*ways, *ways_back(*slots), nodes=made)


def judged(made):
    return [(each.code, each.element, each.path) for each in frame_flaws(made)]


FRAMES = {
    "standard": (("start > slot > end_approved",), ("slot",)),
    "work before and behind": (
        ("start > A > slot > B > end_approved",),
        ("slot",),
    ),
    "one after the other": (
        ("start > slot1 > slot2 > end_approved",),
        ("slot1", "slot2"),
    ),
    "side by side": (
        ("start > and1 > slot1 > and2 > end_approved", "and1 > slot2 > and2"),
        ("slot1", "slot2"),
    ),
    "another end": (("start > xor > slot > end_approved", "xor > A > end"), ("slot",)),
}


@pytest.mark.parametrize(("ways", "slots"), FRAMES.values(), ids=FRAMES.keys())
def test_a_frame_that_asks_everybody_is_accepted(ways, slots):
    made = frame(*ways, slots=slots)
    assert judged(made) == []
    assert flaws(made) == ()


def test_a_way_around_a_slot_is_refused_and_shown():
    made = frame("start > xor1 > slot > xor2 > end_approved", "xor1 > A > xor2")
    assert judged(made) == [
        ("slot-bypassed", "slot", ("start", "xor1: A", "A", "xor2", "end_approved"))
    ]


def test_an_approved_end_beside_a_slot_is_refused():
    made = frame("start > and > slot > end", "and > A > end_approved")
    assert judged(made) == [
        ("slot-bypassed", "slot", ("start", "and", "A", "end_approved"))
    ]


def test_a_boundary_way_around_its_own_slot_is_refused():
    made = process(
        "start > slot > end_approved",
        "rejected_slot > xor > end_approved",
        "xor > stop_rejected",
        "returned_slot > stop_returned",
        nodes=[slot("slot", "rest"), *events("slot"), *ENDS],
    )
    path = ("start", "slot: rejected_slot", "xor: end_approved", "end_approved")
    assert judged(made) == [("slot-bypassed", "slot", path)]


def test_a_slot_inside_a_subprocess_must_be_passed_as_well():
    body = [slot("slot", "rest"), *events("slot")]
    ends = ("rejected_slot > fail_rejected", "returned_slot > fail_returned")
    outer = [
        boundary("out1", "sub", Signal.ERROR, code="rejected"),
        boundary("out2", "sub", Signal.ERROR, code="returned"),
    ]
    ways = (
        "start > sub > end_approved",
        "out1 > stop_rejected",
        "out2 > stop_returned",
    )

    def made(*inner):
        within = scope(*inner, *ends, nodes=body)
        return process(*ways, nodes=[subprocess("sub", within), *outer, *ENDS])

    assert judged(made("start1 > slot > end1")) == []
    bypassed = made("start1 > xor > slot > end1", "xor > end2")
    assert judged(bypassed) == [
        ("slot-bypassed", "slot", ("start", "sub", "end_approved"))
    ]


def test_returned_work_must_pass_all_slots_again():
    def made(target):
        ways = (
            "start > xor1 > slot1 > xor2 > slot2 > end_approved",
            f"returned_slot2 > Mend > xor3 > {target}",
            "xor3 > stop_returned",
        )
        nodes = [slot("slot1", "rest"), slot("slot2", "finance"), *ENDS]
        nodes += events("slot1", "slot2")
        back = [
            way for way in ways_back("slot1", "slot2") if "returned_slot2" not in way
        ]
        return process(*ways, *back, nodes=nodes)

    assert judged(made("xor1")) == []
    path = ("start", "xor1", "slot1", "xor2", "slot2", "returned_slot2", "Mend", "xor3")
    assert judged(made("xor2")) == [
        (
            "slot-not-repeated",
            "returned_slot2",
            (*path, "xor2", "slot2", "end_approved"),
        )
    ]


@pytest.mark.parametrize("missing", ["rejected", "returned"])
def test_a_slot_needs_an_event_for_each_way_out(missing):
    kept = {"rejected": "returned", "returned": "rejected"}[missing]
    made = process(
        "start > slot > end_approved",
        f"{kept}_slot > stop_{kept}",
        nodes=[slot("slot", "rest"), *events("slot", codes=(kept,)), *ENDS],
    )
    assert judged(made) == [("slot-event", "slot", ("start", "slot"))]


def test_an_event_that_does_not_interrupt_is_none():
    quiet = boundary(
        "rejected_slot", "slot", Signal.ERROR, code="rejected", interrupting=False
    )
    nodes = [slot("slot", "rest"), quiet, *events("slot", codes=("returned",)), *ENDS]
    ways = ("start > slot > end_approved", *ways_back("slot"))
    found = judged(process(*ways, nodes=nodes))
    assert found == [("slot-event", "slot", ("start", "slot"))]


def test_an_event_must_lead_to_the_end_of_its_name():
    made = process(
        "start > slot > end_approved",
        "rejected_slot > stop_returned",
        "returned_slot > stop_returned",
        nodes=[slot("slot", "rest"), *events("slot"), *ENDS],
    )
    assert judged(made) == [
        ("slot-event", "rejected_slot", ("start", "slot", "rejected_slot"))
    ]


def test_one_event_may_catch_every_error():
    both = boundary("any_slot", "slot", Signal.ERROR)
    made = process(
        "start > slot > end_approved",
        "any_slot > xor > stop_rejected",
        "xor > stop_returned",
        nodes=[slot("slot", "rest"), both, *ENDS],
    )
    assert judged(made) == []


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ({"slot1": ("rest",), "slot2": ("finance", "chain:legal")}, []),
        ({"slot1": ("cfo",), "slot2": ("finance",)}, [("frame-rest", "slot1")]),
        ({"slot1": ("rest",), "slot2": ("rest",)}, [("frame-rest", "slot2")]),
        (
            {"slot1": ("rest", "finance"), "slot2": ("finance",)},
            [("step-twice", "slot2")],
        ),
        ({"slot1": ("rest",), "slot2": ("cfo", "cfo")}, [("step-twice", "slot2")]),
    ],
)
def test_each_step_is_selected_once_and_the_rest_by_one_slot(steps, found):
    way = "start > slot1 > slot2 > end_approved"
    made = frame(way, slots=("slot1", "slot2"), steps=steps)
    assert [(code, element) for code, element, _ in judged(made)] == found


def test_a_frame_without_slots_or_approved_end_is_none():
    assert [code for code, *_ in judged(process("start > A > end"))] == [
        "frame-approves-nothing",
        "frame-rest",
    ]
