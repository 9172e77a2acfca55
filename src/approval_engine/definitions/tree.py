"""
The bytes of a definition → its XML tree, which says the same to every reader.

The only place that parses XML: no entities, no network, no DOCTYPE, no instructions, a
bounded size.
"""

from collections.abc import Iterator
from typing import Any, cast

from lxml import etree

from approval_engine.errors import BpmnError, DefinitionError, Problem

MAX_BYTES = 1024 * 1024


def parse(
    xml: bytes,
    file: str = "process.bpmn",
    error: type[DefinitionError] = BpmnError,
) -> etree._Element:
    """
    The root element.

    Raises `error` if it is too large, no XML, or more than elements, text and comments.
    """
    if len(xml) > MAX_BYTES:
        sentence = f"Expected at most {MAX_BYTES} bytes, but the file has {len(xml)}."
        raise error(_problem(file, 1, "too_large", sentence))
    try:
        root = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError as wrong:
        sentence = f"Expected XML, but {wrong.msg or 'the file is empty'}."
        raise error(_problem(file, wrong.lineno or 1, "syntax", sentence)) from wrong
    # The type stubs of lxml do not know all of DocInfo.
    if cast("Any", root.getroottree().docinfo).doctype:
        sentence = "Expected no document type, for it can hide what is read: remove it."
        raise error(_problem(file, 1, "doctype", sentence))
    for node in _nodes(root):
        if not _is_harmless(node):
            sentence = "Expected elements, text and comments, but got an instruction."
            raise error(_problem(file, line_of(node), "instruction", sentence))
    return root


def line_of(element: etree._Element) -> int:
    """
    The line of an element in its file, from 1.
    """
    line: object = element.sourceline
    return line if isinstance(line, int) else 1


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.iter()
    yield from root.itersiblings(preceding=True)
    yield from root.itersiblings()


def _is_harmless(node: etree._Element) -> bool:
    return isinstance(node.tag, str) or node.tag is etree.Comment


def _problem(file: str, line: int, code: str, sentence: str) -> Problem:
    return Problem(file=file, line=line, code=code, element="/", sentence=sentence)
