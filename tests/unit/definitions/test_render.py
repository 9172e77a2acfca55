"""
What stands in a rendered definition, and what never does.
"""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from lxml import etree

from approval_engine.definitions import xsd
from approval_engine.definitions.namespaces import BPMN, BPMNDI, CAMUNDA, MODELER
from approval_engine.definitions.render import render
from approval_engine.domain.completion import Completion, Rule
from approval_engine.errors import BpmnError
from approval_engine.planner.plan import FactSeen, Staffing
from approval_engine.policy.conditions import evaluate, parse_condition
from tests.unit.definitions.plans import (
    make_level,
    make_plan,
    make_reason,
    make_step,
    plans,
)

some = settings(max_examples=30, deadline=None)


def rendered(*steps):
    return etree.fromstring(render(make_plan(*steps)))


def by_id(root):
    return {element.get("id"): element for element in root[0] if element.get("id")}


def properties(element):
    found = element.iter(f"{CAMUNDA}property")
    return {each.get("name"): each.get("value") for each in found}


def ways(root):
    """
    Every sequence flow as source, target and condition.
    """
    return [
        (flow.get("sourceRef"), flow.get("targetRef"), flow.findtext(f"{BPMN}*"))
        for flow in root.iter(f"{BPMN}sequenceFlow")
    ]


def onward(root):
    """
    The way of a quote that everybody approves, as node → next nodes.
    """
    found = {}
    for source, target, _ in ways(root):
        if not re.match("rejected|returned|undecided|reminded|escalated", target):
            found.setdefault(source, []).append(target)
    return found


def test_a_single_step_needs_no_fork():
    assert onward(rendered(make_step("finance"))) == {
        "submitted": ["task_finance"],
        "task_finance": ["decided_finance"],
        "decided_finance": ["approved"],
    }


def test_steps_of_one_stage_stand_side_by_side():
    assert onward(rendered(make_step("manager"), make_step("finance"))) == {
        "submitted": ["fork_1"],
        "fork_1": ["task_manager", "task_finance"],
        "task_manager": ["decided_manager"],
        "decided_manager": ["join_1"],
        "task_finance": ["decided_finance"],
        "decided_finance": ["join_1"],
        "join_1": ["approved"],
    }


def test_stages_follow_each_other_whatever_their_numbers():
    steps = make_step("cro", stage=7), make_step("manager", stage=2)
    assert onward(rendered(*steps)) == {
        "submitted": ["task_manager"],
        "task_manager": ["decided_manager"],
        "decided_manager": ["task_cro"],
        "task_cro": ["decided_cro"],
        "decided_cro": ["approved"],
    }


def test_chains_run_beside_each_other_with_stages_inside():
    root = rendered(
        make_step("manager"),
        make_step("legal", chain="legal"),
        make_step("finance", stage=2),
        make_step("cro", stage=2),
    )
    assert onward(root) == {
        "submitted": ["fork_1"],
        "fork_1": ["task_manager", "task_legal"],
        "task_manager": ["decided_manager"],
        "decided_manager": ["fork_2"],
        "fork_2": ["task_finance", "task_cro"],
        "task_finance": ["decided_finance"],
        "decided_finance": ["join_2"],
        "task_cro": ["decided_cro"],
        "decided_cro": ["join_2"],
        "join_2": ["join_1"],
        "task_legal": ["decided_legal"],
        "decided_legal": ["join_1"],
        "join_1": ["approved"],
    }


def test_a_plan_without_steps_is_approved_at_once():
    assert ways(rendered()) == [("submitted", "approved", None)]


@some
@given(plans())
def test_a_decision_goes_on_only_if_approved_and_holds_without_a_verdict(plan):
    root = etree.fromstring(render(plan))
    gateways = list(root.iter(f"{BPMN}exclusiveGateway"))
    assert len(gateways) == len(plan.steps)
    flows = by_id(root)
    for gateway in gateways:
        out = [flows[way.text] for way in gateway.iter(f"{BPMN}outgoing")]
        default = flows[gateway.get("default")]
        targets = {flow.get("targetRef"): flow for flow in out if flow is not default}
        verdicts = {name.partition("_")[0]: flow for name, flow in targets.items()}
        assert default.get("targetRef").startswith("undecided_")
        assert default.find(f"{BPMN}conditionExpression") is None
        assert len(out) == 4
        for outcome in ("rejected", "returned"):
            assert holds(verdicts.pop(outcome)) == [outcome]
        (further,) = verdicts.values()
        assert holds(further) == ["approved"]


