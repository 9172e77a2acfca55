"""
A quote on a process that an analyst drew: his tasks, the policy's steps in its slots.
"""

from datetime import timedelta

import pytest

from approval_engine.config import packaged
from approval_engine.documents import sha256
from approval_engine.domain.processes import Role, Version
from approval_engine.errors import (
    BpmnError,
    InvalidInput,
    InvalidState,
    NotFound,
)
from approval_engine.executor.commands.tick import tick
from approval_engine.executor.deployed import listed
from approval_engine.operations import repository
from approval_engine.store import catalog, messages, processes

DEAL_REVIEW = (packaged("bpmn") / "frames" / "deal_review.bpmn").read_bytes()
PROCESSES = {"processes": [{"use": "deal_review"}]}


@pytest.fixture
def company(make_company):
    return make_company(**PROCESSES)


def deploy(company, xml=DEAL_REVIEW, file="deal_review.bpmn"):
    (done,) = repository.deploy(company.runtime, xml, file, "dana")
    return done


def steps(company, workflow):
    return [task.step for task in company.case(workflow).tasks if task.is_open]


def approve_all(company, workflow):
    while open_now := [t for t in company.case(workflow).tasks if t.is_open]:
        task = open_now[0]
        person = task.assignee or task.candidates[0]
        company.act(workflow, task.step, "approve", person)


def test_the_tasks_of_the_process_and_the_steps_of_the_policy_come_in_its_order(
    company,
):
    deploy(company)
    workflow = company.started(margin_pct=20, clause=True)

    assert steps(company, workflow) == ["check_data"]
    company.act(workflow, "check_data", "approve", "dana")
    assert steps(company, workflow) == ["legal"] * 3
    company.act(workflow, "legal", "approve", "lara")
    company.act(workflow, "legal", "approve", "leo")
    assert steps(company, workflow) == ["manager", "finance"]
    company.act(workflow, "manager", "approve", "maria")
    company.act(workflow, "finance", "approve", "fred")

    assert company.case(workflow).status == "approved"
    assert company.case(workflow).steps == 3


def test_what_the_process_asks_can_end_it_by_its_own_rule(company):
    deploy(company)
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "reject", "dana")

    assert company.case(workflow).status == "returned"


@pytest.mark.parametrize(
    ("action", "status"), [("reject", "rejected"), ("return", "returned")]
)
def test_a_no_in_a_slot_ends_the_frame_by_the_event_at_its_border(
    company, action, status
):
    deploy(company)
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "approve", "dana")
    company.act(workflow, "finance", action, "fred")

    found = company.case(workflow)
    assert found.status == status
    assert [t.status for t in found.tasks if t.step == "manager"] == ["not_required"]


def test_the_submitter_does_not_decide_what_the_process_asks_either(company):
    deploy(company)
    workflow = company.started(margin_pct=20)

    with pytest.raises(Exception, match="sam"):
        company.act(workflow, "check_data", "approve", "sam")
    assert steps(company, workflow) == ["check_data"]


def test_the_next_quote_follows_a_new_version_and_open_workflows_keep_theirs(company):
    deploy(company)
    before = company.started(margin_pct=20)
    edited = DEAL_REVIEW.replace(b'name="Check the data"', b'name="Look at the data"')
    edited = edited.replace(b'"check_data"', b'"look"')
    edited = edited.replace(b"outcome_check_data", b"outcome_look")
    assert deploy(company, edited).version.version == 2
    after = company.started(margin_pct=20)

    assert steps(company, before) == ["check_data"]
    assert steps(company, after) == ["look"]
    approve_all(company, before)
    assert company.case(before).status == "approved"


def test_the_same_file_is_the_same_version(company):
    first, again = deploy(company), deploy(company)

    assert (first.is_new, again.is_new) == (True, False)
    assert again.version == first.version


def test_a_file_with_problems_deploys_nothing(company):
    broken = DEAL_REVIEW.replace(b'value="rest"', b'value="finance"')
    with pytest.raises(BpmnError, match="rest"):
        deploy(company, broken)

    workflow = company.started(margin_pct=20)
    assert steps(company, workflow) == ["manager", "finance"]
    with company.runtime.database.read() as transaction, pytest.raises(NotFound):
        repository.find(transaction, "deal_review")


