"""
A policy → a DMN 1.3 file with a diagram, which Camunda Modeler opens.

The same policy gives the same bytes.
"""

from collections.abc import Sequence

from lxml import etree

from approval_engine.definitions.dmn.drawing import draw
from approval_engine.definitions.dmn.namespaces import (
    CAMUNDA,
    DC,
    DI,
    DMNDI,
    MODEL,
    MODELER,
)
from approval_engine.definitions.dmn.parts import Object
from approval_engine.definitions.dmn.sheets import (
    INPUT,
    Head,
    Sheet,
    requirement,
    sheets,
)
from approval_engine.definitions.wording import NOT_IN_XML, title
from approval_engine.errors import DmnError, Problem

_PREFIXES = {
    None: MODEL,
    "dmndi": DMNDI,
    "dc": DC,
    "di": DI,
    "camunda": CAMUNDA,
    "modeler": MODELER,
}


def export(policy: Object) -> bytes:
    """
    The DMN file of a policy that was loaded without a problem.

    Raises DmnError if a text in it has a character that XML cannot carry.
    """
    found = sheets(policy)
    _check(policy, found)
    root = etree.Element(f"{{{MODEL}}}definitions", nsmap=_PREFIXES)  # type: ignore[arg-type] # the stubs know no default namespace
    root.set("id", "policy")
    root.set("name", str(policy["policy"]))
    root.set("namespace", CAMUNDA)
    root.set(f"{{{MODELER}}}executionPlatform", "Camunda Platform")
    root.set(f"{{{MODELER}}}executionPlatformVersion", "7.24.0")
    names: dict[str, str] = {}
    for sheet in found:
        _decision(root, sheet)
        names |= {head.name: head.type_ref for head in sheet.heads}
    for name, type_ref in names.items():
        _input_data(root, name, type_ref)
    draw(root, found, tuple(names))
    return etree.tostring(
        root, encoding="UTF-8", xml_declaration=True, pretty_print=True
    )


def _decision(root: etree._Element, sheet: Sheet) -> None:
    decision = _child(root, "decision", sheet.id, name=sheet.name)
    for name in sheet.inputs:
        identity = requirement(sheet, name)
        edge = _child(decision, "informationRequirement", identity)
        _child(edge, "requiredInput", None, href=f"#{INPUT}{name}")
    table = _child(
        decision, "decisionTable", f"{sheet.id}.table", hitPolicy=sheet.hit_policy
    )
    for head in sheet.heads:
        _input(table, sheet, head)
    for name, type_ref in sheet.outputs:
        output = _child(table, "output", f"{sheet.id}.out.{name}", name=name)
        output.set("label", name)
        output.set("typeRef", type_ref)
    for identity, rule in zip(sheet.ids, sheet.rules, strict=True):
        _rule(table, identity, rule)


def _input(table: etree._Element, sheet: Sheet, head: Head) -> None:
    identity = f"{sheet.id}.in.{head.key.replace(' ', '.')}"
    clause = _child(table, "input", identity, label=head.key)
    expression = _child(
        clause, "inputExpression", f"{identity}.expression", typeRef=head.type_ref
    )
    _child(expression, "text", None).text = head.name
    if head.values:
        values = _child(clause, "inputValues", f"{identity}.values")
        _child(values, "text", None).text = head.values


def _rule(
    table: etree._Element, identity: str, rule: tuple[Sequence[str], Sequence[str]]
) -> None:
    element = _child(table, "rule", identity)
    cells, entries = rule
    for tag, letter, texts in (
        ("inputEntry", "i", cells),
        ("outputEntry", "o", entries),
    ):
        for place, text in enumerate(texts, start=1):
            entry = _child(element, tag, f"{identity}.{letter}{place}")
            _child(entry, "text", None).text = text


def _input_data(root: etree._Element, name: str, type_ref: str) -> None:
    element = _child(root, "inputData", INPUT + name, name=title(name))
    variable = _child(element, "variable", f"{INPUT}{name}.variable", name=name)
    variable.set("typeRef", type_ref)


def _child(
    parent: etree._Element, tag: str, identity: str | None, **attributes: str
) -> etree._Element:
    element = etree.SubElement(parent, f"{{{MODEL}}}{tag}")
    if identity is not None:
        element.set("id", identity)
    for name, value in attributes.items():
        element.set(name, value)
    return element


def _check(policy: Object, found: Sequence[Sheet]) -> None:
    """
    Raises DmnError for what no file could hold.
    """
    texts: list[tuple[str, str]] = [("policy", str(policy["policy"]))]
    for sheet in found:
        texts += ((sheet.id, head.values) for head in sheet.heads)
        for identity, rule in zip(sheet.ids, sheet.rules, strict=True):
            texts += ((identity, text) for part in rule for text in part)
    wrong = dict.fromkeys(each for each, text in texts if NOT_IN_XML.search(text))
    sentences = dict.fromkeys(
        wrong, "Expected texts that XML can carry, but got a control character."
    )
    for sheet in found:
        if len({head.key for head in sheet.heads}) < len(sheet.heads):
            sentences[sheet.id] = "Expected no input of the name 'step' in its tests."
    if sentences:
        name = " ".join(NOT_IN_XML.sub(" ", str(policy["policy"])).split())
        raise DmnError(
            *(
                Problem(file=name, line=1, code="export", element=each, sentence=said)
                for each, said in sentences.items()
            )
        )
