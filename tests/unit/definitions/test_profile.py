"""
The profile has a verdict on everything that BPMN knows, and its page says the same.
"""

import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from approval_engine.definitions.profile import (
    ANY,
    ATTRIBUTES,
    ELEMENTS,
    Verdict,
    bpmn,
    bpmn_attributes,
    bpmn_refused,
    camunda,
    diagram,
    zeebe,
)
from approval_engine.definitions.profile.page import page
from approval_engine.definitions.reading.names import EXAMPLE
from approval_engine.policy.conditions import Kind, kind_of, parse_condition

ROOT = Path(__file__).parents[3]
COMMAND = "python -m approval_engine.definitions.profile > docs/profile.md"
SCHEMAS = Path(find_spec("SpiffWorkflow").submodule_search_locations[0]) / (
    "bpmn/parser/schema"
)
XSD = "{http://www.w3.org/2001/XMLSchema}"
TABLES = (bpmn, bpmn_refused, camunda, zeebe, diagram)
SPACES = {"Semantic": "bpmn", "BPMN20": "bpmn", "BPMNDI": "bpmndi", "DC": "dc"}


class Schema:
    """
    The elements of a schema file with their attributes, inherited ones too.
    """

    def __init__(self, name):
        self.root = etree.parse(SCHEMAS / f"{name}.xsd").getroot()
        found = self.root.iter(f"{XSD}complexType")
        self.types = {each.get("name"): each for each in found if each.get("name")}

    def elements(self):
        for element in self.root.iter(f"{XSD}element"):
            name = element.get("name")
            if name and ":" not in name:
                kind = element.get("type", "").rpartition(":")[2]
                yield name, sorted(self.attributes(kind))

    def attributes(self, kind):
        if kind not in self.types:
            return
        for attribute in self.types[kind].iter(f"{XSD}attribute"):
            if attribute.get("name"):
                yield attribute.get("name")
        for extension in self.types[kind].iter(f"{XSD}extension"):
            yield from self.attributes(extension.get("base", "").rpartition(":")[2])


CASES = [
    (f"{prefix}:{name}", attributes)
    for schema, prefix in SPACES.items()
    for name, attributes in Schema(schema).elements()
]


@pytest.mark.parametrize(("name", "attributes"), CASES)
def test_everything_in_the_schema_has_a_verdict(name, attributes):
    row = ELEMENTS[name]
    if row.verdict is Verdict.REFUSED or row.text:
        return
    for attribute in attributes:
        known = (name, attribute) in ATTRIBUTES or (
            name.startswith("bpmn:") and (ANY, attribute) in ATTRIBUTES
        )
        assert known, attribute


def test_nothing_has_two_verdicts():
    elements = Counter(row.name for table in TABLES for row in table.ELEMENTS)
    attributes = Counter(
        (row.element, row.name)
        for table in (bpmn_attributes, camunda, zeebe, diagram)
        for row in table.ATTRIBUTES
    )

    assert [name for name, number in elements.items() if number > 1] == []
    assert [name for name, number in attributes.items() if number > 1] == []


def test_places_and_owners_are_elements_themselves():
    places = {place for row in ELEMENTS.values() for place in row.within}
    owners = {element for element, _ in ATTRIBUTES}

    assert places | owners <= {*ELEMENTS, ANY}


@pytest.mark.parametrize(
    "name",
    ["camunda:class", "camunda:delegateExpression", "camunda:resource", "default"],
)
def test_some_attributes_are_refused_wherever_they_stand(name):
    rows = [
        row
        for (element, attribute), row in ATTRIBUTES.items()
        if attribute == name and "Gateway" not in element
    ]

    assert {row.verdict for row in rows} == {Verdict.REFUSED}


EXAMPLES = [
    example
    for row in page().partition("## What expressions may say")[2].splitlines()
    if row.startswith(("| comparing", "| choosing", "| nothing", "| dates", "| calc"))
    for example in re.findall("`([^`]+)`", row)
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_what_the_page_shows_as_a_condition_is_one(text):
    known = {**EXAMPLE, "start": Kind.DATE}

    assert kind_of(parse_condition(text), known) == (Kind.BOOLEAN, ())


def test_the_page_shows_conditions():
    assert len(EXAMPLES) > 8


def test_the_page_is_that_of_the_table():
    written = (ROOT / "docs" / "profile.md").read_text(encoding="utf-8")

    assert page() == written, f"If this is meant, run: {COMMAND}"
