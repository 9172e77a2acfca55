"""
Processes that other people drew in Camunda Modeler run to each of their ends.

What must be edited first is listed with each file, and nothing else is changed: no
listener, script or Java class runs here, a date is a duration, a service is a notice.
"""

import re
from decimal import Decimal
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest

from approval_engine.definitions import ids
from approval_engine.definitions.bound import bind
from approval_engine.definitions.model import Kind as Element
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.definitions.soundness import flaws
from approval_engine.errors import BpmnError
from approval_engine.executor import engine
from approval_engine.executor.surroundings import wanted
from approval_engine.executor.tables import tables_of
from approval_engine.policy.conditions import Kind

DATA = Path(__file__).parents[5] / "shared" / "data" / "camunda"
ARCHIVE = "org.camunda.bpm.example.invoice.service.ArchiveInvoiceService"
CREDITOR = "org.camunda.bpm.example.invoice.service.NotifyCreditorService"
NAMES = {"amount": Kind.NUMBER, "invoiceCategory": Kind.STRING}
INVOICE = {"amount": Decimal(400), "invoiceCategory": "Misc"}


def listeners(text):
    """
    Without task and execution listeners, in any of Camunda's namespaces.
    """
    text = re.sub(r"<(\w+):(task|execution)Listener\b[^>]*/>", "", text)
    pattern = r"<(\w+):(task|execution)Listener\b.*?</\1:\2Listener>"
    return re.sub(pattern, "", text, flags=re.DOTALL)


def dates(text):
    """
    A week and two days, as durations.
    """
    text = text.replace("${dateTime().plusWeeks(1).toDate()}", "P7D")
    return text.replace("${dateTime().plusDays(2).toDate()}", "P2D")


def notices(text):
    """
    A service that is a Java class becomes our notice, with its properties in front.
    """
    said = (
        "<extensionElements><camunda:properties>"
        '<camunda:property name="channel" value="mail" />'
        '<camunda:property name="to" value="accounting" />'
        '<camunda:property name="text" value="Please see to it." />'
        "</camunda:properties></extensionElements>"
    )
    for name in (ARCHIVE, CREDITOR):
        pattern = rf'camunda:class="{re.escape(name)}"([^>]*)>'
        template = r'camunda:modelerTemplate="approval-engine.notify"\1>'
        text = re.sub(pattern, template + said, text)
    return text


def without(*parts):
    """
    Without these parts of the text.
    """

    def edit(text):
        for part in parts:
            assert re.search(part, text, re.DOTALL), part
            text = re.sub(part, "", text, flags=re.DOTALL)
        return text

    return edit


def replaced(*pairs):
    """
    With these words in the place of those.
    """

    def edit(text):
        for before, after in pairs:
            assert before in text, before
            text = text.replace(before, after)
        return text

    return edit


KPI = without(r' camunda:modelerTemplate="kpi"')
BOTH = [{"clarified": True}, {"clarified": False}]
WORDS = [{"clarified": word} for word in ("reviewok", "requestnew", "no")]

FILES = {
    "four-eyes-advanced.bpmn": ([listeners, without(r"<fox:fourEyeGroup[^>]*/>")], {}),
    "absence.bpmn": ([listeners], {}),
    "approval.bpmn": (
        [
            without(r"<camunda:inputOutput>.*?</camunda:inputOutput>"),
            replaced(
                ("${assignee}", "${dmnResult_assignee}"),
                ("${candidateUsers}", "${dmnResult_candidateUsers}"),
                ("${candidateGroups}", "${dmnResult_candidateGroups}"),
            ),
        ],
        {},
    ),
    "invoice.v1.bpmn": (
        [
            listeners,
            dates,
            notices,
            replaced(
                (
                    'id="reviewSuccessful_gw"',
                    'id="reviewSuccessful_gw" default="reviewSuccessful"',
                ),
            ),
        ],
        {"reviewInvoice": BOTH},
    ),
    "invoice.v2.bpmn": ([listeners, dates, notices], {"reviewInvoice": BOTH}),
    "invoice.v3.bpmn": (
        [
            KPI,
            without(
                r"<conditionExpression[^>]*><!.CDATA.\${clarified=='no'}.*?Expression>"
            ),
            listeners,
            dates,
            notices,
            replaced(
                (
                    "<intermediateCatchEvent",
                    '<userTask camunda:candidateGroups="accounting"',
                ),
                ("</intermediateCatchEvent>", "</userTask>"),
                ('<messageEventDefinition messageRef="Message_0uesk5t" />', ""),
                (
                    'id="reviewSuccessful_gw"',
                    'id="reviewSuccessful_gw" default="SequenceFlow_1u0xgsy"',
                ),
            ),
        ],
        {"reviewInvoice": WORDS},
    ),
}
"""The edits of each file, and what can be typed into the forms of its tasks."""

