"""
The bytes of a process definition → its XML tree, read without trusting the file.

The only place that parses XML: UTF-8, no DOCTYPE, no entities, no instructions, no
network, a bounded size. What two readers could understand differently is refused.
"""

import re
from collections.abc import Iterator

from lxml import etree

from approval_engine.errors import BpmnError, Problem

MAX_BYTES = 1024 * 1024

_MAX_ELEMENTS = 20_000
_MAX_ATTRIBUTES = 64

# Atomic, so that a prolog of many comments is not read in more than one way.
_DOCTYPE = re.compile(r"\ufeff?(?>\s++|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)
_DECLARED = re.compile(r"\ufeff?<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'>]*)[\"']")
_PLAIN = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def parse(xml: bytes, file: str = "process.bpmn") -> etree._Element:
    """
    The root element.

    Raises BpmnError with the one reason why these bytes are not read.
    """
    if len(xml) > MAX_BYTES:
        sentence = f"Expected at most {MAX_BYTES} bytes, but the file has {len(xml)}."
        raise refused(file, 1, "too_large", sentence)
    _check_text(xml, file)
    try:
        root = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError as error:
        sentence = f"Expected XML, but {error.msg or 'the file is empty'}."
        raise refused(file, error.lineno or 1, "syntax", sentence) from error
    _check_nodes(root, file)
    return root


def refused(file: str, line: int, code: str, sentence: str) -> BpmnError:
    """
    The refusal of a whole file.
    """
    return BpmnError(
        Problem(file=file, line=line, code=code, element="/", sentence=sentence)
    )


def line_of(node: etree._Element) -> int:
    """
    The line where an element starts.
    """
    line: object = node.sourceline
    return line if isinstance(line, int) else 1


def _check_text(xml: bytes, file: str) -> None:
    """
    Refuse what must not even reach the parser.
    """
    try:
        text = xml.decode("utf-8")
    except UnicodeDecodeError as error:
        line = xml.count(b"\n", 0, error.start) + 1
        sentence = f"Expected UTF-8, but byte {error.start} is not: save it as UTF-8."
        raise refused(file, line, "encoding", sentence) from error
    declared = _DECLARED.match(text)
    if declared and declared.group(1).lower() not in _PLAIN:
        sentence = f"Expected UTF-8, but the file says {declared.group(1)[:40]!r}."
        raise refused(file, 1, "encoding", sentence)
    if _DOCTYPE.match(text):
        sentence = "Expected no DOCTYPE, but there is one: remove it."
        raise refused(file, 1, "doctype", sentence)


def _check_nodes(root: etree._Element, file: str) -> None:
    for number, node in enumerate(_nodes(root), start=1):
        if number > _MAX_ELEMENTS:
            sentence = f"Expected at most {_MAX_ELEMENTS} elements, but there are more."
            raise refused(file, line_of(node), "too_large", sentence)
        tag: object = node.tag
        if tag is etree.Comment:
            continue
        if not isinstance(tag, str):
            sentence = "Expected elements, text and comments, but found an instruction."
            raise refused(file, line_of(node), "instruction", sentence)
        if len(node.attrib) > _MAX_ATTRIBUTES:
            found = len(node.attrib)
            sentence = (
                f"Expected at most {_MAX_ATTRIBUTES} attributes, but got {found}."
            )
            raise refused(file, line_of(node), "too_large", sentence)


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.itersiblings(preceding=True)
    yield from root.iter()
    yield from root.itersiblings()


def _parser() -> etree.XMLParser:
    # CDATA is kept apart, so that halves of an expression can be told from a whole one.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        strip_cdata=False,
    )
