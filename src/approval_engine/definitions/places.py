"""
Two drawings of a process → the elements that stand elsewhere in the newer one.

A drawing that was moved as a whole has not changed: most of it says how far that was.
"""

from collections import Counter
from collections.abc import Mapping

from lxml import etree

from approval_engine.definitions.namespaces import BPMNDI, DC
from approval_engine.definitions.tree import parse

Place = tuple[float, float, float, float]


def moved(before: bytes, after: bytes) -> tuple[str, ...]:
    """
    The ids of what is drawn in both at another place or in another size.

    Both files must have been accepted.
    """
    old, new = _places(before), _places(after)
    shifts = {id_: _shift(old[id_], new[id_]) for id_ in new if id_ in old}
    if not shifts:
        return ()
    usual = Counter(shifts.values()).most_common(1)[0][0]
    same_size = usual[2:] == (0, 0)
    stays = usual if same_size else (0.0, 0.0, 0.0, 0.0)
    return tuple(each for each, shift in shifts.items() if shift != stays)


def _places(xml: bytes) -> Mapping[str, Place]:
    found: dict[str, Place] = {}
    for shape in parse(xml, "process").iter(f"{BPMNDI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        if bounds is not None:
            found[shape.get("bpmnElement", "")] = _place(bounds)
    return found


def _place(bounds: etree._Element) -> Place:
    x, y, width, height = (
        round(float(bounds.get(name, "0"))) for name in ("x", "y", "width", "height")
    )
    return x, y, width, height


def _shift(old: Place, new: Place) -> Place:
    x, y, width, height = (b - a for a, b in zip(old, new, strict=True))
    return x, y, width, height