DECISIONS = {
    "invoice-assign-approver": "assign-approver-groups.dmn",
    "Decision_Task_Assignment": "task-assignment.dmn",
}
FACTS = {
    "approval.bpmn": {
        "productGroup": "Food",
        "productDepartment": "Fruit",
        "productClass": "Banana",
        "halal": False,
    }
}


def data(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {path}, which lies beside the checkout")
    return path.read_text(encoding="utf-8")


def edited(name):
    text = data(name)
    for edit in FILES[name][0]:
        text = edit(text)
    return text.encode()


def compiled(name):
    process = read(edited(name), name, NAMES).process
    assert flaws(process) == ()
    asked = {n.decides.decision for n in process.nodes() if n.decides}
    xml = bind(edited(name), {decision: decision for decision in asked})
    bound = read(xml, name, NAMES).process
    tables = tables_of(bound, lambda decision: data(DECISIONS[decision]).encode())
    return bound, engine.compile_process(bound, sha256(xml).hexdigest(), tables)


def ends(name):
    """
    Every end that some answers lead to, by trying all of them in every order.
    """
    _, definition = compiled(name)
    facts = FACTS.get(name, INVOICE)
    typed = FILES[name][1]
    found, seen = set(), set()
    agenda = [engine.start(definition, facts)]
    for snapshot in agenda:
        position = snapshot.position
        if position.ended:
            found.add(position.ended)
        # Two rounds of a loop lead wherever more would.
        again = any(task.occurrence > 2 for task in position.tasks)
        if snapshot.state in seen or position.ended or again:
            continue
        seen.add(snapshot.state)
        agenda.extend(
            engine.complete(
                definition,
                snapshot.state,
                task.element,
                {ids.outcome(task.element): outcome},
                fields,
                facts,
            )
            for task, outcome in product(position.tasks, ("approved", "rejected"))
            for fields in typed.get(task.element, [{}])
        )
    return found


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_as_it_is(name):
    text = data(name).encode()
    with pytest.raises(BpmnError):
        read(text, name, NAMES)


@pytest.mark.parametrize("name", FILES)
def test_with_its_edits_it_runs_to_each_of_its_ends(name):
    process, _ = compiled(name)
    drawn = {node.id for node in process.graph.of(Element.END)}

    assert ends(name) == drawn


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"amount": Decimal(400), "invoiceCategory": "Misc"}, {"accounting"}),
        (
            {"amount": Decimal(400), "invoiceCategory": "Travel Expenses"},
            {"accounting", "sales"},
        ),
        ({"amount": Decimal(900), "invoiceCategory": "Misc"}, {"management"}),
    ],
)
def test_the_table_says_who_approves_an_invoice(facts, asked):
    _, definition = compiled("invoice.v2.bpmn")
    begun = engine.start(definition, facts)
    names = engine.names(definition, begun.state, facts)
    (task,) = (w for w in wanted(definition, names) if w.id == "approveInvoice")

    assert {task.role, *task.around.roles} == asked


def test_an_accepted_file_is_read_again_without_the_policy():
    for name in FILES:
        assert read(edited(name), name, EVERY_NAME).process.graph.nodes
