"""
Nothing that a process draws may pass for a step of the policy, called or not.
"""

import pytest

from approval_engine.errors import BpmnError, PlanError
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


def test_a_step_that_a_later_policy_adds_is_not_mistaken_for_a_task(company):
    deploy(company)
    before = company.started(margin_pct=20)
    later = policy(version="2", **PROCESSES)
    later["steps"] = {**STEPS, "check_data": {"role": "director"}}
    first, *others = later["triggers"]
    asked = [*first["require"], "check_data"]
    later["triggers"] = [{**first, "require": asked}, *others]
    intake.publish_policy(company.runtime, document(later), "dana")
    company.quote("Q-9", margin_pct=20)
    with pytest.raises(PlanError, match="no task 'check_data'"):
        company.submit("Q-9")

    assert steps(company, before) == ["check_data"]
    deploy(company, renamed(b"look"))
    assert steps(company, company.submit("Q-9").workflow) == ["look"]
    assert company.findings() == ()


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
