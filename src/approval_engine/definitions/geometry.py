"""
Boxes, paths between them and the room that a label takes, in whole pixels.

Knows no BPMN; y grows downwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[int, int]

LABEL_GAP = 4  # between a shape or a line and its label
LABEL_WIDTH = 90  # Modeler wraps the name of an event at this width.
LINE_HEIGHT = 14
CHARACTER_WIDTH = 7  # A generous mean of the 11 pixel font that Modeler uses.


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """
    A rectangle by its upper left corner and its size.
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """
        The x of its right side.
        """
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """
        The y of its lower side.
        """
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """
        The point in its middle.
        """
        return self.x + self.width // 2, self.y + self.height // 2


def around(centre: Point, width: int, height: int) -> Box:
    """
    The box of that size with that point in its middle.
    """
    x, y = centre
    return Box(x=x - width // 2, y=y - height // 2, width=width, height=height)


def across(source: Box, target: Box) -> tuple[Point, ...]:
    """
    From the right side of a box straight on, then up or down into the other one.
    """
    y = source.centre[1]
    target_x, target_y = target.centre
    if target_y == y:
        return (source.right, y), (target.x, y)
    side = target.bottom if target_y < y else target.y
    return (source.right, y), (target_x, y), (target_x, side)


def along(source: Box, target: Box) -> tuple[Point, ...]:
    """
    Up or down out of a box, then right into the other one; straight if it is level.
    """
    x, y = source.centre
    target_x, target_y = target.centre
    if target_y == y:
        return (source.right, y), (target.x, y)
    side = source.bottom if target_y > y else source.y
    if target_x == x:
        return (x, side), (x, target.y if target_y > y else target.bottom)
    return (x, side), (x, target_y), (target.x, target_y)


def label_size(text: str, width: int = LABEL_WIDTH) -> tuple[int, int]:
    """
    Width and height of a text that is wrapped between words, and inside long ones.
    """
    room = width // CHARACTER_WIDTH
    lines = [0]
    for word in text.split():
        length = len(word)
        if lines[-1] and lines[-1] + 1 + length <= room:
            lines[-1] += 1 + length
            continue
        full, rest = divmod(length, room)
        lines += [room] * full + [rest] * bool(rest)
    lines = lines[1:] or [0]
    return max(lines) * CHARACTER_WIDTH, len(lines) * LINE_HEIGHT


def straight(way: Iterable[Point]) -> Iterator[Point]:
    """
    A way without the points at which it does not turn.
    """
    points = list(dict.fromkeys(way))
    yield points[0]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        if not (before[0] == here[0] == after[0] or before[1] == here[1] == after[1]):
            yield here
    yield points[-1]