def test_everything_can_be_replayed_and_checked(company):
    deploy(company)
    approved = company.started(margin_pct=20, clause=True)
    approve_all(company, approved)
    returned = company.started(margin_pct=20)
    company.act(returned, "check_data", "reject", "dana")
    company.started(margin_pct=20)

    assert company.is_sound()
    assert company.findings() == ()


def test_a_workflow_can_be_recalled_and_submitted_again(company):
    deploy(company)
    workflow = company.started(margin_pct=20)
    company.recall(workflow)

    assert company.case(workflow).status == "recalled"
    with pytest.raises(InvalidState):
        company.act(workflow, "check_data", "approve", "dana")


def late(timer, target="returned", interrupting="true", called="late"):
    """
    The frame with a timer at the analyst's own task, and an end where it leads.
    """
    event = f"""
    <bpmn:boundaryEvent id="{called}" cancelActivity="{interrupting}"
        attachedToRef="check_data">
      <bpmn:outgoing>from_{called}</bpmn:outgoing>
      <bpmn:timerEventDefinition>{timer}</bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="from_{called}" sourceRef="{called}" targetRef="{target}" />
    """
    if target == "told":
        event += """
    <bpmn:userTask id="told" name="Ask the account team"
        camunda:candidateGroups="finance" />
    <bpmn:endEvent id="asked" />
    <bpmn:sequenceFlow id="from_told" sourceRef="told" targetRef="asked" />
    """
    return DEAL_REVIEW.replace(b"</bpmn:process>", event.encode() + b"</bpmn:process>")


TWO_DAYS = "<bpmn:timeDuration>P2D</bpmn:timeDuration>"
THREE_TIMES = "<bpmn:timeCycle>R3/PT4H</bpmn:timeCycle>"


def test_an_interrupting_timer_takes_the_task_away_to_the_minute(company):
    deploy(company, late(TWO_DAYS))
    workflow = company.started(margin_pct=20)
    company.wait(hours=47, minutes=59)
    assert tick(company.runtime, workflow) is None
    company.wait(minutes=1)
    tick(company.runtime, workflow)

    found = company.case(workflow)
    assert found.status == "returned"
    assert [task.status for task in found.tasks] == ["not_required"]
    assert company.is_sound()
    assert company.findings() == ()


def test_a_timer_that_repeats_fires_as_often_as_it_says(company):
    deploy(company, late(THREE_TIMES, target="told", interrupting="false"))
    workflow = company.started(margin_pct=20)
    for _ in range(5):
        company.wait(hours=4)
        tick(company.runtime, workflow)

    opened = [task.step for task in company.case(workflow).tasks]
    assert opened == ["check_data", "told", "told", "told"]
    assert company.findings() == ()


def test_what_was_missed_is_not_caught_up_with_one_by_one(company):
    deploy(company, late(THREE_TIMES, target="told", interrupting="false"))
    workflow = company.started(margin_pct=20)
    company.wait(days=3)
    tick(company.runtime, workflow)

    opened = [task.step for task in company.case(workflow).tasks]
    assert opened == ["check_data", "told"]
    assert company.findings() == ()


def test_a_task_that_is_done_in_time_has_no_timer_left(company):
    deploy(company, late(TWO_DAYS))
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "approve", "dana")
    company.wait(days=3)
    tick(company.runtime, workflow)

    assert company.case(workflow).status == "pending"
    assert "timer_fired" not in company.log(workflow)


def test_hours_are_business_hours_where_the_process_says_so(make_company):
    calendar = {"timeZone": "UTC", "hours": "09:00-17:00", "days": "Mon-Fri"}
    company = make_company(**PROCESSES, calendars={"office": calendar})
    worked = late("<bpmn:timeDuration>PT10H</bpmn:timeDuration>").replace(
        b'historyTimeToLive="P180D">',
        b'historyTimeToLive="P180D"><bpmn:extensionElements><camunda:properties>'
        b'<camunda:property name="calendar" value="office" /></camunda:properties>'
        b"</bpmn:extensionElements>",
    )
    deploy(company, worked)
    workflow = company.started(margin_pct=20)
    (timer,) = company.case(workflow).timers

    assert timer.due_at == company.now + timedelta(days=1, hours=2)


