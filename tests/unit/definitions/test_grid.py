"""
Whatever the process, its nodes stand apart and its flows run only between them.
"""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from approval_engine.definitions.grid import Item, arranged
from approval_engine.definitions.layers import Link
from tests.unit.definitions.test_layout import meets, on_border, overlap

SIZES = [(100, 80), (36, 36), (50, 50)]


@st.composite
def drawings(draw):
    """
    Up to thirty nodes with events on some, and any flows between them, loops too.
    """
    number = draw(st.integers(1, 20))
    names = [f"n{each}" for each in range(number)]
    bands = draw(st.integers(1, 3))
    items = []
    for name in names:
        width, height = draw(st.sampled_from(SIZES))
        band = draw(st.integers(0, bands - 1))
        items.append(Item(id=name, width=width, height=height, band=band))
    tasks = [item.id for item in items if item.height == 80]
    hosts = draw(st.lists(st.sampled_from(tasks), max_size=10)) if tasks else []
    events = [f"e{each}" for each, _ in enumerate(hosts)]
    for event, host in zip(events, hosts, strict=True):
        items.append(Item(id=event, width=36, height=36, host=host))
    chance = st.tuples(st.sampled_from(names), st.sampled_from(names))
    flows = draw(st.lists(chance, max_size=40))
    flows += [(event, draw(st.sampled_from(names))) for event in events]
    links = [
        Link(id=f"f{each}", source=source, target=target)
        for each, (source, target) in enumerate(flows)
    ]
    return items, links


some = settings(max_examples=150, deadline=None)


@some
@given(drawings())
def test_no_two_nodes_overlap_but_an_event_and_what_it_sits_on(drawing):
    items, links = drawing
    boxes = arranged(items, links).boxes
    host = {item.id: item.host for item in items}

    assert set(boxes) == set(host)
    for one, other in combinations(boxes, 2):
        sits = host[one] == other or host[other] == one
        assert overlap(boxes[one], boxes[other]) is sits


@some
@given(drawings())
def test_no_way_meets_a_node_that_it_does_not_join(drawing):
    items, links = drawing
    found = arranged(items, links)
    for link in links:
        way = found.ways[link.id]
        assert on_border(way[0], found.boxes[link.source])
        assert on_border(way[-1], found.boxes[link.target])
        ends = {link.source, link.target}
        for piece in pairwise(way):
            (x1, y1), (x2, y2) = piece
            assert (x1 == x2) is not (y1 == y2)
            for name, box in found.boxes.items():
                assert name in ends or not meets(piece, box)


@some
@given(drawings())
def test_a_way_meets_its_own_nodes_only_where_it_leaves_and_enters(drawing):
    items, links = drawing
    found = arranged(items, links)
    for link in links:
        pieces = list(pairwise(found.ways[link.id]))
        assert not any(meets(p, found.boxes[link.source]) for p in pieces[1:-1])
        assert not any(meets(p, found.boxes[link.target]) for p in pieces[1:-1])


@some
@given(drawings())
def test_bands_lie_below_each_other_around_their_nodes(drawing):
    items, links = drawing
    found = arranged(items, links)
    bands = {item.id: item.band for item in items if item.host is None}
    for one, other in combinations(sorted(found.bands), 2):
        assert found.bands[one].bottom <= found.bands[other].y
    for name, band in bands.items():
        box, room = found.boxes[name], found.bands[band]
        assert room.x <= box.x
        assert box.right <= room.right
        assert room.y <= box.y
        assert box.bottom <= room.bottom


@some
@given(drawings())
def test_the_same_process_is_always_arranged_the_same(drawing):
    items, links = drawing

    assert arranged(items, links) == arranged(items, links)


def test_a_way_through_the_process_is_a_straight_line():
    items = [Item(id=name, width=100, height=80) for name in "abc"]
    links = [Link(id=a + b, source=a, target=b) for a, b in ("ab", "bc")]
    found = arranged(items, links)

    assert [box.centre[1] for box in found.boxes.values()] == [120, 120, 120]
    assert all(len(way) == 2 for way in found.ways.values())


def test_every_flow_leads_to_the_right_unless_it_leads_back():
    items = [Item(id=name, width=100, height=80) for name in "abcd"]
    pairs = ["ab", "ac", "bd", "cd", "ad", "db"]
    links = [Link(id=pair, source=pair[0], target=pair[1]) for pair in pairs]
    ways = arranged(items, links).ways

    for pair in pairs:
        xs = [x for x, _ in ways[pair]]
        assert (xs == sorted(xs)) is (pair != "db")
