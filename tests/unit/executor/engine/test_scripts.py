"""
Nothing is evaluated by Python, on no path, also where somebody forgot to forbid it.
"""

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.executor.engine.restore import restore
from approval_engine.executor.engine.scripts import RefusedScripts
from tests.unit.executor.engine.drawings import single, stages
from tests.unit.executor.engine.stock import in_stock_words

TWO = engine.compile_definition(stages(("manager", "finance")))


@pytest.mark.parametrize("verb", ["evaluate", "execute", "call_service", "validate"])
def test_the_script_engine_and_its_environment_run_nothing(verb):
    scripts = RefusedScripts()
    for refusing in (scripts, scripts.environment):
        with pytest.raises(EngineError, match="no script"):
            getattr(refusing, verb)("1 + 1", {}, external_context={})


def test_a_restored_process_has_the_refusing_engine():
    workflow = restore(TWO.process, TWO.start)

    assert isinstance(workflow.script_engine, RefusedScripts)
    assert isinstance(workflow.script_engine.environment, RefusedScripts)


def library_workflow():
    parser = BpmnParser()
    parser.add_bpmn_str(in_stock_words(single()))
    return BpmnWorkflow(parser.get_spec("standard"))


def test_the_default_of_the_library_refuses_too():
    workflow = library_workflow()

    assert isinstance(workflow.script_engine, RefusedScripts)
    with pytest.raises(EngineError, match="no script"):
        workflow.do_engine_steps()


def test_what_the_library_loads_refuses_too():
    serializer = BpmnWorkflowSerializer()
    stored = serializer.serialize_json(library_workflow())
    loaded = serializer.deserialize_json(stored)

    assert isinstance(loaded.script_engine, RefusedScripts)


def test_no_text_of_a_condition_is_left_in_a_definition():
    gateway = TWO.process.task_specs["decided_manager"]
    conditions = [c for c, _ in gateway.cond_task_specs if c is not None]

    assert len(conditions) == 3
    assert not [c for c in conditions if isinstance(c.args[0], str)]
