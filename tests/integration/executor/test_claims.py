"""
Nothing that a process draws may pass for a step of the policy, called or not.
"""

import pytest

from approval_engine.errors import (
    BpmnError,
    EngineError,
    Forbidden,
    InvalidState,
    PlanError,
)
from approval_engine.executor import engine
from approval_engine.executor.answer import Caller
from approval_engine.executor.commands.replan import replan
from approval_engine.executor.commands.tick import tick
from approval_engine.operations import intake, repository
from tests.integration.executor.company import STEPS, document, policy
from tests.integration.executor.test_frames import (
    ASKS,
    CALLS,
    DEAL_REVIEW,
    PART,
    PROCESSES,
    WHO_CHECKS,
    deploy,
    steps,
)


@pytest.fixture
def company(make_company):
    return make_company(**PROCESSES)


def renamed(identity):
    """
    The frame with another id of the analyst's task.
    """
    xml = DEAL_REVIEW.replace(b'"check_data"', b'"%s"' % identity)
    return xml.replace(b"outcome_check_data", b"outcome_%s" % identity)


def with_step(step):
    """
    The frame whose own task says that it is a step.
    """
    said = f"""</bpmn:documentation>
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="step" value="{step}" />
      </camunda:properties></bpmn:extensionElements>
      <bpmn:incoming>to_check"""
    place = b"</bpmn:documentation>\n      <bpmn:incoming>to_check"
    xml = DEAL_REVIEW.replace(place, said.encode())
    return xml.replace(b"outcome_check_data", f"outcome_{step}".encode())


def refused(company, xml, file="deal_review.bpmn"):
    with pytest.raises(BpmnError) as found:
        deploy(company, xml, file)
    return {(problem.code, problem.element) for problem in found.value.problems}


@pytest.mark.parametrize(
    "identity",
    [b"finance", b"task_finance", b"decided_legal", b"fork_everybody_else_1"],
)
def test_a_task_that_would_be_taken_for_a_step_is_refused(company, identity):
    assert refused(company, renamed(identity)) == {("step-taken", identity.decode())}
    assert deploy(company, renamed(b"look_at_finance")).is_new


@pytest.mark.parametrize("step", ["finance", "legal", "filing"])
def test_a_frame_draws_no_step_beside_its_slots(company, step):
    assert refused(company, with_step(step)) == {("step-in-frame", "check_data")}


def with_a_step(**changes):
    """
    The policy that asks for what was the analyst's task before.
    """
    later = policy(version="2", **changes)
    later["steps"] = {**STEPS, "check_data": {"role": "deal_desk"}}
    first, *others = later["triggers"]
    more = {**first, "id": "data", "require": ["check_data"]}
    later["triggers"] = [first, more, *others]
    return document(later)


def test_a_later_policy_takes_no_name_of_a_task(company):
    deploy(company)
    before = company.started(margin_pct=20)
    later = with_a_step(**PROCESSES)
    with pytest.raises(InvalidState, match="'deal_review' version 1") as told:
        intake.publish_policy(company.runtime, later, "dana", accept_fallback=True)

    assert "'check_data'" in str(told.value)
    deploy(company, renamed(b"look"))
    intake.publish_policy(company.runtime, later, "dana")
    after = company.started(margin_pct=20)
    company.act(after, "look", "approve", "dana")
    assert sorted(steps(company, after)) == ["check_data", "finance", "manager"]
    assert steps(company, before) == ["check_data"]
    assert company.findings() == ()


def test_an_earlier_policy_that_is_in_force_again_is_not_mistaken_either(company):
    intake.publish_policy(company.runtime, with_a_step(**PROCESSES), "dana")
    scheduled = policy(version="3", effectiveFrom="2026-04-01", **PROCESSES)
    intake.publish_policy(company.runtime, document(scheduled), "dana")
    deploy(company)
    company.quote("Q-1", margin_pct=20)
    with pytest.raises(PlanError, match="no task 'check_data'"):
        company.submit("Q-1")

    deploy(company, renamed(b"look"))
    assert steps(company, company.submit("Q-1").workflow) == ["look"]


def called_as(identity):
    """
    The frame that calls a part from an activity of that id.
    """
    return CALLS.replace(b'"credit"', b'"%s"' % identity)


def test_what_is_called_is_judged_where_it_is_called(company):
    deploy(company, PART.replace(b'"look"', b'"finance"'), "credit.bpmn")

    assert refused(company, called_as(b"task")) == {("step-taken", "task_finance")}
    assert deploy(company, called_as(b"credit")).is_new


