"""
The diagram of exported tables: decisions above, the inputs that they read below.
"""

from collections.abc import Sequence

from lxml import etree

from approval_engine.definitions.dmn.namespaces import DC, DI, DMNDI
from approval_engine.definitions.dmn.sheets import INPUT, Sheet, requirement
from approval_engine.definitions.geometry import Box

_DECISION = (180, 80)
_INPUT = (125, 45)
_GAP = 40
_LEFT = 160
_TOP = 80
_BELOW = 320


def draw(root: etree._Element, sheets: Sequence[Sheet], inputs: Sequence[str]) -> None:
    """
    Append a shape per decision and input, and an edge per requirement.
    """
    interchange = etree.SubElement(root, f"{{{DMNDI}}}DMNDI")
    diagram = etree.SubElement(interchange, f"{{{DMNDI}}}DMNDiagram", id="diagram")
    width = max(_width(sheets, _DECISION), _width(inputs, _INPUT))
    decisions = _row(sheets, _DECISION, _TOP, width)
    data = dict(zip(inputs, _row(inputs, _INPUT, _BELOW, width), strict=True))
    for sheet, box in zip(sheets, decisions, strict=True):
        _shape(diagram, sheet.id, box)
    for name, box in data.items():
        _shape(diagram, INPUT + name, box)
    for sheet, box in zip(sheets, decisions, strict=True):
        for number, name in enumerate(sheet.inputs, start=1):
            start = (data[name].centre[0], data[name].y)
            x = box.x + box.width * number // (len(sheet.inputs) + 1)
            _edge(diagram, requirement(sheet, name), (start, (x, box.bottom)))


def _width(items: Sequence[object], size: tuple[int, int]) -> int:
    return len(items) * (size[0] + _GAP) - _GAP


def _row(
    items: Sequence[object], size: tuple[int, int], y: int, width: int
) -> tuple[Box, ...]:
    """
    Places side by side, in the middle of the width.
    """
    x = _LEFT + (width - _width(items, size)) // 2
    return tuple(
        Box(x=x + place * (size[0] + _GAP), y=y, width=size[0], height=size[1])
        for place in range(len(items))
    )


def _shape(diagram: etree._Element, identity: str, box: Box) -> None:
    shape = _part(diagram, "DMNShape", identity)
    bounds = etree.SubElement(shape, f"{{{DC}}}Bounds")
    for name in ("height", "width", "x", "y"):
        bounds.set(name, str(getattr(box, name)))


def _edge(
    diagram: etree._Element, identity: str, waypoints: Sequence[tuple[int, int]]
) -> None:
    edge = _part(diagram, "DMNEdge", identity)
    for x, y in waypoints:
        etree.SubElement(edge, f"{{{DI}}}waypoint", x=str(x), y=str(y))


def _part(diagram: etree._Element, tag: str, identity: str) -> etree._Element:
    part = etree.SubElement(diagram, f"{{{DMNDI}}}{tag}")
    part.set("id", f"{tag}.{identity}")
    part.set("dmnElementRef", identity)
    return part
