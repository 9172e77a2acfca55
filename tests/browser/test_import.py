"""
Whatever we ship or make opens in the tools of analysts without a remark.
"""

import json

import pytest

from approval_engine.definitions.arrange import arrange
from approval_engine.definitions.semantics import semantic_hash
from tests.browser.files import BPMN, FILES, FRAME
from tests.unit.definitions.reading.files import around
from tests.unit.definitions.test_arrange import DRAWN, LANES, POOLS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", FILES)
def test_every_process_opens_in_modeler_for_camunda_7(platform, name):
    assert platform.open(FILES[name]) == []


@pytest.mark.parametrize("name", FILES)
def test_every_process_opens_in_modeler_for_camunda_8(cloud, name):
    assert cloud.open(FILES[name]) == []


def test_what_is_wrong_is_remarked(platform):
    dangling = FRAME.replace(b'targetRef="check_data"', b'targetRef="nowhere"')

    assert any("nowhere" in warning for warning in platform.open(dangling))


def test_our_decision_tables_open_in_modeler(editors):
    tables = (BPMN / "deal-desk.dmn").read_bytes()

    assert editors("dmn").open(tables) == []


@pytest.mark.parametrize("kind", ["platform", "cloud"])
@pytest.mark.parametrize("name", FILES)
def test_a_process_that_we_arrange_opens_too_and_means_the_same(editors, kind, name):
    bare = DRAWN.sub(b"", FILES[name])
    arranged = arrange(bare)

    assert editors(kind).open(arranged) == []
    assert semantic_hash(editors(kind).save()) == semantic_hash(FILES[name])


def test_lanes_that_we_arrange_hold_their_nodes_when_something_is_moved(platform):
    arranged = arrange(around(LANES, outside=POOLS))
    assert platform.open(arranged) == []
    platform.do("move", "a", 10, 0)

    assert semantic_hash(platform.save()) == semantic_hash(arranged)


def findings(node, tmp_path, xml):
    """
    What bpmnlint's recommended rules say: category, rule and element.
    """
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"extends": "bpmnlint:recommended"}))
    file = tmp_path / "process.bpmn"
    file.write_bytes(xml)
    linter = "node_modules/bpmnlint/bin/bpmnlint.js"
    code, printed = node(linter, "--config", rules, file)
    return code, printed


@pytest.mark.parametrize("name", FILES)
def test_every_process_keeps_the_recommended_rules(node, tmp_path, name):
    code, printed = findings(node, tmp_path, FILES[name])

    assert code == 0, printed


def test_a_process_that_breaks_a_rule_is_told(node, tmp_path):
    silent = FRAME.replace(b'name="Data right?"', b"")
    code, printed = findings(node, tmp_path, silent)

    assert code == 1
    assert "label-required" in printed
