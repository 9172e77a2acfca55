"""
A process that an analyst could draw with everything that is accepted, and walks in it.
"""

from contextlib import suppress
from random import Random

from approval_engine.errors import Refused
from approval_engine.executor.commands.tick import tick
from approval_engine.operations import repository
from tests.integration.executor.company import Company
from tests.integration.executor.test_frames import (
    DEAL_REVIEW,
    FORM,
    NOTICE,
    PART,
    PROCESSES,
    WHO_CHECKS,
)

SEED = 20260120

# After the data were found right: one branch or several at once, each of them with
# other elements, then a decision, a notice and a called process, then the plan.
MORE = """
    <bpmn:inclusiveGateway id="spread" default="plainly" />
    <bpmn:sequenceFlow id="large" sourceRef="spread" targetRef="pause">
      <bpmn:conditionExpression>${amount &gt;= 100000}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="odd" sourceRef="spread" targetRef="inquiry">
      <bpmn:conditionExpression>${clause == true}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="plainly" sourceRef="spread" targetRef="note" />

    <bpmn:intermediateCatchEvent id="pause">
      <bpmn:timerEventDefinition><bpmn:timeDuration>PT2H</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="paused" sourceRef="pause" targetRef="gather" />

    <bpmn:subProcess id="inquiry" name="Inquiry">
      <bpmn:startEvent id="asked" />
      <bpmn:userTask id="inquire" name="Inquire"
          camunda:candidateGroups="deal_desk">{form}</bpmn:userTask>
      <bpmn:exclusiveGateway id="how_long" default="soon" />
      <bpmn:endEvent id="answered" />
      <bpmn:endEvent id="too_long">
        <bpmn:escalationEventDefinition escalationRef="slow" />
      </bpmn:endEvent>
      <bpmn:sequenceFlow id="i1" sourceRef="asked" targetRef="inquire" />
      <bpmn:sequenceFlow id="i2" sourceRef="inquire" targetRef="how_long" />
      <bpmn:sequenceFlow id="soon" sourceRef="how_long" targetRef="answered" />
      <bpmn:sequenceFlow id="later" sourceRef="how_long" targetRef="too_long">
        <bpmn:conditionExpression>${days &gt; 30}</bpmn:conditionExpression>
      </bpmn:sequenceFlow>
    </bpmn:subProcess>
    <bpmn:sequenceFlow id="inquired" sourceRef="inquiry" targetRef="gather" />
    <bpmn:boundaryEvent id="is_slow" attachedToRef="inquiry">
      <bpmn:escalationEventDefinition escalationRef="slow" />
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="slowly" sourceRef="is_slow" targetRef="returned" />
    <bpmn:boundaryEvent id="by_date" attachedToRef="inquiry">
      <bpmn:timerEventDefinition>
        <bpmn:timeDate>2026-03-20T17:00:00+01:00</bpmn:timeDate>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="in_vain" sourceRef="by_date" targetRef="returned" />

    <bpmn:manualTask id="note" name="Note it in the file" />
    <bpmn:sequenceFlow id="noted" sourceRef="note" targetRef="gather" />
    <bpmn:boundaryEvent id="nag" cancelActivity="false" attachedToRef="note">
      <bpmn:timerEventDefinition><bpmn:timeCycle>R2/PT4H</bpmn:timeCycle>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="nagged" sourceRef="nag" targetRef="remember" />
    <bpmn:userTask id="remember" name="Remember" camunda:candidateGroups="legal" />
    <bpmn:endEvent id="remembered" />
    <bpmn:sequenceFlow id="is_known" sourceRef="remember" targetRef="remembered" />

    <bpmn:inclusiveGateway id="gather" />
    <bpmn:sequenceFlow id="gathered" sourceRef="gather" targetRef="who" />
    <bpmn:businessRuleTask id="who" name="Who confirms?"
        camunda:decisionRef="who_checks" camunda:resultVariable="team"
        camunda:mapDecisionResult="singleEntry" />
    <bpmn:sequenceFlow id="known" sourceRef="who" targetRef="confirm" />
    <bpmn:userTask id="confirm" name="Confirm" camunda:candidateGroups="${team}" />
    <bpmn:sequenceFlow id="confirmed" sourceRef="confirm" targetRef="fork" />
    <bpmn:parallelGateway id="fork" />
    <bpmn:sequenceFlow id="one" sourceRef="fork" targetRef="tell" />
    <bpmn:sequenceFlow id="other" sourceRef="fork" targetRef="credit" />
    {notice}
    <bpmn:callActivity id="credit" calledElement="credit_check" />
    <bpmn:sequenceFlow id="checked" sourceRef="credit" targetRef="join" />
    <bpmn:parallelGateway id="join" />
    <bpmn:sequenceFlow id="joined" sourceRef="join" targetRef="legal_first" />
  </bpmn:process>
  <bpmn:escalation id="slow" name="Slow" escalationCode="slow" />"""


LANE = b"""
    <bpmn:laneSet id="lanes"><bpmn:lane id="books" name="finance">
      <bpmn:flowNodeRef>note</bpmn:flowNodeRef>
    </bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="submitted" name="Submitted">"""


def everything():
    """
    The frame of the product with all of that in it.
    """
    notice = NOTICE.format(to="submitter,legal").replace("legal_first", "join")
    more = MORE.replace("{form}", FORM).replace("{notice}", notice)
    leads = b'name="yes" sourceRef="data_right" targetRef="'
    return (
        DEAL_REVIEW.replace(leads + b"legal_first", leads + b"spread")
        .replace(LANE.rpartition(b"    ")[2], LANE.lstrip(), 1)
        .replace(b"</bpmn:process>", more.encode())
    )


def walk(company, dice):
    """
    A workflow in which people and the clock do something at random, to the end or not.
    """
    workflow = company.started(
        margin_pct=dice.choice([18, 20, 23]),
        amount=dice.choice([50_000, 184_000]),
        clause=dice.random() < 0.5,
    )
    for _ in range(dice.randrange(4, 40)):
        tasks = company.case(workflow).open_tasks
        if dice.random() < 0.3 or not tasks:
            company.wait(hours=dice.choice([1, 3, 5, 30]))
            tick(company.runtime, workflow)
            continue
        task = dice.choice(tasks)
        action = dice.choices(["approve", "reject", "return"], [20, 1, 1])[0]
        fields = {"days": str(dice.randrange(1, 40))} if task.step == "inquire" else {}
        # Somebody else may have to, or a no may be read by nobody: that is an answer.
        with suppress(Refused):
            person = task.assignee or dice.choice(task.candidates)
            company.act(workflow, task.step, action, person, fields=fields)
    return workflow


def play(path, count):
    """
    A database at that path with so many walks.
    """
    company = Company(f"sqlite:///{path}", **PROCESSES)
    repository.deploy(company.runtime, WHO_CHECKS, "who.dmn", "dana")
    repository.deploy(company.runtime, PART, "credit.bpmn", "dana")
    repository.deploy(company.runtime, everything(), "everything.bpmn", "dana")
    dice = Random(SEED)  # noqa: S311 the same walks each time
    for _ in range(count):
        walk(company, dice)
    company.runtime.database.close()
