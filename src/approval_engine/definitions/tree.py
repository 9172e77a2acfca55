"""
The bytes of a definition → its XML tree, which says the same to every reader.

The only place that parses XML: UTF-8, no DOCTYPE, no entities, no instructions, no
network, a bounded size.
"""

import re
from collections.abc import Iterator

from lxml import etree

from approval_engine.errors import BpmnError, DefinitionError, Problem

MAX_BYTES = 1024 * 1024

_MAX_ELEMENTS = 50_000
_MAX_ATTRIBUTES = 64

# Atomic, so that a prolog of many comments is not read in more than one way.
_DOCTYPE = re.compile(r"\ufeff?(?>\s++|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.DOTALL)
_DECLARED = re.compile(r"\ufeff?<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'>]*)[\"']")
_PLAIN = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def parse(
    xml: bytes, file: str = "process.bpmn", error: type[DefinitionError] = BpmnError
) -> etree._Element:
    """
    The root element.

    Raises `error` with the one reason why these bytes are not read.
    """
    problem = _before_parsing(xml, file)
    if problem is not None:
        raise error(problem)
    try:
        root = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError as wrong:
        sentence = f"Expected XML, but {wrong.msg or 'the file is empty'}."
        raise error(_problem(file, wrong.lineno or 1, "syntax", sentence)) from wrong
    problem = _after_parsing(root, file)
    if problem is not None:
        raise error(problem)
    return root


def line_of(element: etree._Element) -> int:
    """
    The line of an element in its file, from 1.
    """
    line: object = element.sourceline
    return line if isinstance(line, int) else 1


def _before_parsing(xml: bytes, file: str) -> Problem | None:
    """
    What must not even reach the parser.
    """
    if len(xml) > MAX_BYTES:
        sentence = f"Expected at most {MAX_BYTES} bytes, but the file has {len(xml)}."
        return _problem(file, 1, "too_large", sentence)
    try:
        text = xml.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = xml.count(b"\n", 0, wrong.start) + 1
        sentence = f"Expected UTF-8, but byte {wrong.start} is not: save it as UTF-8."
        return _problem(file, line, "encoding", sentence)
    if "\0" in text:
        # The parser would take it for UTF-16 and read a file that nobody else sees.
        sentence = "Expected UTF-8 text, but there is a null byte: save it as UTF-8."
        return _problem(file, 1, "encoding", sentence)
    declared = _DECLARED.match(text)
    if declared and declared.group(1).lower() not in _PLAIN:
        sentence = f"Expected UTF-8, but the file says {declared.group(1)[:40]!r}."
        return _problem(file, 1, "encoding", sentence)
    if _DOCTYPE.match(text):
        sentence = "Expected no DOCTYPE, but there is one: remove it."
        return _problem(file, 1, "doctype", sentence)
    return None


def _after_parsing(root: etree._Element, file: str) -> Problem | None:
    for number, node in enumerate(_nodes(root), start=1):
        tag: object = node.tag
        if number > _MAX_ELEMENTS:
            sentence = f"Expected at most {_MAX_ELEMENTS} elements, but there are more."
            return _problem(file, line_of(node), "too_large", sentence)
        if isinstance(tag, str):
            if len(node.attrib) > _MAX_ATTRIBUTES:
                found = len(node.attrib)
                sentence = (
                    f"Expected at most {_MAX_ATTRIBUTES} attributes, but got {found}."
                )
                return _problem(file, line_of(node), "too_large", sentence)
        elif tag is not etree.Comment:
            sentence = "Expected elements, text and comments, but got an instruction."
            return _problem(file, line_of(node), "instruction", sentence)
    return None


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.itersiblings(preceding=True)
    yield from root.iter()
    yield from root.itersiblings()


def _parser() -> etree.XMLParser:
    # CDATA is kept apart, so that halves of an expression can be told from a whole one.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        strip_cdata=False,
    )


def _problem(file: str, line: int, code: str, sentence: str) -> Problem:
    return Problem(file=file, line=line, code=code, element="/", sentence=sentence)
