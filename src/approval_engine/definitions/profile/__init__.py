"""
What is accepted: a verdict on every element and attribute that a modeler can write.

The reader goes by this table, and the page that analysts read is made of it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from approval_engine.definitions.profile import (
    bpmn,
    bpmn_attributes,
    bpmn_refused,
    camunda,
    diagram,
    zeebe,
)
from approval_engine.definitions.profile.entries import (
    ANY,
    Attribute,
    Element,
    Verdict,
)

__all__ = ["ANY", "ATTRIBUTES", "ELEMENTS", "Attribute", "Element", "Verdict"]

_TABLES = (bpmn, bpmn_refused, camunda, zeebe, diagram)

ELEMENTS: Mapping[str, Element] = MappingProxyType(
    {row.name: row for table in _TABLES for row in table.ELEMENTS}
)
"""The elements by their names with prefix."""

ATTRIBUTES: Mapping[tuple[str, str], Attribute] = MappingProxyType(
    {
        (row.element, row.name): row
        for table in (bpmn_attributes, camunda, zeebe, diagram)
        for row in table.ATTRIBUTES
    }
)
"""The attributes by element and name, those of every element under `ANY`."""