def holds(flow):
    """
    The outcomes on which a flow is taken.
    """
    text = flow.findtext(f"{BPMN}conditionExpression")
    (name,) = re.findall(r"outcome_\w+", text)
    outcomes = ("approved", "rejected", "returned", "", None)
    condition = parse_condition(text)
    return [each for each in outcomes if evaluate(condition, {name: each}) is True]


def test_each_outcome_has_its_own_kind_of_end():
    nodes = by_id(rendered(make_step("finance")))
    definitions = {
        "approved": None,
        "rejected_finance": "terminateEventDefinition",
        "returned_finance": "terminateEventDefinition",
        "undecided_finance": "errorEventDefinition",
    }
    for name, definition in definitions.items():
        found = [etree.QName(each).localname for each in nodes[name]]
        assert found[-1] == (definition or "incoming")
        assert properties(nodes[name]) == {"outcome": name.partition("_")[0]}


def test_reminders_and_escalations_are_timers_that_do_not_interrupt():
    step = make_step(
        remind_after_hours=(Decimal(8), Decimal("16.5")),
        escalations=(make_level("cfo", 24), make_level("cro", 48)),
    )
    root = rendered(step)
    timers = {}
    for event in root.iter(f"{BPMN}boundaryEvent"):
        assert event.get("cancelActivity") == "false"
        assert event.get("attachedToRef") == "task_finance"
        duration = event.findtext(f"{BPMN}timerEventDefinition/{BPMN}timeDuration")
        timers[event.get("id")] = (duration, *properties(event).values())
    assert timers == {
        "remind_finance_1": ("PT8H", "reminder", "1", "finance"),
        "remind_finance_2": ("PT16H30M", "reminder", "2", "finance"),
        "due_finance": ("PT24H", "escalation", "1", "cfo"),
        "due_finance_2": ("PT48H", "escalation", "2", "cro"),
    }
    led = {source: target for source, target, _ in ways(root) if source in timers}
    assert led == {
        "remind_finance_1": "reminded_finance_1",
        "remind_finance_2": "reminded_finance_2",
        "due_finance": "escalated_finance",
        "due_finance_2": "escalated_finance_2",
    }
    nodes = by_id(root)
    for end in led.values():
        assert nodes[end].find(f"{BPMN}escalationEventDefinition") is not None


def test_a_step_with_nobody_above_it_is_still_due():
    step = make_step(escalations=(), remind_after_hours=(), sla_hours=Decimal("1.5"))
    (timer,) = rendered(step).iter(f"{BPMN}boundaryEvent")
    assert timer.get("id") == "due_finance"
    assert timer.findtext(f".//{BPMN}timeDuration") == "PT1H30M"
    assert properties(timer) == {"kind": "escalation", "level": "1"}


def test_a_task_says_who_when_and_under_which_rule():
    veto = Completion(rule=Rule.QUORUM, count=2, veto=("cfo",), wait_for_all=True)
    step = make_step("deal-desk", role="deal_desk", completion=veto, chain="legal")
    task = by_id(rendered(step))["task_deal-desk"]
    assert task.get("name") == "Deal desk approval"
    assert task.get(f"{CAMUNDA}candidateGroups") == "deal_desk"
    assert task.get(f"{CAMUNDA}dueDate") == "${due_at_deal__desk}"
    assert properties(task) == {
        "step": "deal-desk",
        "role": "deal_desk",
        "chain": "legal",
        "stage": "1",
        "completion": "quorum 2",
        "veto": "cfo",
        "waitForAll": "true",
        "required": "true",
        "calendar": "us",
        "slaHours": "24",
        "escalation": "reassign",
        "onTimeout": "escalate",
        "onExhausted": "hold",
    }
    assert task.findtext(f"{BPMN}documentation") == (
        "margin: below_floor (margin_pct < 24)"
    )


def test_only_a_task_for_several_people_is_drawn_several_times():
    one, everyone, quorum = (
        make_step("one"),
        make_step("everyone", ask_everyone=True),
        make_step("quorum", completion=Completion(rule=Rule.QUORUM, count=2)),
    )
    nodes = by_id(rendered(one, everyone, quorum))
    loop = f"{BPMN}multiInstanceLoopCharacteristics"
    assert nodes["task_one"].find(loop) is None
    assert nodes["task_everyone"].find(loop) is not None
    condition = nodes["task_quorum"].findtext(f"{loop}/{BPMN}completionCondition")
    assert "approvals >= 2" in condition
    assert properties(nodes["task_everyone"])["ask"] == "everyone"