def test_an_error_that_a_called_process_throws_must_be_caught(company):
    thrown = PART.replace(
        b'<bpmn:endEvent id="done" />',
        b'<bpmn:endEvent id="done"><bpmn:errorEventDefinition id="throws"'
        b' errorRef="bad" /></bpmn:endEvent>',
    ).replace(
        b"</bpmn:process>",
        b'</bpmn:process><bpmn:error id="bad" errorCode="bad" />',
    )
    deploy(company, thrown, "credit.bpmn")
    with pytest.raises(BpmnError) as found:
        deploy(company, CALLS)
    lines = CALLS.decode().splitlines()
    assert all(0 < problem.line <= len(lines) for problem in found.value.problems)

    deploy(company, PART, "credit.bpmn")
    assert deploy(company, CALLS).is_new


def calling(name, *others):
    """
    A part that calls others one after the other, or asks one person.
    """
    names = [f"n{number}" for number, _ in enumerate(others)] or ["n0"]
    made = [
        f'<bpmn:callActivity id="{node}" calledElement="{other}" />'
        for node, other in zip(names, others, strict=False)
    ] or ['<bpmn:userTask id="n0" camunda:candidateGroups="finance" />']
    ways = zip(["begin", *names], [*names, "done"], strict=True)
    flows = [
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{one}" targetRef="{other}" />'
        for number, (one, other) in enumerate(ways)
    ]
    head, _, _ = PART.decode().partition("<bpmn:process")
    return f"""{head}<bpmn:process id="{name}" isExecutable="true">
    <bpmn:startEvent id="begin" />
    {"".join((*made, *flows))}
    <bpmn:endEvent id="done" />
  </bpmn:process>
</bpmn:definitions>
""".encode()


def test_calls_go_three_deep_and_not_deeper(company):
    deploy(company, calling("p0"), "p.bpmn")
    for number in (1, 2, 3):
        deploy(company, calling(f"p{number}", f"p{number - 1}"), "p.bpmn")

    with pytest.raises(BpmnError, match="3 deep"):
        deploy(company, calling("p4", "p3"), "p.bpmn")


def test_a_circle_of_calls_is_refused_when_it_would_close(company):
    deploy(company, calling("inner"), "inner.bpmn")
    deploy(company, calling("outer", "inner"), "outer.bpmn")

    with pytest.raises(BpmnError, match="'outer' calls 'inner'"):
        deploy(company, calling("inner", "outer"), "inner.bpmn")


def test_what_calls_make_too_large_is_refused_when_it_is_deployed(company):
    deploy(company, calling("p0"), "p.bpmn")
    deploy(company, calling("p1", *["p0"] * 20), "p.bpmn")

    assert {code for code, _ in refused(company, calling("p2", *["p1"] * 5))} == {
        "too_large"
    }
    assert deploy(company, calling("p2", *["p1"] * 2), "p.bpmn").is_new


def test_what_is_called_keeps_what_it_called_when_it_was_deployed(company):
    deploy(company, PART, "credit.bpmn")
    deploy(company, calling("outer", "credit_check"), "outer.bpmn")
    deploy(company, PART.replace(b'"finance"', b'"legal"'), "credit.bpmn")
    deploy(
        company, calling("both", "credit_check", "outer", "credit_check"), "both.bpmn"
    )
    deploy(company, CALLS.replace(b'="credit_check"', b'="both"'))
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "approve", "dana")
    asked = []
    for person in ("lara", "fred", "lara"):
        (step,) = steps(company, workflow)
        asked.append(company.task(workflow, step).role)
        company.act(workflow, step, "approve", person)

    assert asked == ["legal", "finance", "legal"]
    assert steps(company, workflow) == ["manager", "finance"]
    assert company.findings() == ()


def test_a_called_process_asks_the_same_table_as_its_caller(company):
    repository.deploy(company.runtime, WHO_CHECKS, "who.dmn", "dana")
    part = PART.replace(
        b'sourceRef="begin" targetRef="look"', b'sourceRef="begin" targetRef="w"'
    )
    part = part.replace(
        b"</bpmn:process>",
        b'<bpmn:businessRuleTask id="w" camunda:decisionRef="who_checks"'
        b' camunda:resultVariable="who" camunda:mapDecisionResult="singleEntry" />'
        b'<bpmn:sequenceFlow id="f9" sourceRef="w" targetRef="look" />'
        b"</bpmn:process>",
    )
    deploy(company, part, "credit.bpmn")
    other = WHO_CHECKS.replace(b'"deal_desk"', b'"legal"')
    repository.deploy(company.runtime, other, "who.dmn", "dana")
    both = ASKS.replace(
        b'name="yes" sourceRef="data_right" targetRef="legal_first"',
        b'name="yes" sourceRef="data_right" targetRef="credit"',
    ).replace(
        b"</bpmn:process>",
        b'<bpmn:callActivity id="credit" calledElement="credit_check" />'
        b'<bpmn:sequenceFlow id="checked" sourceRef="credit" targetRef="legal_first" />'
        b"</bpmn:process>",
    )
    with pytest.raises(BpmnError, match="deploy 'credit_check' again"):
        deploy(company, both)
    deploy(company, part, "credit.bpmn")

    assert deploy(company, both).is_new


