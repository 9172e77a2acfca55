"""
Real files of Camunda Modeler: each is accepted, or refused with every problem named.
"""

import json
from pathlib import Path

import pytest

from approval_engine.definitions.reading import read
from approval_engine.errors import BpmnError

DATA = Path(__file__).parents[5] / "shared" / "data"
VERDICTS = json.loads(Path(__file__).with_name("verdicts.json").read_text("utf-8"))


def file(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {path}, which lies beside the checkout")
    return path.read_bytes()


def found_in(xml, name):
    try:
        read(xml, name)
    except BpmnError as error:
        return [f"{problem.code} {problem.element}" for problem in error.problems]
    return []


@pytest.mark.parametrize("name", VERDICTS)
def test_a_real_file_has_its_verdict(name):
    assert found_in(file(name), name) == VERDICTS[name]


@pytest.mark.parametrize("name", VERDICTS)
def test_every_problem_of_a_real_file_can_be_clicked(name):
    xml = file(name)
    lines = xml.decode().splitlines()
    with pytest.raises(BpmnError) as refusal:
        read(xml, name)
    for problem in refusal.value.problems:
        assert 1 <= problem.line <= len(lines)
        assert problem.element == "/" or f'id="{problem.element}"' in xml.decode()
        assert problem.sentence.endswith((".", "?"))


def test_there_is_a_verdict_on_every_file():
    if not DATA.exists():
        pytest.skip(f"needs {DATA}, which lies beside the checkout")
    files = DATA.glob("*/*.bpmn")
    assert sorted(path.relative_to(DATA).as_posix() for path in files) == [*VERDICTS]


def without(text, opening, closing):
    while opening in text:
        before, _, rest = text.partition(opening)
        text = before + rest.partition(closing)[2]
    return text


def test_whoever_does_what_the_problems_say_is_accepted():
    text = file("camunda/invoice.v2.bpmn").decode()
    text = without(text, "<camunda:taskListener", "</camunda:taskListener>")
    text = text.replace("${dateTime().plusWeeks(1).toDate()}", "P7D")
    text = text.replace("${dateTime().plusDays(2).toDate()}", "P2D")
    text = text.replace(
        'camunda:class="org.camunda.bpm.example.invoice.service.ArchiveInvoiceService">',
        'camunda:modelerTemplate="approval-engine.notify"><extensionElements>'
        '<camunda:properties><camunda:property name="channel" value="mail" />'
        '<camunda:property name="to" value="accounting" />'
        '<camunda:property name="text" value="Archive it." /></camunda:properties>'
        "</extensionElements>",
    )
    process = read(text.encode()).process
    review = process.graph.by_id["reviewInvoice"].work

    assert [(field.id, field.type, field.inferred) for field in review.fields] == [
        ("clarified", "boolean", True)
    ]
    assert process.graph.by_id["approveInvoice"].work.due.span == "P7D"
    assert process.graph.by_id["approveInvoice"].work.lane == "Approver"
