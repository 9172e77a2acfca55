"""
Bytes → the tree of a process definition, and whatever is found to be wrong in it.
"""

from dataclasses import dataclass, field

from lxml import etree

from approval_engine.definitions.namespaces import BPMN
from approval_engine.definitions.tree import line_of, parse
from approval_engine.errors import BpmnError, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """
    A read file and the problems found in it so far.
    """

    file: str
    root: etree._Element
    problems: list[Problem] = field(default_factory=list)

    def note(self, element: etree._Element, code: str, sentence: str) -> None:
        """
        Remember a problem at the element, under the id that an analyst can click.
        """
        problem = Problem(
            file=self.file,
            line=line_of(element),
            code=code,
            element=clickable(element),
            sentence=sentence,
        )
        self.problems.append(problem)


def clickable(element: etree._Element) -> str:
    """
    The id of the flow node or sequence flow that an element is part of, or `/`.
    """
    for place in (element, *element.iterancestors()):
        identity = place.get("id")
        parent = place.getparent()
        if identity and parent is not None and parent.tag == f"{BPMN}process":
            return identity
    return "/"


def read(xml: bytes, file: str) -> Source:
    """
    The tree in a BPMN file.

    Raises BpmnError if it is too large, is not XML, or is not only elements and text.
    """
    return Source(file=file, root=parse(xml, file))


def refused(file: str, line: int, code: str, sentence: str) -> BpmnError:
    """
    The refusal of a whole file.
    """
    return BpmnError(
        Problem(file=file, line=line, code=code, element="/", sentence=sentence)
    )
