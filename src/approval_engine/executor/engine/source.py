"""
Bytes → an XML tree that says to every reader the same, or every reason why not.

No document type, entity or processing instruction survives; nothing is fetched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from approval_engine.definitions.namespaces import BPMN
from approval_engine.errors import BpmnError, Problem

MAX_BYTES = 1024 * 1024


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
            line=_line(element),
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
    if len(xml) > MAX_BYTES:
        raise refused(file, 1, "too_large", f"Expected at most {MAX_BYTES} bytes.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        sentence = f"Expected XML, but {error.msg}."
        raise refused(file, error.lineno or 1, "syntax", sentence) from error
    if root.getroottree().docinfo.internalDTD is not None:
        sentence = "Expected no document type (DOCTYPE): it can hide what is read."
        raise refused(file, 1, "doctype", sentence)
    if any(not _is_harmless(node) for node in _nodes(root)):
        sentence = "Expected elements, text and comments, but found an instruction."
        raise refused(file, 1, "instruction", sentence)
    return Source(file=file, root=root)


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.iter()
    yield from root.itersiblings(preceding=True)
    yield from root.itersiblings()


def _is_harmless(node: etree._Element) -> bool:
    return isinstance(node.tag, str) or node.tag is etree.Comment


def refused(file: str, line: int, code: str, sentence: str) -> BpmnError:
    """
    The refusal of a whole file.
    """
    return BpmnError(
        Problem(file=file, line=line, code=code, element="/", sentence=sentence)
    )


def _line(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 1