def test_the_file_is_for_camunda_modeler():
    root = rendered(make_step())
    assert root.get(f"{MODELER}executionPlatform") == "Camunda Platform"
    assert root.get(f"{MODELER}executionPlatformVersion").startswith("7.")
    assert root[0].get("id") == "standard"
    assert root[0].get("isExecutable") == "true"
    assert root[0].get(f"{CAMUNDA}historyTimeToLive")


@some
@given(plans())
def test_whatever_the_plan_the_file_is_valid_and_every_element_is_drawn(plan):
    xml = render(plan)
    xsd.check(xml)
    root = etree.fromstring(xml)
    drawn = [
        shape.get("bpmnElement")
        for tag in ("BPMNShape", "BPMNEdge")
        for shape in root.iter(BPMNDI + tag)
    ]
    assert sorted(drawn) == sorted(by_id(root))


@some
@given(plans())
def test_people_and_facts_leave_no_trace(plan):
    facts = (FactSeen(name="margin_pct", value="18.75", test="< 24", lines=("L-9",)),)
    staffing = Staffing(
        candidates=("Zoe!",),
        excluded=(("Yan!", "submitter"),),
        assignee="Zoe!",
        seats=7,
    )
    other = replace(
        plan,
        steps=tuple(
            replace(step, staffing=staffing, reasons=(make_reason(facts=facts),))
            for step in plan.steps
        ),
    )
    assert render(other) == render(plan)
    assert not re.search(rb"Zoe!|Yan!|18\.75|L-9", render(other))


def test_rules_leave_a_trace():
    plain = render(make_plan(make_step()))
    other = make_reason(facts=(FactSeen(name="margin_pct", value="18.5", test="< 20"),))
    assert render(make_plan(make_step(reasons=(other,)))) != plain
    assert render(make_plan(make_step(sla_hours=Decimal(25)))) != plain
    assert render(make_plan(make_step(role="treasury"))) != plain


def test_equal_numbers_written_otherwise_give_the_same_bytes():
    def plan(hours, percent):
        rule = Completion(rule=Rule.PERCENT, percent=Decimal(percent))
        return make_plan(make_step(sla_hours=Decimal(hours), completion=rule))

    assert render(plan("24", "60")) == render(plan("24.00", "6E1"))


def test_words_of_a_policy_cannot_break_out_of_their_place():
    rude = "\"/><bpmn:scriptTask id='x'/>&]]>\x00"
    root = rendered(
        make_step(
            role=rude,
            calendar=rude,
            escalations=(make_level(rude),),
            reasons=(make_reason(rude, reason=rude),),
        )
    )
    said = rude.replace("\x00", "\ufffd")
    task = by_id(root)["task_finance"]
    assert task.get(f"{CAMUNDA}candidateGroups") == said
    assert properties(task)["calendar"] == said
    assert root.find(f".//{BPMN}scriptTask") is None


@pytest.mark.parametrize("process", ["deal review", "1st", "", "task_finance", "plane"])
def test_a_process_name_that_is_no_free_id_is_refused(process):
    with pytest.raises(BpmnError) as refusal:
        render(make_plan(make_step("finance"), process=process))
    assert all(problem.element == process for problem in refusal.value.problems)


@pytest.mark.parametrize("step", ["a b", "a/b", "é"])
def test_a_step_name_that_gives_no_id_is_refused(step):
    with pytest.raises(BpmnError, match=f"task_{step}"):
        render(make_plan(make_step(step)))


@pytest.mark.parametrize(
    ("mode", "name"), [("reassign", "Escalate to cfo"), ("add", "Also ask cfo")]
)
def test_the_end_event_of_a_level_says_whether_its_task_moves(mode, name):
    step = make_step("finance", escalate_mode=mode, escalations=(make_level("cfo"),))
    xml = render(make_plan(step))

    assert f'id="escalated_finance" name="{name}"'.encode() in xml
    # The engine has one wait state for the step in both modes.
    assert xml.count(b"<bpmn:userTask ") == 1
