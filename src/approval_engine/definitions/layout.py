"""
Blocks → where each node, flow and label is drawn: left to right, a row per branch.

A block is entered and left on one line, its spine. What runs beside it stands below, so
that a branch more moves nothing above it; what does not lead on hangs from the spine.
"""

from dataclasses import dataclass, replace

from approval_engine.definitions.blocks import (
    Advice,
    Aside,
    Block,
    Branch,
    Kind,
    Node,
    Parallel,
    Series,
    flows,
)
from approval_engine.definitions.drawing import (
    GATEWAY,
    TASK,
    Drawing,
    Shape,
    edge,
    shape,
    size,
)
from approval_engine.definitions.geometry import LABEL_GAP, Box, label_size

ORIGIN = (160, 170)  # the left end of the first spine
GAP = 50  # between two blocks on a spine
ROW_GAP = 30  # between two branches

TIMER_PITCH = 50  # between two timers on the lower side of a task
TIMER_DROP = 92  # from the spine to the end event behind the last timer
TIMER_GAP = 14  # between two of these end events, or their names
NAME_HEIGHT = 28  # what a task has for its name, above the mark of several
END_REACH = 104  # from the middle of a decision to the end events beside it
END_DROP = 75  # from the spine to the nearest of them
END_PITCH = 50  # between two of them


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """
    A block drawn from (0, 0) to the right, and the room it takes around its spine.
    """

    shapes: tuple[Shape, ...]
    width: int
    above: int
    below: int


def draw(block: Block) -> Drawing:
    """
    The drawing of a block and everything in it.
    """
    shapes = _moved(_part(block), *ORIGIN)
    placed = {each.node.id: each for each in shapes}
    edges = (
        edge(flow, placed[flow.source], placed[flow.target]) for flow in flows(block)
    )
    return Drawing(shapes=shapes, edges=tuple(edges))


def _part(block: Block) -> Part:
    match block:
        case Node():
            width, _ = size(block)
            return _bounded((shape(block, width // 2, 0),))
        case Branch():
            return _branch(block)
        case Series():
            return _series(tuple(_part(part) for part in block.parts))
        case Advice():
            return _advice(block)
        case Parallel():
            return _parallel(block)
        case Aside():
            return _aside(block)


def _series(parts: tuple[Part, ...]) -> Part:
    shapes: tuple[Shape, ...] = ()
    x = 0
    for part in parts:
        shapes += _moved(part, x, 0)
        x += part.width + GAP
    return Part(
        shapes=shapes,
        width=x - GAP,
        above=max(part.above for part in parts),
        below=max(part.below for part in parts),
    )


def _parallel(block: Parallel) -> Part:
    forked = _forked(block.fork, block.parts)
    width, _ = GATEWAY
    right = forked.width + GAP
    join = shape(block.join, right + width // 2, 0)
    return replace(forked, shapes=(*forked.shapes, join), width=right + width)


def _aside(block: Aside) -> Part:
    return _forked(block.fork, (block.part, *block.advice))


def _forked(gateway: Node, blocks: tuple[Block, ...]) -> Part:
    parts = tuple(_part(part) for part in blocks)
    width, height = GATEWAY
    left = width + GAP
    rows: tuple[Shape, ...] = ()
    y = 0
    for part in parts:
        y += part.above + ROW_GAP if rows else 0
        rows += _moved(part, left, y)
        y += part.below
    fork = shape(gateway, width // 2, 0)
    return Part(
        shapes=(fork, *rows),
        width=left + max(part.width for part in parts),
        above=max(parts[0].above, height // 2),
        below=y,
    )


def _branch(branch: Branch) -> Part:
    task, hanging, middle = _watched(branch)
    decision = shape(branch.decision, middle, 0)
    return _bounded((task, decision, *hanging, *_ends(branch, middle + END_REACH)))


def _advice(advice: Advice) -> Part:
    task, hanging, middle = _watched(advice)
    return _bounded((task, *hanging, shape(advice.end, middle, 0)))


def _watched(branch: Branch | Advice) -> tuple[Shape, tuple[Shape, ...], int]:
    """
    A task with what hangs from it, and where the next node on its spine may stand.
    """
    pitch = _pitch(branch)
    width = _task_width(branch, pitch)
    hanging = _timers(branch, width - pitch // 2, pitch)
    free = max((each.label.right for each in hanging if each.label), default=0)
    middle = _tens(max(width + GAP + GATEWAY[0] // 2, free + LABEL_GAP))
    return shape(branch.task, width // 2, 0, width), hanging, middle


def _pitch(branch: Branch | Advice) -> int:
    # The name of the last timer has room to its right.
    names = (timer.name for timer, _ in branch.timers[:-1])
    widest = max((label_size(name)[0] for name in names), default=0)
    return max(TIMER_PITCH, _tens(widest + 2 * LABEL_GAP))


def _task_width(branch: Branch | Advice, pitch: int) -> int:
    # An even number of places for timers leaves the middle of the lower side to the
    # mark of a task that several people get.
    pair = 2 * pitch
    width = max(TASK[0], pair * -(-len(branch.timers) // 2))
    while label_size(branch.task.name, width - 2 * LABEL_GAP)[1] > NAME_HEIGHT:
        width += pair
    return width


def _timers(branch: Branch | Advice, x: int, pitch: int) -> tuple[Shape, ...]:
    # The last timer has the shortest way down, so that no way meets the name of an end.
    shapes: tuple[Shape, ...] = ()
    y = TIMER_DROP
    for timer, end in reversed(branch.timers):
        half = max(size(end)[1], label_size(end.name)[1]) // 2
        y += half
        shapes = (shape(timer, x, TASK[1] // 2), shape(end, x, y), *shapes)
        y += half + TIMER_GAP
        x -= pitch
    return shapes


def _ends(branch: Branch, x: int) -> tuple[Shape, ...]:
    verdicts = [end for end in branch.ends if end.kind is not Kind.UNDECIDED]
    return (
        *(
            shape(end, x, END_DROP + END_PITCH * row)
            for row, end in enumerate(verdicts)
        ),
        *(shape(end, x, -END_DROP) for end in branch.ends if end not in verdicts),
    )


def _bounded(shapes: tuple[Shape, ...]) -> Part:
    labels = (each.label for each in shapes if each.label)
    boxes = (*(each.box for each in shapes), *labels)
    return Part(
        shapes=shapes,
        width=max(box.right for box in boxes),
        above=-min(box.y for box in boxes),
        below=max(box.bottom for box in boxes),
    )


def _moved(part: Part, x: int, y: int) -> tuple[Shape, ...]:
    return tuple(
        Shape(
            node=each.node,
            box=_shift(each.box, x, y),
            label=_shift(each.label, x, y) if each.label else None,
        )
        for each in part.shapes
    )


def _shift(box: Box, x: int, y: int) -> Box:
    return replace(box, x=box.x + x, y=box.y + y)


def _tens(length: int) -> int:
    return -(-length // 10) * 10
