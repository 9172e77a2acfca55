"""
The properties of a node: names and values, those that we understand checked.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from approval_engine.definitions.namespaces import CAMUNDA, ZEEBE
from approval_engine.definitions.reading.source import Source, extensions
from approval_engine.definitions.reading.texts import shown

_STEP = r"[a-z0-9_-]{1,63}"
_HOURS = r"[0-9]{1,5}(\.[0-9]{1,6})?"
_SELECTED = rf"(rest|chain:{_STEP}|{_STEP}( *, *{_STEP})*)"

_FORMS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(form)
    for name, form in {
        "step": _STEP,
        "steps": _SELECTED,
        "sla": "policy|process",
        "slaHours": _HOURS,
        "level": "[0-9]{1,3}",
        "stage": "[0-9]{1,5}",
        "kind": "reminder|escalation",
        "outcome": "approved|rejected|returned|undecided",
        "required": "true|false",
        "waitForAll": "true|false",
        "ask": "everyone",
        "escalation": "reassign|add",
    }.items()
}
_LONGEST = 4000


def properties_of(source: Source, element: etree._Element) -> Mapping[str, str]:
    """
    The properties of an element, whichever platform wrote them.
    """
    found: dict[str, str] = {}
    for each in _properties(element):
        name, value = each.get("name"), each.get("value", "")
        if not name:
            source.refuse(each, "property", "Expected a name of a property.")
            continue
        if name in found:
            sentence = f"Expected property {shown(name)} once, but it is given twice."
            source.refuse(each, "property", sentence)
        form = _FORMS.get(name)
        if len(value) > _LONGEST or (form and not form.fullmatch(value.strip())):
            sentence = (
                f"Expected property {shown(name)} in its form, but got {shown(value)}."
            )
            source.refuse(each, "property", sentence)
        found[name] = value.strip() if form else value
    return MappingProxyType(found)


def _properties(element: etree._Element) -> Iterator[etree._Element]:
    for space in (CAMUNDA, ZEEBE):
        for holder in extensions(element, f"{space}properties"):
            yield from holder.iterchildren(f"{space}property")
