"""
Every place of a file where the stock engine evaluates Python: refused, with its place.

It also would evaluate a state of an old version, and has modules that load whatever
they are given; ours reads no such state and never imports them.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from approval_engine.definitions.dmn.read import read as read_table
from approval_engine.definitions.reading import read
from approval_engine.errors import DefinitionError, EngineError
from approval_engine.executor import engine
from tests.unit.definitions.dmn.tables import column, one
from tests.unit.definitions.goldens import FOLDER
from tests.unit.definitions.reading.attacks import CANARY, PYTHON, SCRIPTS

FINE = (["< 24"], ['"finance"'])

PROCESSES = {
    "script": "script task",
    "conditionExpression": "condition",
    "timeDate": "date",
    "timeDuration": "duration",
    "timeCycle": "cycle",
    "condition of an event": "conditional event",
    "loopCardinality": "cardinality",
    "loopCondition": "loop",
    "correlation": "correlation",
    "expression of a message": "message",
    "completionCondition": "ad hoc",
    "preScript": "pre-script",
    "postScript": "post-script",
}
TABLES = {
    "inputExpression": one(FINE, columns=(column(PYTHON),)),
    "inputEntry": one(([PYTHON], ['"finance"'])),
    "outputEntry": one((["< 24"], [PYTHON])),
}


def refused(read, xml):
    with pytest.raises(DefinitionError) as refusal:
        read(xml, "evil")
    assert not Path(CANARY).exists()
    return refusal.value.problems


@pytest.mark.parametrize("name", PROCESSES.values(), ids=PROCESSES)
def test_a_place_for_code_in_a_process_is_refused_with_element_and_line(name):
    problems = refused(read, SCRIPTS[name])

    assert all(each.element and each.line > 1 for each in problems)


@pytest.mark.parametrize("xml", TABLES.values(), ids=TABLES)
def test_a_place_for_code_in_a_table_is_refused_with_element_and_line(xml):
    problems = refused(read_table, xml)

    assert all(each.element and each.line > 1 for each in problems)


def test_the_tables_are_fine_without_the_code():
    assert read_table(one(FINE)).decisions
    assert len(PROCESSES) + len(TABLES) >= 15


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "9.9"])
def test_a_state_of_the_stock_engine_is_not_even_looked_into(version):
    definition = engine.compile_definition((FOLDER / "standard-ten.bpmn").read_bytes())
    state = (
        f'{{"serializer_version":"{version}","spec":{{"task_specs":{{"x":'
        f'{{"time":"{PYTHON}","typename":"IntermediateCatchEvent"}}}}}}}}'
    ).encode()

    with pytest.raises(EngineError):
        engine.position(definition, state)
    assert not Path(CANARY).exists()


def test_what_loads_and_runs_anything_is_never_imported():
    program = """
import sys
from pathlib import Path
from approval_engine.executor import engine
definition = engine.compile_definition(Path(sys.argv[1]).read_bytes())
engine.position(definition, engine.start(definition).state)
print(*(name for name in sys.modules if name.startswith("SpiffWorkflow")))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, FOLDER / "standard-ten.bpmn"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(ran.stdout.split())

    assert "SpiffWorkflow" in imported
    for name in ("serializer.dict", "bpmn.serializer", "dmn", "spiff", "camunda"):
        assert f"SpiffWorkflow.{name}" not in imported
