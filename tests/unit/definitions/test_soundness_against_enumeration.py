"""
The verdicts on random small processes are those of walking through every state.
"""

from hypothesis import HealthCheck, assume, example, given, note, settings
from hypothesis import strategies as st

from approval_engine.definitions.model import Kind
from approval_engine.definitions.soundness.tokens import judge
from tests.unit.definitions.processes import boundary, graph
from tests.unit.definitions.token_game import Game

SIZES = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


# Its second token is met by us at xor3_a, and by whoever fires at once at T4.
COMES_BACK = graph(
    "start > and0_a > xor1_a > T2 > xor1_b > xor1_a",
    "xor1_b > and0_b > end",
    "and0_a > xor3_a > T4 > xor3_b > xor3_a",
    "xor3_b > and0_b",
    "late0 > xor1_a",
    "late1 > T4",
    nodes=[
        boundary("late0", "T2", interrupting=False),
        boundary("late1", "T4", interrupting=False),
    ],
)


@st.composite
def tangles(draw):
    """
    Any nodes, connected in any way.
    """
    words = st.sampled_from(["T", "T", "xor", "xor", "and", "and", "or"])
    inner = [f"{word}{n}" for n, word in enumerate(draw(st.lists(words, max_size=8)))]
    ends = draw(st.sampled_from([["end"], ["end", "stop"], ["end", "end2"]]))
    targets = st.sampled_from([*inner, *ends])
    ways = [f"start > {draw(targets)}"]
    for node in inner:
        few = 1 if node.startswith("T") else 3
        onward = draw(st.lists(targets, min_size=1, max_size=few, unique=True))
        ways += [f"{node} > {target}" for target in onward if target != node]
    return with_events(draw, ways, inner, [*inner, *ends])


@st.composite
def blocks(draw):
    """
    Blocks that nest, and perhaps one flow that leads elsewhere.
    """
    counter = iter(range(1000))
    ways = []

    def block(first, depth):
        kind = draw(st.sampled_from(["T", "xor", "and", "or", "loop", "series"]))
        number = next(counter)
        if kind == "T" or depth == 0:
            ways.append([first, f"T{number}"])
            return f"T{number}"
        if kind == "series":
            return block(block(first, depth - 1), depth - 1)
        if kind == "loop":
            ways.append([first, f"xor{number}_a"])
            last = block(f"xor{number}_a", depth - 1)
            ways.append([last, f"xor{number}_b"])
            ways.append([f"xor{number}_b", f"xor{number}_a"])
            return f"xor{number}_b"
        close = draw(st.sampled_from([kind, kind, kind, "xor", "and"]))
        ways.append([first, f"{kind}{number}_a"])
        for _ in range(draw(st.integers(2, 3))):
            last = block(f"{kind}{number}_a", depth - 1)
            ways.append([last, f"{close}{number}_b"])
        return f"{close}{number}_b"

    ways.append([block("start", 2), "end"])
    nodes = list(dict.fromkeys(node for way in ways for node in way))
    goals = [node for node in nodes if node != "start"] + ["stop"]
    for _ in range(draw(st.integers(0, 1))):
        ways[draw(st.integers(0, len(ways) - 1))][1] = draw(st.sampled_from(goals))
    inner = [node for node in nodes if node.startswith("T")]
    return with_events(draw, [" > ".join(way) for way in ways], inner, goals)


def with_events(draw, ways, inner, goals):
    hosts = [node for node in inner if node.startswith("T")]
    events = []
    for number, host in enumerate(hosts[: draw(st.integers(0, 2))]):
        event = boundary(f"late{number}", host, interrupting=draw(st.booleans()))
        events.append(event)
        ways.append(f"{event.id} > {draw(st.sampled_from([*goals, 'end']))}")
    return graph(*ways, nodes=events)


def is_on_a_cycle(drawn, node):
    game = Game(drawn)
    return any(game.leads(f.target, node.id) for f in drawn.outgoing[node.id])


def comes_back(drawn):
    """
    Whether the token of a timer can come to the task that the timer is on.
    """
    game = Game(drawn)
    return any(
        game.leads(flow.target, event.host)
        for event in drawn.of(Kind.BOUNDARY)
        for flow in drawn.outgoing[event.id]
        if not event.interrupting
    )


def check(drawn):
    inclusive = drawn.of(Kind.INCLUSIVE)
    assume(not any(is_on_a_cycle(drawn, node) for node in inclusive))
    assume(not any(flow.source == flow.target for flow in drawn.flows))
    expected = Game(drawn).play()
    assume(expected is not None)
    note(", ".join(flow.id for flow in drawn.flows))
    note(", ".join(f"{e.id} on {e.host}" for e in drawn.of(Kind.BOUNDARY)))
    note(str(expected))
    by_code = {}
    for flaw in judge(drawn, {}).flaws:
        by_code.setdefault(flaw.code, {})[flaw.element] = flaw.path
    clashes = by_code.get("two-tokens", {})
    assert "too-tangled" not in by_code
    assert bool(clashes) == bool(expected.clashes)
    # A timer that leads back to its own task is played as if it fired late: then the
    # second token may be met elsewhere on the way round.
    timed = any(not event.interrupting for event in drawn.of(Kind.BOUNDARY))
    assert set(clashes) <= set(expected.clashes) or comes_back(drawn)
    if not (timed and clashes):
        assert set(by_code.get("deadlock", ())) <= set(expected.stuck)
    for element, path in clashes.items():
        assert timed or len(path) == expected.clashes[element] + 1
    if clashes:
        return
    assert bool(expected.stuck) == ("deadlock" in by_code)
    assert expected.endless == ("never-ends" in by_code)
    tasks = {node.id for node in drawn.of(Kind.TASK)}
    assert set(by_code.get("dead-task", ())) == tasks - expected.reached


@given(tangles())
@SIZES
def test_tangles_are_judged_as_by_enumeration(drawn):
    check(drawn)


@given(blocks())
@example(COMES_BACK)
@SIZES
def test_blocks_are_judged_as_by_enumeration(drawn):
    check(drawn)
