"""
A process definition → accepted by the BPMN 2.0 schema, or every place where it is not.

The schema is the one of the OMG that SpiffWorkflow carries as a file; its code is not
touched.
"""

from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, cast

from lxml import etree

from approval_engine.definitions.namespaces import BPMN
from approval_engine.definitions.tree import parse
from approval_engine.errors import BpmnError, Problem

SCHEMA = Path("bpmn", "parser", "schema", "BPMN20.xsd")

# A compiled schema keeps the findings of its last validation, which threads would mix.
LOCK = Lock()


def check(xml: bytes, file: str = "process.bpmn") -> None:
    """
    Raises BpmnError with every violation, or if this cannot be read at all.
    """
    root = parse(xml, file)
    schema = _schema()
    with LOCK:
        valid = schema.validate(root)
        found = _findings(schema)
    if valid:
        return
    tree = root.getroottree()
    elements = {tree.getpath(element): element for element in root.iter("*")}
    raise BpmnError(
        *(
            Problem(
                file=file,
                line=line,
                code="bpmn-schema",
                element=_nearest_id(elements.get(path)),
                sentence=message.replace(BPMN, ""),
            )
            for line, path, message in found
        )
    )


@cache
def _schema() -> etree.XMLSchema:
    spec = find_spec("SpiffWorkflow")
    if not spec or not spec.submodule_search_locations:
        raise FileNotFoundError(SCHEMA)
    folder = Path(spec.submodule_search_locations[0])
    return etree.XMLSchema(etree.parse(folder / SCHEMA))


def _findings(schema: etree.XMLSchema) -> tuple[tuple[int, str, str], ...]:
    # The type stubs of lxml do not say that a log has entries.
    log = cast("Iterable[Any]", schema.error_log)
    return tuple((entry.line, entry.path or "", entry.message) for entry in log)


def _nearest_id(element: etree._Element | None) -> str:
    while element is not None:
        if found := element.get("id"):
            return found
        element = element.getparent()
    return ""
