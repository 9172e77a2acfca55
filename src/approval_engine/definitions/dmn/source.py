"""
The tree of a DMN file, and whatever is found to be wrong in it.

Every element is accepted, kept without effect, or refused by its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from approval_engine.definitions.dmn.model import Place
from approval_engine.definitions.dmn.namespaces import (
    DECORATIVE,
    DRAWN,
    READ,
    REFUSED,
    VERSIONS,
)
from approval_engine.definitions.tree import line_of, parse
from approval_engine.errors import DmnError, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """
    A read file and the problems found in it so far; `namespace` is that of its DMN.
    """

    file: str
    root: etree._Element
    namespace: str
    problems: list[Problem] = field(default_factory=list)

    def note(self, place: Place, code: str, sentence: str) -> None:
        """
        Remember a problem.
        """
        self.problems.append(problem(self.file, place, code, sentence))

    def children(self, parent: etree._Element, name: str) -> Iterator[etree._Element]:
        """
        The DMN elements of that name directly inside.
        """
        return parent.iterchildren(f"{{{self.namespace}}}{name}")

    def child(self, parent: etree._Element, name: str) -> etree._Element | None:
        """
        The first of them.
        """
        return next(self.children(parent, name), None)

    def text(self, parent: etree._Element | None, name: str = "text") -> str:
        """
        The text in the element of that name inside; "" if there is none.
        """
        element = None if parent is None else self.child(parent, name)
        if element is None:
            return ""
        if len(element):
            # Two readers could put the halves around it together differently.
            sentence = "Expected text alone, but got a comment or an element inside."
            self.note(place(element), "text", sentence)
        return element.text or ""


def problem(file: str, at: Place, code: str, sentence: str) -> Problem:
    """
    A problem at that place, which prints as one line.
    """
    return Problem(
        file=file,
        line=at.line,
        code=code,
        element=at.element,
        sentence=" ".join(sentence.split()),
    )


def place(element: etree._Element) -> Place:
    """
    Where an element stands.
    """
    ids = (node.get("id") for node in (element, *element.iterancestors()))
    found = next((" ".join(each.split()) for each in ids if each), "")
    return Place(line=line_of(element), element=found or "/")


def opened(xml: bytes, file: str) -> Source:
    """
    The source of a DMN file, with a note on each element that is refused.

    Raises DmnError if it is no XML that is safe to read, or no DMN of a known version.
    """
    root = parse(xml, file, DmnError)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in VERSIONS:
        said = f"'{name.localname}' in '{name.namespace or 'no namespace'}'"
        sentence = f"Expected DMN 1.1, 1.2 or 1.3, but got {said}: save it as DMN 1.3."
        raise DmnError(problem(file, place(root), "no_dmn", sentence))
    source = Source(file=file, root=root, namespace=name.namespace)
    _judge(source, root)
    return source


def _judge(source: Source, parent: etree._Element) -> None:
    for element in parent.iterchildren(etree.Element):
        name = etree.QName(element)
        own = name.namespace == source.namespace
        if own and name.localname in READ:
            _judge(source, element)
        elif own and name.localname in DECORATIVE:
            _look_inside(source, element)
        elif own or name.namespace not in DRAWN:
            _refuse(source, element)
        else:
            _look_inside(source, element)


def _look_inside(source: Source, parent: etree._Element) -> None:
    """
    Note what is no decoration in what has no effect.
    """
    for element in parent.iterdescendants(etree.Element):
        name = etree.QName(element)
        known = name.namespace == source.namespace or name.namespace in DRAWN
        if name.localname == "script" or not known:
            _refuse(source, element)


def _refuse(source: Source, element: etree._Element) -> None:
    name = etree.QName(element).localname
    instead = REFUSED.get(name, "remove it")
    sentence = f"Expected no '{name}', which is not supported: {instead}."
    source.note(place(element), "refused", sentence)