ESCALATION = """
    <bpmn:boundaryEvent id="heard" cancelActivity="{interrupting}"
        attachedToRef="everybody_else">
      <bpmn:escalationEventDefinition id="hears" {code} />
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="from_heard" sourceRef="heard" targetRef="{target}" />
    <bpmn:endEvent id="told" />
  </bpmn:process>
  <bpmn:escalation id="late" escalationCode="{late}" />
"""


def hearing(interrupting, code="", late="remind"):
    """
    The frame with an event that catches what is thrown when a step is late.
    """
    target = "rejected" if interrupting == "true" else "told"
    added = ESCALATION.format(
        interrupting=interrupting, code=code, late=late, target=target
    )
    if target == "rejected":
        added = added.replace('<bpmn:endEvent id="told" />', "")
    return DEAL_REVIEW.replace(b"</bpmn:process>", added.encode())


@pytest.mark.parametrize(
    ("code", "late"),
    [
        ("", "x"),
        ('escalationRef="late"', "remind"),
        ('escalationRef="late"', "escalate"),
    ],
)
def test_a_reminder_ends_no_step(company, code, late):
    stopping = hearing("true", code, late)
    assert refused(company, stopping) == {("step-interrupted", "heard")}

    assert deploy(company, hearing("false", code, late)).is_new
    workflow = company.started(margin_pct=20)
    company.act(workflow, "check_data", "approve", "dana")
    company.wait(hours=30)
    tick(company.runtime, workflow)
    assert steps(company, workflow) == ["manager", "finance"]
    assert company.findings() == ()


def test_nobody_is_known_to_ask_is_told_and_starts_nothing(company):
    asks = DEAL_REVIEW.replace(
        b'camunda:candidateGroups="deal_desk"',
        b'camunda:candidateUsers="${[amount / 0]}"',
    )
    deploy(company, asks)
    company.quote("Q-1", margin_pct=20)
    with pytest.raises(EngineError, match="whom a task of the process asks"):
        company.submit("Q-1")

    deploy(company)
    assert steps(company, company.submit("Q-1").workflow) == ["check_data"]


def test_what_was_said_to_a_task_is_not_carried_to_a_step_of_that_name(company):
    deploy(company)
    before = company.started(margin_pct=20)
    company.act(before, "check_data", "approve", "dana")
    company.act(before, "finance", "approve", "fred")
    deploy(company, renamed(b"look"))
    intake.publish_policy(company.runtime, with_a_step(), "dana")
    moved = replan(company.runtime, before, Caller(actor="dana", channel="t"))

    assert moved.carried == ("finance",)
    assert sorted(steps(company, moved.successor)) == ["check_data", "manager"]
    assert company.findings() == ()


def test_a_task_for_somebody_by_name_goes_to_nobody_else(company):
    named = b'camunda:assignee="fred"'
    deploy(company, DEAL_REVIEW.replace(b'camunda:candidateGroups="deal_desk"', named))
    workflow = company.started(margin_pct=20)
    with pytest.raises(Forbidden, match="'fiona' is not asked by name"):
        company.act(workflow, "check_data", "delegate", "fred", to="fiona")
    with pytest.raises(Forbidden, match="submitter of the quote"):
        company.act(workflow, "check_data", "delegate", "fred", to="sam")

    assert company.act(workflow, "check_data", "approve", "fred").result == "applied"


def test_a_table_answers_for_no_step(company):
    repository.deploy(company.runtime, WHO_CHECKS, "who.dmn", "dana")
    row = ASKS.replace(b'"singleEntry"', b'"singleResult"')
    row = row.replace(b"${team}", b"deal_desk")
    # With the column `finance` this one would say what finance said.
    asks = row.replace(b'resultVariable="team"', b'resultVariable="outcome"')

    assert refused(company, asks) == {("name", "who")}
    assert deploy(company, row).is_new


def test_a_result_that_is_not_kept_answers_for_nobody(company):
    column = WHO_CHECKS.replace(b'name="team"', b'name="outcome_finance"')
    repository.deploy(company.runtime, column, "who.dmn", "dana")
    row = ASKS.replace(b'"singleEntry"', b'"singleResult"')
    row = row.replace(b"${team}", b"deal_desk")
    deploy(company, row.replace(b' camunda:resultVariable="team"', b""))
    workflow = company.started(margin_pct=20)
    case = company.case(workflow)
    with company.runtime.database.read() as transaction:
        definition = company.runtime.definition(transaction, case.evidence.definition)

    assert "outcome_finance" not in engine.names(definition, case.state)
