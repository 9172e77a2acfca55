"""
The bytes of a process definition → its XML tree, read without trusting the file.

The only place that parses XML: no entities, no network, no DOCTYPE, a bounded size.
"""

from typing import Any, cast

from lxml import etree

from approval_engine.errors import BpmnError, Problem

MAX_BYTES = 1024 * 1024


def parse(xml: bytes, file: str = "process.bpmn") -> etree._Element:
    """
    The root element. Raises BpmnError if this is no XML, too large or has a DOCTYPE.
    """
    if len(xml) > MAX_BYTES:
        sentence = f"Expected at most {MAX_BYTES} bytes, but the file has {len(xml)}."
        raise BpmnError(_problem(file, 1, "too-large", sentence))
    try:
        root = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError as error:
        sentence = f"Expected XML, but {error.msg or 'the file is empty'}."
        raise BpmnError(
            _problem(file, error.lineno or 1, "no-xml", sentence)
        ) from error
    # The type stubs of lxml do not know all of DocInfo.
    if cast("Any", root.getroottree().docinfo).doctype:
        sentence = "Expected no DOCTYPE, but there is one: remove it."
        raise BpmnError(_problem(file, 1, "doctype", sentence))
    return root


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def _problem(file: str, line: int, code: str, sentence: str) -> Problem:
    return Problem(file=file, line=line, code=code, element="", sentence=sentence)
