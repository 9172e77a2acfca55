"""
The verdict on the drawing itself, and on what names the tool that made it.

Nothing of it has an effect: a moved box is the same process.
"""

from approval_engine.definitions.profile.entries import (
    ANY,
    Attribute,
    Element,
    Rows,
    Verdict,
)
from approval_engine.definitions.profile.places import EXPRESSIONS


def _drawn(prefix: str, names: str) -> Rows:
    return Rows(
        prefix=prefix, verdict=Verdict.DECORATIVE, names=names, words="the drawing"
    )


_SHAPES = "bpmndi:BPMNShape bpmndi:BPMNEdge"

ELEMENTS: tuple[Element, ...] = (
    *_drawn("bpmndi", "BPMNDiagram").elements("definitions"),
    *_drawn("bpmndi", "BPMNPlane BPMNLabelStyle").elements("bpmndi:BPMNDiagram"),
    *_drawn("bpmndi", "BPMNShape BPMNEdge").elements("bpmndi:BPMNPlane"),
    *_drawn("bpmndi", "BPMNLabel").elements(_SHAPES),
    *_drawn("dc", "Bounds").elements("bpmndi:BPMNShape bpmndi:BPMNLabel"),
    *_drawn("dc", "Font").elements("bpmndi:BPMNLabelStyle"),
    *_drawn("dc", "Point").elements("bpmndi:BPMNShape"),
    *_drawn("di", "waypoint").elements("bpmndi:BPMNEdge"),
    *_drawn("di", "extension").elements(f"bpmndi:BPMNPlane bpmndi:BPMNLabel {_SHAPES}"),
)

ATTRIBUTES: tuple[Attribute, ...] = (
    *_drawn("", "id name documentation resolution").attributes("bpmndi:BPMNDiagram"),
    *_drawn("", "id bpmnElement").attributes("bpmndi:BPMNPlane"),
    *_drawn(
        "",
        "id bpmnElement isHorizontal isExpanded isMarkerVisible isMessageVisible"
        " participantBandKind choreographyActivityShape",
    ).attributes("bpmndi:BPMNShape"),
    *_drawn(
        "", "id bpmnElement sourceElement targetElement messageVisibleKind"
    ).attributes("bpmndi:BPMNEdge"),
    *_drawn("", "id labelStyle").attributes("bpmndi:BPMNLabel"),
    *_drawn("", "id").attributes("bpmndi:BPMNLabelStyle"),
    *_drawn("", "x y width height").attributes("dc:Bounds"),
    *_drawn("", "x y").attributes("dc:Point di:waypoint"),
    *_drawn("xsi", "type").attributes("di:waypoint"),
    *_drawn("", "name size isBold isItalic isUnderline isStrikeThrough").attributes(
        "dc:Font"
    ),
    *Rows(
        prefix="modeler",
        verdict=Verdict.DECORATIVE,
        names="executionPlatform executionPlatformVersion",
        words="both platforms are read",
    ).attributes("definitions"),
    *Rows(
        prefix="xsi",
        verdict=Verdict.DECORATIVE,
        names="schemaLocation",
        words="nothing is fetched",
    ).attributes(ANY),
    *Rows(
        prefix="xsi",
        verdict=Verdict.RUNS,
        names="type",
        words="says that it is an expression",
    ).attributes(EXPRESSIONS, "tFormalExpression tExpression"),
    *Rows(
        prefix="xml",
        verdict=Verdict.DECORATIVE,
        names="lang space",
        words="of the text",
    ).attributes(ANY),
)
