"""
How long it takes to judge a process before it is deployed; run it alone.

What grows here made every order of moves explode: branches side by side, cycles inside
of each other, branches that can all be lost.
"""

import statistics
import time
from collections.abc import Callable
from itertools import pairwise

from approval_engine.definitions.model import (
    Event,
    Flow,
    Graph,
    Kind,
    Node,
    Process,
    Signal,
    Work,
)
from approval_engine.definitions.soundness import flaws
from approval_engine.policy.conditions import parse_condition

ROUNDS = 9
WIDTHS = (17, 50, 100)
_KINDS = {
    "start": Kind.START,
    "end": Kind.END,
    "stop": Kind.END,
    "xor": Kind.EXCLUSIVE,
    "and": Kind.PARALLEL,
}


def main() -> None:
    """
    Print the median and the slowest of each shape.
    """
    for name, ways in _shapes().items():
        process = _process(ways)
        count = len(process.graph.nodes)
        median, most = _taken(lambda process=process: flaws(process))
        codes = sorted({each.code for each in flaws(process)}) or ["sound"]
        print(
            f"{name:40} {count:4} nodes  {median:8.1f} ms, at most {most:.1f}"
            f"  {', '.join(codes)}"
        )


def _shapes() -> dict[str, list[str]]:
    shapes = {}
    for width in WIDTHS:
        shapes[f"{width} branches"] = _branches(width, "and1 > T{0} > and2")
        shapes[f"{width} branches that may be rejected"] = _branches(
            width, "and1 > T{0} > xor{0} > and2", "xor{0} > stop"
        )
        shapes[f"{width} branches with rework"] = _branches(
            width, "and1 > xora{0} > T{0} > xor{0} > and2", "xor{0} > xora{0}"
        )
        shapes[f"{width} branches that are lost"] = _branches(
            width, "and1 > T{0} > xor{0} > and2", "xor{0} > end{0}"
        )
    shapes["75 stages of two branches"] = _stages(75)
    shapes["100 cycles inside of each other"] = _cycles(100)
    return shapes


def _branches(width: int, *ways: str) -> list[str]:
    each = [way.format(number) for number in range(width) for way in ways]
    return ["start > and1", *each, "and2 > end"]


def _stages(count: int) -> list[str]:
    names = [f"and{n}a > T{n} > and{n}b" for n in range(count)]
    beside = [f"and{n}a > U{n} > and{n}b" for n in range(count)]
    return [f"start > {' > '.join(names)} > end", *beside]


def _cycles(depth: int) -> list[str]:
    into = " > ".join(f"xor{n}a" for n in range(depth))
    out = " > ".join(f"xor{n}b" for n in reversed(range(depth)))
    back = [f"xor{n}b > T{n} > xor{n}a" for n in range(depth)]
    return [f"start > {into} > T > {out} > end", *back]


def _process(ways: list[str]) -> Process:
    pairs = []
    for way in ways:
        steps = way.split(" > ")
        pairs += pairwise(steps)
    names = dict.fromkeys(name for pair in pairs for name in pair)
    defaults = {source: f"{source}-{target}" for source, target in pairs}
    nodes = tuple(_node(name, defaults.get(name)) for name in names)
    kinds = {node.id: node.kind for node in nodes}
    flows = tuple(_flow(*pair, kinds, defaults) for pair in pairs)
    return Process(id="process", graph=Graph(nodes=nodes, flows=flows))


def _node(name: str, last: str | None) -> Node:
    word = name.rstrip("ab").rstrip("0123456789").removesuffix("a")
    kind = _KINDS.get(word, Kind.TASK)
    signal = Signal.TERMINATE if word == "stop" else Signal.NONE
    return Node(
        id=name,
        kind=kind,
        event=Event(signal=signal) if kind is Kind.END else None,
        work=Work(groups=("sales",)) if kind is Kind.TASK else None,
        default=last if kind is Kind.EXCLUSIVE else None,
    )


def _flow(
    source: str, target: str, kinds: dict[str, Kind], defaults: dict[str, str]
) -> Flow:
    name = f"{source}-{target}"
    asked = kinds[source] is Kind.EXCLUSIVE and defaults[source] != name
    condition = parse_condition(f"wanted = '{target}'") if asked else None
    return Flow(id=name, source=source, target=target, condition=condition)


def _taken(judge: Callable[[], object]) -> tuple[float, float]:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        judge()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), max(times)


if __name__ == "__main__":
    main()
