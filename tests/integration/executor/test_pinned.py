"""
An edited export of a definition that we rendered: it serves plans that equal its own.
"""

import re
from datetime import timedelta

import pytest

from approval_engine.errors import BpmnError, InvalidState
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.replan import replan
from approval_engine.operations import intake, repository
from approval_engine.store import catalog
from tests.integration.executor.company import STEPS, document, policy

ADMIN = Caller(actor="dana", channel="t")


def exported(company, workflow):
    """
    The definition of a workflow, as an analyst gets it.
    """
    digest = company.case(workflow).evidence.definition
    with company.runtime.database.read() as transaction:
        return catalog.body(transaction, digest).decode()


def deploy(company, xml):
    file = "standard.bpmn"
    (done,) = repository.deploy(company.runtime, xml.encode(), file, "dana")
    return done


FILE = """
    <bpmn:userTask id="file_contract" name="File the contract"
        camunda:candidateGroups="deal_desk">
      <bpmn:incoming>from_join_1</bpmn:incoming>
      <bpmn:outgoing>filed</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="filed" sourceRef="file_contract" targetRef="approved" />
"""


def with_filing(xml):
    """
    A task of the analyst's between the last join and the approved end.
    """
    xml = xml.replace(
        'id="from_join_1" sourceRef="join_1" targetRef="approved"',
        'id="from_join_1" sourceRef="join_1" targetRef="file_contract"',
    )
    xml = xml.replace(
        "<bpmn:incoming>from_join_1</bpmn:incoming>",
        "<bpmn:incoming>filed</bpmn:incoming>",
    )
    return xml.replace("</bpmn:process>", f"{FILE}</bpmn:process>")


@pytest.fixture
def standard(company):
    return exported(company, company.started(margin_pct=20))


def steps(company, workflow):
    return [task.step for task in company.case(workflow).tasks if task.is_open]


def planned(company, workflow):
    (fact,) = company.facts(workflow, "planned")
    return fact


def test_the_next_quote_of_an_equal_plan_runs_on_what_was_drawn(company, standard):
    assert deploy(company, with_filing(standard)).version.role == "pinned"
    workflow = company.started(margin_pct=19)
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")

    assert steps(company, workflow) == ["file_contract"]
    company.act(workflow, "file_contract", "approve", "dana")
    assert company.case(workflow).status == "approved"
    assert planned(company, workflow)["processVersion"] == 1
    assert company.is_sound()
    assert company.findings() == ()


def test_another_plan_runs_on_the_frame_and_says_so(company, standard):
    deploy(company, with_filing(standard))
    workflow = company.started(margin_pct=19, clause=True)

    assert "processVersion" not in planned(company, workflow)
    assert planned(company, workflow)["processFallback"] == 1
    assert "file_contract" not in exported(company, workflow)


def dropped(xml, pattern):
    found = re.sub(pattern, "", xml, flags=re.DOTALL)
    assert found != xml
    return found


def without_finance(xml):
    xml = dropped(xml, r"\n    <bpmn:userTask id=\"task_finance\".*?</bpmn:userTask>")
    for kind, name in (
        ("boundaryEvent", r"(?:remind|due)_finance\w*"),
        ("endEvent", r"\w+_finance\w*"),
        ("exclusiveGateway", "decided_finance"),
    ):
        xml = dropped(xml, rf"\n    <bpmn:{kind} id=\"{name}\".*?</bpmn:{kind}>")
    xml = dropped(
        xml,
        r"\n    <bpmn:sequenceFlow id=\"\w+_finance\w*\"(?: [^>]*)?"
        r"(?:/>|>.*?</bpmn:sequenceFlow>)",
    )
    xml = re.sub(r"\n *<bpmn:(?:in|out)coming>\w*finance\w*</bpmn:\w+>", "", xml)
    xml = re.sub(r"\n *<bpmn:outgoing>\w*finance\w*</bpmn:outgoing>", "", xml)
    return dropped(xml, r"\n  <bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>")


def codes(company, xml):
    with pytest.raises(BpmnError) as refused:
        deploy(company, xml)
    return {(p.code, p.element) for p in refused.value.problems}


def test_a_deleted_step_is_refused(company, standard):
    assert ("step-deleted", "/") in codes(company, without_finance(standard))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name="role" value="finance"', 'name="role" value="deal_desk"'),
        ('name="required" value="true"', 'name="required" value="false"'),
    ],
)
def test_a_weakened_step_is_refused(company, standard, before, after):
    found = codes(company, standard.replace(before, after))

    assert ("step-changed", "task_finance") in found


def test_a_way_round_a_step_is_refused_with_the_way(company, standard):
    opened = standard.replace("${outcome_finance == 'rejected'}", "${amount &lt; 100}")
    opened = opened.replace('default="hold_finance"', 'default="approve_finance"')
    opened = opened.replace(
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        "${outcome_finance == 'approved'}</bpmn:conditionExpression>",
        "",
    ).replace(
        'sourceRef="decided_finance" targetRef="undecided_finance" />',
        'sourceRef="decided_finance" targetRef="undecided_finance">'
        "<bpmn:conditionExpression>${outcome_finance == 'x'}"
        "</bpmn:conditionExpression></bpmn:sequenceFlow>",
    )
    with pytest.raises(BpmnError, match="Finance approval"):
        deploy(company, opened)


