"""
A policy becomes a file of decision tables that tools for DMN accept and can draw.
"""

from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from approval_engine.definitions.dmn.export import export
from approval_engine.definitions.dmn.model import HitPolicy
from approval_engine.definitions.dmn.namespaces import DC, DI, DMNDI, MODEL
from approval_engine.definitions.dmn.read import read
from approval_engine.definitions.dmn.sheets import lacking
from approval_engine.documents import parse
from approval_engine.errors import DmnError
from tests.unit.definitions.dmn.goldens import COMMAND, FOLDER, NAME, rendered
from tests.unit.definitions.dmn.policies import SHIPPED, document, policies
from tests.unit.policy.samples import POLICY, TRIGGER

ENGINE = Path(find_spec("SpiffWorkflow").submodule_search_locations[0])
SCHEMA = etree.XMLSchema(etree.parse(ENGINE / "dmn/parser/schema/DMN13.xsd"))
"""The schema of the OMG, which SpiffWorkflow carries as a file."""


def exported(value):
    return export(document(value).value)


def tree(xml):
    return etree.fromstring(xml)


def every(root, namespace, name):
    return list(root.iter(f"{{{namespace}}}{name}"))


def test_the_golden_file_is_what_the_demo_policy_exports_today():
    golden = (FOLDER / NAME).read_bytes()

    assert rendered() == golden, f"If this is meant, run: {COMMAND}"


def test_every_golden_file_is_known():
    assert [path.name for path in FOLDER.glob("*.dmn")] == [NAME]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_an_export_is_valid_by_the_schema_of_dmn(path):
    xml = export(parse(path.read_bytes(), path.name).value)

    assert SCHEMA.validate(tree(xml)), SCHEMA.error_log


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(value=policies())
def test_any_export_is_valid_and_every_id_in_it_is_unique(value):
    root = tree(exported(value))
    ids = [each.get("id") for each in root.iter(etree.Element) if each.get("id")]

    assert SCHEMA.validate(root), SCHEMA.error_log
    assert len(set(ids)) == len(ids)


def test_everything_is_drawn_once_and_nothing_covers_another():
    root = tree(rendered())
    shapes = every(root, DMNDI, "DMNShape")
    boxes = [
        tuple(int(bounds.get(name)) for name in ("x", "y", "width", "height"))
        for bounds in every(root, DC, "Bounds")
    ]
    drawn = {each.get("dmnElementRef") for each in shapes}
    decisions = every(root, MODEL, "decision") + every(root, MODEL, "inputData")

    assert drawn == {each.get("id") for each in decisions}
    assert len(shapes) == len(boxes) == len(drawn)
    for one, other in combinations(boxes, 2):
        assert (
            one[0] + one[2] <= other[0]
            or other[0] + other[2] <= one[0]
            or one[1] + one[3] <= other[1]
            or other[1] + other[3] <= one[1]
        )


def test_an_edge_leads_from_each_input_up_to_each_table_that_reads_it():
    root = tree(rendered())
    edges = every(root, DMNDI, "DMNEdge")
    needs = every(root, MODEL, "informationRequirement")

    assert [e.get("dmnElementRef") for e in edges] == [n.get("id") for n in needs]
    for edge in edges:
        start, end = every(edge, DI, "waypoint")
        assert int(start.get("y")) > int(end.get("y"))


def test_triggers_are_collected_and_ladders_and_steps_are_first():
    decisions = read(rendered()).decisions

    assert {name: each.logic.hit_policy for name, each in decisions.items()} == {
        "triggers": HitPolicy.COLLECT,
        "ladder_sales": HitPolicy.FIRST,
        "steps": HitPolicy.FIRST,
    }


def test_columns_stand_in_the_order_of_the_policy_and_state_what_they_can_be():
    table = read(rendered()).decisions["triggers"].logic

    assert [column.text for column in table.columns] == [
        "margin_pct",
        "discount_pct",
        "amount",
        "term_months",
        "payment_days",
        "clauses",
        "screening",
        "region",
        "segment",
        "family",
    ]
    assert table.columns[7].values == ("AMER", "EMEA", "APAC")


def test_each_row_of_a_trigger_is_a_rule():
    table = read(rendered()).decisions["triggers"].logic
    margin = [rule for rule in table.rules if rule.entries[0].text == '"margin"']

    assert [[cell.text for cell in rule.cells if cell.text] for rule in margin] == [
        ["< 24", 'not("EMEA")'],
        ["< 28", '"EMEA"'],
    ]
    assert {rule.entries[2].text for rule in margin} == {'["manager", "finance"]'}


def test_what_the_tables_do_not_hold_is_listed():
    value = {
        **POLICY,
        "calendars": {},
        "rates": {"set": "x"},
        "triggers": [{**TRIGGER, "each": "line"}],
        "ladders": {"sales": {"mode": "chain", "rungs": []}},
    }
    first, second, third, fourth = lacking(value)

    for key in ("version", "currency", "calendars", "rates"):
        assert f"'{key}'" in first
    assert "'triggers'" not in first
    assert "where inputs come from" in second
    assert third.startswith("Trigger 'margin' judges each line")
    assert "mode 'chain'" in fourth


def test_of_a_plain_policy_nothing_is_said_about_lines_or_modes():
    assert len(lacking(POLICY)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": "deal\x01desk"},
        {"triggers": [{**TRIGGER, "when": {"region": '"A\x02"'}}]},
        {"inputs": [{**POLICY["inputs"][2], "values": ["\x03"]}]},
    ],
)
def test_what_xml_cannot_carry_is_refused_and_not_replaced(changes):
    changes.setdefault("triggers", [{**TRIGGER, "when": {"region": '"A"'}}])
    with pytest.raises(DmnError, match="XML can carry"):
        exported({**POLICY, **changes})


def test_an_input_of_the_name_step_is_refused_where_it_would_mean_two_things():
    rules = [{"when": {"step": "> 1"}, "hours": 4}, {"hours": 24}]
    inputs = [*POLICY["inputs"], {"name": "step", "type": "number"}]
    value = {**POLICY, "inputs": inputs, "steps": {"manager": {"slaHours": rules}}}

    with pytest.raises(DmnError, match="no input of the name 'step'"):
        exported(value)
    assert exported({**value, "steps": {"manager": {}}})


def test_a_policy_without_triggers_inputs_and_steps_is_exported_too():
    value = {**POLICY, "inputs": [], "triggers": [], "steps": {}}
    root = tree(exported(value))

    assert SCHEMA.validate(root), SCHEMA.error_log
    assert read(exported(value)).decisions["triggers"].logic.rules == ()
