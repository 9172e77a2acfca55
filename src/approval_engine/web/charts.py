"""
Numbers → small drawings as SVG, made here and styled by our sheet; no script draws.

Each has a title and a sentence that says what it shows, and stands beside a table with
the same numbers: nobody needs to see it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 640, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 10, 24
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """
    One place of a chart: its name below, its value, and the band around it.

    None leaves a gap where nothing is known.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """
    Points from left to right; `id` is its own on a page.

    `unit` stands behind numbers, `says` tells it in words.

    `line` is drawn across at a value that the points are held against. `top` is how far
    the scale goes at least.
    """

    id: str
    title: str
    says: str
    unit: str
    points: Sequence[Point]
    line: float | None = None
    top: float = 0.0


def bars(chart: Chart) -> Markup:
    """
    A bar for each point.
    """
    scale = _Scale(chart)
    wide = scale.stride * 0.7
    found = [
        _rect("bar", scale.x(n) - wide / 2, scale.y(point.value), wide, scale.base)
        for n, point in enumerate(chart.points)
        if point.value is not None
    ]
    return _drawing(chart, scale, found)


def trend(chart: Chart) -> Markup:
    """
    A line through the points, over the bands around them.
    """
    scale = _Scale(chart)
    found: list[Markup] = []
    for run in _runs(chart.points):
        banded = [(n, p) for n, p in run if p.low is not None and p.high is not None]
        upper = [f"{scale.x(n):.1f},{scale.y(p.high or 0):.1f}" for n, p in banded]
        lower = [f"{scale.x(n):.1f},{scale.y(p.low or 0):.1f}" for n, p in banded]
        if upper:
            corners = " ".join(upper + lower[::-1])
            found.append(Markup('<polygon class="band" points="{}"/>').format(corners))
        places = [(scale.x(n), scale.y(p.value or 0)) for n, p in run]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        found.append(Markup('<polyline class="line" points="{}"/>').format(line))
        dot = Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="2.5"/>')
        found += [dot.format(x, y) for x, y in places]
    return _drawing(chart, scale, found)


class _Scale:
    """
    Where values lie on the drawing.
    """

    def __init__(self, chart: Chart) -> None:
        values = [p.high if p.high is not None else p.value for p in chart.points]
        largest = max([chart.top, *(each for each in values if each is not None)])
        self.step = _step(largest)
        self.top = self.step * max(1, -(-largest // self.step))
        self.base = HEIGHT - _BOTTOM
        room = WIDTH - _LEFT - _RIGHT
        self.stride = room / max(1, len(chart.points))

    def x(self, number: int) -> float:
        return _LEFT + self.stride * (number + 0.5)

    def y(self, value: float) -> float:
        return self.base - (self.base - _TOP) * value / self.top

    def marks(self) -> Iterable[float]:
        value = 0.0
        while value <= self.top:
            yield value
            value += self.step


def _step(largest: float) -> float:
    """
    A round step of which four or so reach the largest value.
    """
    rough, power = max(largest, 1e-9) / 4, 1.0
    while power * 10 <= rough:
        power *= 10
    while power > rough:
        power /= 10
    return next(power * each for each in _STEPS if power * each >= rough)


def _runs(points: Sequence[Point]) -> Iterable[list[tuple[int, Point]]]:
    run: list[tuple[int, Point]] = []
    for number, point in enumerate(points):
        if point.value is not None:
            run.append((number, point))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _drawing(chart: Chart, scale: _Scale, found: Iterable[Markup]) -> Markup:
    head = Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img"'
        ' aria-labelledby="{}-title {}-says">'
        '<title id="{}-title">{}</title><desc id="{}-says">{}</desc>'
    ).format(
        *(WIDTH, HEIGHT, chart.id, chart.id),
        *(chart.id, chart.title, chart.id, chart.says),
    )
    parts = [*_grid(chart, scale), *found, *_names(chart, scale)]
    if chart.line is not None:
        parts.append(_across("goal", scale.y(chart.line)))
    return head + Markup("").join(parts) + Markup("</svg>")


def _grid(chart: Chart, scale: _Scale) -> Iterable[Markup]:
    for value in scale.marks():
        yield _across("grid", scale.y(value))
        words = f"{value:g}{chart.unit}"
        yield _text("scale", _LEFT - 6, scale.y(value) + 4, words)


def _names(chart: Chart, scale: _Scale) -> Iterable[Markup]:
    every = max(1, -(-len(chart.points) // 10))
    for number, point in enumerate(chart.points):
        if number % every == 0:
            yield _text("name", scale.x(number), HEIGHT - 8, point.label)


def _across(kind: str, y: float) -> Markup:
    shape = Markup('<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    return shape.format(kind, _LEFT, WIDTH - _RIGHT, y, y)


def _rect(kind: str, x: float, y: float, wide: float, base: float) -> Markup:
    shape = Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
    )
    return shape.format(kind, x, y, wide, max(0.0, base - y))


def _text(kind: str, x: float, y: float, words: str) -> Markup:
    shape = Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>')
    return shape.format(kind, x, y, words)
