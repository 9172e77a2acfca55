"""
Our element templates, in the panel of Camunda Modeler.
"""

import json

import pytest

from approval_engine.definitions.reading import read
from approval_engine.errors import BpmnError
from approval_engine.executor.examine import examine
from tests.browser.files import BPMN, FRAME

FILES = sorted((BPMN / "element-templates").glob("*.json"))
TEMPLATES = [each for file in FILES for each in json.loads(file.read_text())]
VALIDATE = """
const { validateAll } = require("@bpmn-io/element-templates-validator");
const { valid, results } = validateAll(JSON.parse(process.argv[1]));
const errors = results.flatMap((each) => each.errors || []);
console.log(JSON.stringify({ valid, errors }));
"""


def judged(node, templates):
    code, printed = node("-e", VALIDATE, json.dumps(templates))
    assert code == 0, printed
    return json.loads(printed)


def test_every_template_keeps_the_schema_of_camunda(node):
    assert judged(node, TEMPLATES) == {"valid": True, "errors": []}


def test_the_schema_refuses_what_is_no_template(node):
    nameless = {**TEMPLATES[0], "appliesTo": "bpmn:Task"}

    assert judged(node, [nameless])["valid"] is False


@pytest.fixture
def editor(platform):
    """
    The frame that we ship, opened, with our templates in the panel.
    """
    assert platform.open(FRAME) == []
    assert platform.do("setTemplates", TEMPLATES) == []
    return platform


def nodes(editor):
    found = read(editor.save(), "mine.bpmn").process
    return {node.id: node for node in found.nodes()}


@pytest.mark.browser
def test_the_slots_of_our_frame_are_known_to_their_template(editor):
    steps = editor.do("template", "approval-engine.slot")

    assert steps["name"] == "Steps of the policy"


@pytest.mark.browser
def test_a_task_becomes_a_notice_that_we_send(editor):
    editor.do("insertTask", "from_check", {"id": "told"})
    editor.do("changeTo", "told", "approval-engine.notify")
    for name, value in {"to": "owner", "subject": "Seen", "text": "It is."}.items():
        editor.do("fill", "told", name, value)

    examine(editor.save(), "mine.bpmn")
    notice = nodes(editor)["told"].notice
    assert (notice.channel, notice.to, notice.text) == ("mail", ("owner",), "It is.")


@pytest.mark.browser
def test_a_task_becomes_one_of_a_role(editor):
    editor.do("insertTask", "from_check", {"id": "more"})
    editor.do("changeTo", "more", "approval-engine.task")
    editor.do("say", "more", {"camunda:candidateGroups": "finance"})

    examine(editor.save(), "mine.bpmn")
    assert nodes(editor)["more"].work.groups == ("finance",)


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["reminder", "escalation"])
def test_a_timer_becomes_one_of_ours(editor, kind):
    editor.do("addTimer", "check_data", f"approval-engine.{kind}", "late", "PT4H")
    if kind == "escalation":
        editor.do("fill", "late", "role", "finance")

    examine(editor.save(), "mine.bpmn")
    timer = nodes(editor)["late"]
    assert (timer.properties["kind"], timer.interrupting) == (kind, False)
    assert timer.event.timer.span == "PT4H"


@pytest.mark.browser
def test_another_slot_is_refused_until_it_selects_something_else(editor):
    editor.do("insertTask", "all_done", {"id": "twice"})
    editor.do("changeTo", "twice", "approval-engine.slot")

    with pytest.raises(BpmnError, match="rest"):
        examine(editor.save(), "mine.bpmn")
    assert nodes(editor)["twice"].steps == ("rest",)