NOTICE = """
    <bpmn:sendTask id="tell" name="Tell the desk"
        camunda:modelerTemplate="approval-engine.notify">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="channel" value="mail" />
        <camunda:property name="to" value="{to}" />
        <camunda:property name="subject" value="The data is right" />
        <camunda:property name="text" value="Prepare the contract." />
      </camunda:properties></bpmn:extensionElements>
    </bpmn:sendTask>
    <bpmn:sequenceFlow id="told" sourceRef="tell" targetRef="legal_first" />
"""


def telling(to):
    xml = DEAL_REVIEW.replace(
        b'name="yes" sourceRef="data_right" targetRef="legal_first"',
        b'name="yes" sourceRef="data_right" targetRef="tell"',
    )
    added = NOTICE.format(to=to).encode()
    return xml.replace(b"</bpmn:process>", added + b"</bpmn:process>")


def test_a_notify_task_tells_whom_it_names_and_goes_on(company):
    deploy(company, telling("submitter,legal,carl"))
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "approve", "dana")

    (fact,) = company.facts(workflow, "notified")
    assert fact["people"] == ["sam", "lara", "leo", "lena", "carl"]
    with company.runtime.database.read() as transaction:
        rows = messages.of(transaction, workflow)
    told = {row.recipient: row.kind for row in rows if row.kind == "noticed"}
    assert set(told) == {"sam", "lara", "leo", "lena", "carl"}
    assert steps(company, workflow) == ["manager", "finance"]
    assert company.is_sound()
    assert company.findings() == ()


def test_a_notice_says_what_the_analyst_wrote(company):
    deploy(company, telling("owner"))
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "approve", "dana")

    (fact,) = company.facts(workflow, "notified")
    assert fact["people"] == ["sam"]
    assert fact["subject"] == "The data is right"
    assert fact["text"] == "Prepare the contract."


WHO_CHECKS = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
    id="who" name="who" namespace="urn:test">
  <decision id="who_checks" name="Who checks">
    <decisionTable id="table" hitPolicy="UNIQUE">
      <input id="in"><inputExpression id="e" typeRef="number"><text>amount</text>
      </inputExpression></input>
      <output id="out" name="team" typeRef="string" />
      <rule id="small"><inputEntry id="i1"><text>&lt; 100000</text></inputEntry>
        <outputEntry id="o1"><text>"deal_desk"</text></outputEntry></rule>
      <rule id="large"><inputEntry id="i2"><text>&gt;= 100000</text></inputEntry>
        <outputEntry id="o2"><text>"finance"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""

ASKS = (
    DEAL_REVIEW.replace(
        b'id="to_check" sourceRef="submitted" targetRef="check_data"',
        b'id="to_check" sourceRef="submitted" targetRef="who"',
    )
    .replace(
        b"</bpmn:process>",
        b"""
    <bpmn:businessRuleTask id="who" name="Who checks?"
        camunda:decisionRef="who_checks" camunda:resultVariable="team"
        camunda:mapDecisionResult="singleEntry" />
    <bpmn:sequenceFlow id="known" sourceRef="who" targetRef="check_data" />
  </bpmn:process>""",
    )
    .replace(
        b'camunda:candidateGroups="deal_desk"', b'camunda:candidateGroups="${team}"'
    )
)


@pytest.mark.parametrize(
    ("amount", "asked"),
    [(50000, ("dana",)), (99999, ("dana",)), (100000, ("fred", "fiona"))],
)
def test_a_decision_table_says_whom_a_task_asks(company, amount, asked):
    repository.deploy(company.runtime, WHO_CHECKS, "who.dmn", "dana")
    deploy(company, ASKS)
    workflow = company.started(margin_pct=20, amount=amount)

    (task,) = company.case(workflow).tasks
    assert task.candidates == asked
    company.act(workflow, "check_data", "approve", asked[0])
    assert steps(company, workflow) == ["manager", "finance"]
    company.begin_anew()
    assert company.is_sound()
    assert company.findings() == ()


