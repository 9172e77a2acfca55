"""
Whatever the plan, nothing in the drawing covers anything else.
"""

from itertools import combinations, pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions.blocks import Kind, flows, nodes
from approval_engine.definitions.geometry import Box
from approval_engine.definitions.layout import draw
from approval_engine.definitions.outline import outline
from tests.unit.definitions.plans import (
    make_level,
    make_plan,
    make_step,
    plans,
    plans_with_advice,
)

# Every example compares everything drawn with everything else.
some = settings(max_examples=30, deadline=None)


def drawing(plan):
    return draw(outline(plan))


def boxes(plan):
    return {shape.node.id: shape.box for shape in drawing(plan).shapes}


def overlap(one, other):
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )


def meets(piece, box):
    """
    Whether a level or upright piece of a way enters a box or touches its border.
    """
    (x1, y1), (x2, y2) = piece
    return (
        min(x1, x2) <= box.right
        and box.x <= max(x1, x2)
        and min(y1, y2) <= box.bottom
        and box.y <= max(y1, y2)
    )


def strip(piece):
    """
    The piece of a way as a thin box.
    """
    (x1, y1), (x2, y2) = piece
    width, height = abs(x2 - x1), abs(y2 - y1)
    return Box(x=min(x1, x2), y=min(y1, y2), width=width, height=height)


def on_border(point, box):
    x, y = point
    inside = box.x <= x <= box.right and box.y <= y <= box.bottom
    return inside and (x in {box.x, box.right} or y in {box.y, box.bottom})


def crosses(one, other):
    """
    Whether an upright and a level piece cut through each other, not merely meet.
    """
    upright, level = sorted((one, other), key=lambda piece: piece[0][0] != piece[1][0])
    x, y = upright[0][0], level[0][1]
    top, bottom = sorted(point[1] for point in upright)
    left, right = sorted(point[0] for point in level)
    return top < y < bottom and left < x < right


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_every_node_and_every_flow_is_drawn_once(plan):
    block = outline(plan)
    drawn = draw(block)
    assert sorted(shape.node.id for shape in drawn.shapes) == sorted(
        node.id for node in nodes(block)
    )
    assert [edge.flow for edge in drawn.edges] == list(flows(block))


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_no_two_shapes_overlap(plan):
    for one, other in combinations(drawing(plan).shapes, 2):
        on_its_task = one.node.id == other.node.host or other.node.id == one.node.host
        assert overlap(one.box, other.box) is on_its_task


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_no_name_covers_a_shape_or_another_name(plan):
    drawn = drawing(plan)
    labels = [each.label for each in (*drawn.shapes, *drawn.edges) if each.label]
    for one, other in combinations(labels, 2):
        assert not overlap(one, other)
    for label in labels:
        for shape in drawn.shapes:
            assert not overlap(label, shape.box)


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_no_way_runs_through_a_shape_or_a_name(plan):
    drawn = drawing(plan)
    labels = [each.label for each in (*drawn.shapes, *drawn.edges) if each.label]
    for edge in drawn.edges:
        ends = {edge.flow.source, edge.flow.target}
        foreign = [shape for shape in drawn.shapes if shape.node.id not in ends]
        for piece in pairwise(edge.waypoints):
            assert not any(meets(piece, shape.box) for shape in foreign)
            assert not any(overlap(strip(piece), label) for label in labels)


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_ways_are_level_or_upright_and_lead_from_border_to_border(plan):
    drawn = drawing(plan)
    places = {shape.node.id: shape.box for shape in drawn.shapes}
    for edge in drawn.edges:
        assert on_border(edge.waypoints[0], places[edge.flow.source])
        assert on_border(edge.waypoints[-1], places[edge.flow.target])
        for (x1, y1), (x2, y2) in pairwise(edge.waypoints):
            assert (x1 == x2) is not (y1 == y2)


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_ways_meet_only_at_a_node_of_both_and_never_cross(plan):
    for one, other in combinations(drawing(plan).edges, 2):
        nodes_of_one = {one.flow.source, one.flow.target}
        strangers = nodes_of_one.isdisjoint({other.flow.source, other.flow.target})
        for a, b in product(pairwise(one.waypoints), pairwise(other.waypoints)):
            assert not crosses(a, b)
            assert not (strangers and meets(a, strip(b)))


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_everything_runs_from_left_to_right_and_down_from_a_margin(plan):
    drawn = drawing(plan)
    for edge in drawn.edges:
        xs = [x for x, _ in edge.waypoints]
        assert xs == sorted(xs)
    every = [box for each in drawn.shapes for box in (each.box, each.label) if box]
    assert min(box.x for box in every) >= 100
    assert min(box.y for box in every) >= 50


@some
@given(st.one_of(plans(), plans_with_advice()))
def test_timers_sit_on_the_lower_side_of_their_task(plan):
    places = boxes(plan)
    for node in nodes(outline(plan)):
        if node.host:
            task, timer = places[node.host], places[node.id]
            assert timer.centre[1] == task.bottom
            assert task.x <= timer.x
            assert timer.right <= task.right


def test_the_middle_of_a_task_for_several_stays_free_for_its_mark():
    for number in range(6):
        levels = tuple(make_level(hours=24 * level) for level in range(1, number + 1))
        places = boxes(make_plan(make_step(remind_after_hours=(), escalations=levels)))
        middle = places["task_finance"].centre[0]
        timers = [box for name, box in places.items() if name.startswith("due_")]
        assert len(timers) == max(number, 1)
        assert all(box.right <= middle or middle <= box.x for box in timers)


def test_one_more_branch_moves_nothing_above_it():
    two = boxes(make_plan(make_step("manager"), make_step("finance")))
    three = boxes(
        make_plan(make_step("manager"), make_step("finance"), make_step("legal"))
    )
    assert {name: three[name] for name in two} == two


def test_a_task_is_wide_enough_for_a_long_name():
    usual = boxes(make_plan(make_step("finance")))["task_finance"]
    name = "regional_sales_operations_and_pricing_committee"
    long = boxes(make_plan(make_step(name)))[f"task_{name}"]
    assert usual.width == 100
    assert long.width > usual.width
    assert long.height == usual.height


def test_branches_stand_below_each_other_in_policy_order():
    plan = make_plan(
        make_step("manager"),
        make_step("finance", stage=2),
        make_step("cfo", stage=2),
        make_step("legal", chain="legal"),
    )
    places = boxes(plan)
    rows = {name: box.centre[1] for name, box in places.items()}
    assert rows["task_manager"] == rows["task_finance"] == rows["approved"]
    assert rows["task_finance"] < rows["task_cfo"] < rows["task_legal"]
    assert places["task_manager"].right < places["task_finance"].x
    assert places["task_finance"].x == places["task_cfo"].x


def test_a_plan_without_steps_is_a_straight_line():
    (edge,) = drawing(make_plan()).edges
    assert len(edge.waypoints) == 2
    assert Kind.TASK not in {shape.node.kind for shape in drawing(make_plan()).shapes}