def test_a_policy_that_orphans_a_pinned_process_is_refused_with_its_share(
    company, standard
):
    deploy(company, with_filing(standard))
    company.started(margin_pct=19)
    changed = policy(version="2")
    changed["steps"] = {**STEPS, "finance": {**STEPS["finance"], "role": "cfo"}}
    with pytest.raises(InvalidState, match="had 1 of 2 workflows") as refused:
        intake.publish_policy(company.runtime, document(changed), "dana")

    assert "'standard' version 1" in str(refused.value)
    assert "role 'cfo' at step 'finance'" in str(refused.value)
    row = intake.publish_policy(
        company.runtime, document(changed), "dana", accept_fallback=True
    )
    assert row.version == "2"


def test_a_policy_that_leaves_its_steps_alone_is_published(company, standard):
    deploy(company, with_filing(standard))
    changed = policy(version="2")
    changed["steps"] = {**STEPS, "legal": {**STEPS["legal"], "role": "cfo"}}

    assert intake.publish_policy(company.runtime, document(changed), "dana")


def slower(xml):
    """
    Finance gets two days instead of one, in the drawing alone.
    """
    before, timer, after = xml.partition('id="due_finance"')
    return before + timer + after.replace("PT24H", "PT48H", 1)


def with_the_last_word(xml):
    word = '<camunda:property name="sla" value="process" />'
    step = '<camunda:property name="step" value="finance" />'
    return xml.replace(step, step + word)


@pytest.mark.parametrize(("edit", "days"), [(str, 1), (with_the_last_word, 2)])
def test_hours_are_those_of_the_policy_unless_a_task_says_otherwise(
    make_company, edit, days
):
    calendar = {"timeZone": "UTC", "hours": "00:00-24:00", "days": "Mon-Sun"}
    company = make_company(
        calendars={"all": calendar}, defaults={"slaHours": 24, "calendar": "all"}
    )
    xml = exported(company, company.started(margin_pct=20))
    deploy(company, edit(slower(xml)))
    workflow = company.started(margin_pct=19)

    task = company.task(workflow, "finance")
    (due,) = (
        timer.due_at
        for timer in company.case(workflow).timers
        if timer.element == "due_finance"
    )
    assert due - company.now == timedelta(days=days)
    assert task.due_at == due


def test_a_running_workflow_moves_to_a_new_drawing_only_by_a_replan(company, standard):
    workflow = company.started(margin_pct=19)
    company.act(workflow, "finance", "approve", "fred")
    with pytest.raises(InvalidState, match="its process already"):
        replan(company.runtime, workflow, ADMIN)
    deploy(company, with_filing(standard))
    company.act(workflow, "manager", "comment", "maria")
    moved = replan(company.runtime, workflow, ADMIN)

    assert moved.carried == ("finance",)
    assert steps(company, moved.successor) == ["manager"]
    company.act(moved.successor, "manager", "approve", "maria")
    assert steps(company, moved.successor) == ["file_contract"]
    assert company.case(workflow).status == "superseded"
    assert company.findings() == ()


FOURTH = """
    <bpmn:boundaryEvent id="hurry" cancelActivity="false" attachedToRef="task_finance">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="kind" value="reminder" />
        <camunda:property name="level" value="4" />
      </camunda:properties></bpmn:extensionElements>
      <bpmn:outgoing>from_hurry</bpmn:outgoing>
      <bpmn:timerEventDefinition>
        <bpmn:timeDuration>PT2H</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="hurried" />
    <bpmn:sequenceFlow id="from_hurry" sourceRef="hurry" targetRef="hurried" />
"""


def reminders(company, workflow):
    """
    Element and hours until it rings of each reminder at finance.
    """
    (finance,) = [t for t in company.case(workflow).tasks if t.step == "finance"]
    return {
        timer.element: (timer.due_at - finance.opened_at).total_seconds() / 3600
        for timer in company.case(workflow).timers
        if timer.kind == "reminder" and timer.step == "finance"
    }


def test_a_reminder_that_the_policy_does_not_have_rings_when_it_is_drawn(
    company, standard
):
    planned = reminders(company, company.started(margin_pct=19))
    deploy(company, standard.replace("</bpmn:process>", f"{FOURTH}</bpmn:process>"))
    workflow = company.started(margin_pct=19)

    assert planned
    assert reminders(company, workflow) == planned | {"hurry": 2}
    assert company.findings() == ()


def test_a_reminder_that_leaves_a_gap_is_refused(company, standard):
    gap = FOURTH.replace('value="4"', 'value="5"')
    found = codes(company, standard.replace("</bpmn:process>", f"{gap}</bpmn:process>"))

    assert found == {("property", "hurry")}