def test_a_process_keeps_the_table_that_it_was_deployed_with(company):
    repository.deploy(company.runtime, WHO_CHECKS, "who.dmn", "dana")
    deploy(company, ASKS)
    other = WHO_CHECKS.replace(b'"deal_desk"', b'"legal"')
    repository.deploy(company.runtime, other, "who.dmn", "dana")
    before = company.started(margin_pct=20, amount=50000)
    deploy(company, ASKS)
    after = company.started(margin_pct=20, amount=50000)

    assert company.task(before, "check_data").role == "deal_desk"
    assert company.task(after, "check_data").role == "legal"


def test_a_decision_that_is_not_deployed_is_named(company):
    with pytest.raises(BpmnError, match="who_checks") as refused:
        deploy(company, ASKS)

    assert [(p.code, p.element) for p in refused.value.problems] == [
        ("decision", "who")
    ]


PART = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    id="d" targetNamespace="urn:test">
  <bpmn:process id="credit_check" name="Credit check" isExecutable="true">
    <bpmn:startEvent id="begin" />
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="look" />
    <bpmn:userTask id="look" name="Look at the credit"
        camunda:candidateGroups="finance" />
    <bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="done" />
    <bpmn:endEvent id="done" />
  </bpmn:process>
</bpmn:definitions>
"""
CALLS = DEAL_REVIEW.replace(
    b'name="yes" sourceRef="data_right" targetRef="legal_first"',
    b'name="yes" sourceRef="data_right" targetRef="credit"',
).replace(
    b"</bpmn:process>",
    b"""
    <bpmn:callActivity id="credit" calledElement="credit_check" />
    <bpmn:sequenceFlow id="checked" sourceRef="credit" targetRef="legal_first" />
  </bpmn:process>""",
)


def test_a_process_can_call_a_deployed_one_in_the_version_of_that_day(company):
    deploy(company, PART, "credit.bpmn")
    deploy(company, CALLS)
    deploy(company, PART.replace(b'"finance"', b'"legal"'), "credit.bpmn")
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "approve", "dana")

    assert steps(company, workflow) == ["credit_look"]
    assert company.task(workflow, "credit_look").role == "finance"
    company.act(workflow, "credit_look", "approve", "fred")
    assert steps(company, workflow) == ["manager", "finance"]
    assert company.findings() == ()


def test_what_is_called_must_be_deployed_and_no_frame(company):
    with pytest.raises(BpmnError, match="not deployed"):
        deploy(company, CALLS)
    deploy(company)
    itself = CALLS.replace(b'"credit_check"', b'"deal_review"')
    with pytest.raises(BpmnError, match="itself"):
        deploy(company, itself)


FORM = """
    <bpmn:extensionElements><camunda:formData>
      <camunda:formField id="days" label="Days" type="long">
        <camunda:validation><camunda:constraint name="required" />
        </camunda:validation></camunda:formField>
      <camunda:formField id="rush" type="boolean" defaultValue="false" />
    </camunda:formData></bpmn:extensionElements>"""


def asking(condition):
    """
    The frame with a form at the analyst's task, whose fields a condition reads.
    """
    xml = DEAL_REVIEW.decode().replace(
        "</bpmn:documentation>\n      <bpmn:incoming>to_check",
        f"</bpmn:documentation>{FORM}\n      <bpmn:incoming>to_check",
    )
    return xml.replace("${outcome_check_data == 'approved'}", condition).encode()


def test_a_condition_reads_what_was_typed_into_the_form(company):
    deploy(company, asking("${days &lt; 10 and not rush}"))
    soon, late_one = (company.started(margin_pct=20) for _ in range(2))
    company.act(soon, "check_data", "approve", "dana", fields={"days": "9"})
    company.act(late_one, "check_data", "approve", "dana", fields={"days": "10"})

    assert steps(company, soon) == ["manager", "finance"]
    assert company.case(late_one).status == "returned"
    company.begin_anew()
    assert company.is_sound()
    assert company.findings() == ()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "'days' is missing"),
        ({"days": "soon"}, "'days' must be a whole number, not 'soon'"),
        ({"days": "9" * 70}, "'days' must be a whole number, not '9+'"),
        ({"days": "1_000"}, "'days' must be a whole number, not '1_000'"),
        ({"days": "3", "weeks": "1"}, "there is no field 'weeks'"),
    ],
)
def test_a_form_that_is_not_filled_in_decides_nothing(company, fields, sentence):
    deploy(company, asking("${days &lt; 10}"))
    workflow = company.started(margin_pct=20)
    with pytest.raises(InvalidInput, match=sentence):
        company.act(workflow, "check_data", "approve", "dana", fields=fields)

    assert steps(company, workflow) == ["check_data"]


def test_a_no_that_nothing_reads_is_refused(company):
    deploy(company, asking("${days &lt; 10}"))
    workflow = company.started(margin_pct=20)
    with pytest.raises(InvalidState, match="goes on whatever is answered"):
        company.act(workflow, "check_data", "reject", "dana")

    company.act(workflow, "check_data", "approve", "dana", fields={"days": "1"})
    company.act(workflow, "finance", "reject", "fred")
    assert company.case(workflow).status == "rejected"


def test_a_field_that_nobody_declared_is_asked_for(company):
    hidden = DEAL_REVIEW.replace(
        b'camunda:dueDate="PT8H"', b'camunda:formKey="embedded:app:forms/look.html"'
    ).replace(b"${outcome_check_data == 'approved'}", b"${complete}")
    deploy(company, hidden)
    workflow = company.started(margin_pct=20)
    with pytest.raises(InvalidInput, match="'complete' is missing"):
        company.act(workflow, "check_data", "approve", "dana")
    company.act(workflow, "check_data", "approve", "dana", fields={"complete": "true"})

    assert steps(company, workflow) == ["manager", "finance"]
    with company.runtime.database.read() as transaction:
        version, came = repository.find(transaction, "deal_review")
    assert came == hidden
    assert version.runs != version.sha256


def test_an_end_event_says_its_verdict_by_its_name_whatever_its_id_is(company):
    xml = DEAL_REVIEW
    for verdict, identity in (
        (b"approved", b"EndEvent_1"),
        (b"returned", b"EndEvent_2"),
    ):
        for attribute in (b"id", b"targetRef", b"bpmnElement"):
            xml = xml.replace(
                b'%s="%s"' % (attribute, verdict), b'%s="%s"' % (attribute, identity)
            )
    deploy(company, xml)
    good, bad = (company.started(margin_pct=20) for _ in range(2))
    approve_all(company, good)
    company.act(bad, "check_data", "reject", "dana")

    assert company.case(good).status == "approved"
    assert company.case(bad).status == "returned"
    assert company.findings() == ()


def test_other_work_goes_on_after_the_approved_end_and_then_it_is_approved(company):
    beside = DEAL_REVIEW.replace(
        b'id="to_check" sourceRef="submitted" targetRef="check_data"',
        b'id="to_check" sourceRef="submitted" targetRef="both"',
    ).replace(
        b"</bpmn:process>",
        b"""
    <bpmn:parallelGateway id="both" />
    <bpmn:sequenceFlow id="both_check" sourceRef="both" targetRef="check_data" />
    <bpmn:sequenceFlow id="both_draft" sourceRef="both" targetRef="draft" />
    <bpmn:userTask id="draft" name="Draft" camunda:candidateGroups="legal" />
    <bpmn:sequenceFlow id="drafted" sourceRef="draft" targetRef="draft_done" />
    <bpmn:endEvent id="draft_done" />
  </bpmn:process>""",
    )
    deploy(company, beside)
    workflow = company.started(margin_pct=20)
    for step, person in (
        ("check_data", "dana"),
        ("manager", "maria"),
        ("finance", "fred"),
    ):
        company.act(workflow, step, "approve", person)

    assert company.case(workflow).status == "pending"
    assert steps(company, workflow) == ["draft"]
    company.act(workflow, "draft", "approve", "lara")
    assert company.case(workflow).status == "approved"
    assert company.is_sound()
    assert company.findings() == ()


def ours(kind, span, **more):
    """
    The frame with a timer of our template at the analyst's own task.
    """
    said = {"kind": kind, "level": "1", **more}
    names = "".join(
        f'<camunda:property name="{name}" value="{value}" />'
        for name, value in said.items()
    )
    event = f"""
    <bpmn:boundaryEvent id="late" cancelActivity="false" attachedToRef="check_data">
      <bpmn:extensionElements><camunda:properties>{names}</camunda:properties>
      </bpmn:extensionElements>
      <bpmn:outgoing>from_late</bpmn:outgoing>
      <bpmn:timerEventDefinition>
        <bpmn:timeDuration>{span}</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="told" />
    <bpmn:sequenceFlow id="from_late" sourceRef="late" targetRef="told" />
    """
    return DEAL_REVIEW.replace(b"</bpmn:process>", event.encode() + b"</bpmn:process>")


def test_a_reminder_of_a_process_reminds_whom_its_task_asks(company):
    deploy(company, ours("reminder", "PT4H"))
    workflow = company.started(margin_pct=20)
    company.wait(hours=3, minutes=59)
    assert tick(company.runtime, workflow) is None
    company.wait(minutes=1)
    tick(company.runtime, workflow)

    assert len(company.facts(workflow, "task_reminded")) == 1
    assert steps(company, workflow) == ["check_data"]
    assert company.is_sound()
    assert company.findings() == ()


def test_an_escalation_of_a_process_asks_the_role_that_it_names(company):
    deploy(company, ours("escalation", "PT4H", role="finance"))
    workflow = company.started(margin_pct=20)
    company.wait(hours=4)
    tick(company.runtime, workflow)

    (task,) = [t for t in company.case(workflow).tasks if t.is_open]
    assert (task.step, task.escalation_level) == ("check_data", 1)
    company.act(workflow, "check_data", "approve", "fred")
    assert steps(company, workflow) == ["manager", "finance"]
    assert company.is_sound()
    assert company.findings() == ()


def smuggled_in(company, xml):
    """
    A frame that no deploy would take is put into the database by hand.
    """
    digest = sha256(xml)
    version = Version(
        name="deal_review",
        version=1,
        role=Role.FRAME,
        sha256=digest,
        runs=digest,
        semantic=digest,
        source="modeler",
        file="x.bpmn",
        deployed_at="2026-03-02T09:00:00.000000Z",
        deployed_by="nobody",
    )
    slots = {"legal_first": ["chain:legal"], "everybody_else": ["rest"]}
    body = listed([(version, {"slots": slots, "shapes": {}})])
    with company.runtime.database.begin() as transaction:
        catalog.put(
            transaction,
            [
                catalog.Document(sha256=digest, kind="process", body=xml),
                catalog.Document(sha256=sha256(body), kind="processes", body=body),
            ],
        )
        processes.add(transaction, version)
        catalog.set_setting(transaction, processes.POINTER, sha256(body))


def test_no_drawing_approves_what_the_decisions_do_not(company):
    round_it = DEAL_REVIEW.replace(
        b'name="no" sourceRef="data_right" targetRef="returned"',
        b'name="no" sourceRef="data_right" targetRef="approved"',
    )
    with pytest.raises(BpmnError, match="slot-bypassed"):
        deploy(company, round_it)
    smuggled_in(company, round_it)
    workflow = company.started(margin_pct=20)
    with pytest.raises(InvalidState, match="step 'manager' has no outcome"):
        company.act(workflow, "check_data", "reject", "dana")

    assert company.case(workflow).status == "pending"
    with pytest.raises(InvalidState, match="held by incident"):
        company.act(workflow, "check_data", "approve", "dana")
    assert company.is_sound()


def test_a_decision_that_reads_what_nothing_gives_is_refused(company):
    unknown = WHO_CHECKS.replace(b"<text>amount</text>", b"<text>amuont</text>")
    repository.deploy(company.runtime, unknown, "who.dmn", "dana")
    with pytest.raises(BpmnError, match="reads 'amuont'") as refused:
        deploy(company, ASKS)

    assert [(p.code, p.element) for p in refused.value.problems] == [
        ("decision-input", "who")
    ]
