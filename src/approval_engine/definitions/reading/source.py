"""
A file while it is read: its tree, what is wrong in it, and what is worth telling.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from approval_engine.definitions.namespaces import BPMN, BPMNDI, CAMUNDA, OLD_CAMUNDA
from approval_engine.definitions.profile.places import (
    FLOW_ELEMENTS,
    NODES,
    REFUSED_NODES,
)
from approval_engine.definitions.tree import line_of, parse
from approval_engine.errors import Problem

NODE_TAGS = frozenset(f"{BPMN}{name}" for name in f"{NODES} {REFUSED_NODES}".split())
"""What is drawn as a node, whether it runs here or not."""

# The name of a namespace may also be written with character references.
_MAY_BE_OLD = (b"&#", *(space[1:-1].encode() for space in OLD_CAMUNDA))

_LONGEST = 600
_LONGEST_ID = 200

_CLICKABLE = NODE_TAGS | {f"{BPMN}{name}" for name in FLOW_ELEMENTS.split()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """
    Something that is accepted, but not as it stands; `element` as in a problem.
    """

    line: int
    element: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """
    A file, the problems found in it so far, and notes on what is accepted.
    """

    file: str
    root: etree._Element
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def refuse(self, element: etree._Element, code: str, sentence: str) -> None:
        """
        Remember a problem at the element, under the id that an analyst can click.
        """
        problem = Problem(
            file=self.file,
            line=line_of(element),
            code=code,
            element=clickable(element),
            sentence=_short(sentence),
        )
        self.problems.append(problem)

    def note(self, element: etree._Element, sentence: str) -> None:
        """
        Remember what is told about an element that is accepted.
        """
        told = _short(sentence)
        note = Note(line=line_of(element), element=clickable(element), sentence=told)
        self.notes.append(note)

    def blamed(self, element: etree._Element) -> bool:
        """
        Whether there is a problem already with this node or flow.
        """
        identity = clickable(element)
        return any(problem.element == identity for problem in self.problems)


def clickable(element: etree._Element) -> str:
    """
    The id of the flow node or sequence flow that an element is part of, or `/`.
    """
    for place in (element, *element.iterancestors()):
        if place.tag in _CLICKABLE and (identity := place.get("id")):
            return identity[:_LONGEST_ID]
    return "/"


def _short(sentence: str) -> str:
    # What a file says may be as long as the file; a line on a terminal is not.
    if len(sentence) <= _LONGEST:
        return sentence
    return f"{sentence[:_LONGEST]}…"


def open_source(xml: bytes, file: str, *, with_diagram: bool = True) -> Source:
    """
    The tree in these bytes, with the older Camunda namespaces renamed to the new one.

    Raises BpmnError if they are not plain XML.
    """
    source = Source(file=file, root=parse(xml, file))
    if not with_diagram:
        # It is two thirds of a file.
        for diagram in source.root.findall(f"{BPMNDI}BPMNDiagram"):
            source.root.remove(diagram)
    if any(mark in xml for mark in _MAY_BE_OLD):
        for element in source.root.iter(etree.Element):
            _rename(source, element)
    return source


def _rename(source: Source, element: etree._Element) -> None:
    element.tag = _today(str(element.tag))
    for old in list(element.attrib):
        name = _today(str(old))
        if name == old:
            continue
        if name in element.attrib:
            sentence = f"Expected {name} once, but it is given in two namespaces."
            source.refuse(element, "attribute", sentence)
        element.set(name, element.attrib.pop(old))


def _today(name: str) -> str:
    for old in OLD_CAMUNDA:
        if name.startswith(old):
            return CAMUNDA + name.removeprefix(old)
    return name


def children(element: etree._Element) -> Iterator[etree._Element]:
    """
    The elements in an element, without comments.
    """
    return element.iterchildren(etree.Element)


def extensions(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """
    What extends an element under this name; there may be more than one.
    """
    for extension in element.iterchildren(f"{BPMN}extensionElements"):
        yield from extension.iterchildren(name)
