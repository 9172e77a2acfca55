"""
What our element templates put into a file is what the reader looks for.
"""

import json
from html import escape

import pytest

from approval_engine.config import packaged
from approval_engine.definitions.model import Clock, Kind, Notice, Signal
from approval_engine.definitions.reading.calls import NOTIFY, SLOT
from approval_engine.definitions.shape import STEP, WORDS
from tests.unit.definitions.reading.files import (
    ESCALATION,
    around,
    boundary,
    end,
    node,
    path,
    process,
    properties,
    refused,
    start,
    task,
    timed,
)

FOLDER = packaged("bpmn") / "element-templates"
TEMPLATES = {
    template["id"]: template
    for file in sorted(FOLDER.iterdir())
    for template in json.loads(file.read_text())
}


def made(name, inside="", attributes="", **filled):
    """
    The element that Modeler writes for a template, with what an analyst fills in.
    """
    template = TEMPLATES[name]
    bound, own = {}, {}
    for each in template["properties"]:
        binding = each["binding"]
        value = filled.pop(binding["name"].rpartition(":")[2], each.get("value", ""))
        told = str(value).lower() if isinstance(value, bool) else str(value)
        target = own if binding["type"] == "camunda:property" else bound
        if told or target is own:
            target[binding["name"]] = escape(told)
    assert not filled, f"{name} binds no {sorted(filled)}"
    written = "".join(f' {key}="{value}"' for key, value in bound.items())
    kept = template.get("elementType", {"value": template["appliesTo"][0]})["value"]
    local = kept.removeprefix("bpmn:")
    tag = local[0].lower() + local[1:]
    body = (properties(**own) if own else "") + inside
    return (
        f'<bpmn:{tag} id="a" camunda:modelerTemplate="{name}"{written} {attributes}>'
        f"{body}</bpmn:{tag}>"
    )


def alone(name, **filled):
    """
    A process of nothing but an element of a template.
    """
    element = made(name, **filled)
    return process(
        start(), element, end("approved"), path("submitted", "a", "approved")
    )


def at_a_task(name, span="PT4H", host="", **filled):
    """
    A process with a timer of a template at its task.
    """
    on = 'attachedToRef="b"'
    timer = made(name, inside=timed(span), attributes=on, **filled)
    return process(
        start(),
        task("b", host, 'camunda:candidateGroups="finance"'),
        timer,
        end("told", ESCALATION),
        end("approved"),
        path("submitted", "b", "approved"),
        path("a", "told"),
    )


def test_a_task_asks_its_role_until_it_is_due():
    work = node(alone("approval-engine.task", candidateGroups="deal_desk")).work

    assert work.groups == ("deal_desk",)
    assert work.due.span == "PT8H"
    assert work.priority == 50


def test_a_step_says_its_whole_shape():
    filled = {"step": "finance", "role": "finance", "candidateGroups": "finance"}
    found = node(alone("approval-engine.step", **filled))

    assert found.properties[STEP] == "finance"
    assert set(found.properties) - {STEP, "sla"} <= set(WORDS)
    assert {"role", "chain", "stage", "completion", "required"} <= set(found.properties)


def test_a_step_that_was_not_filled_in_is_refused():
    (problem,) = refused(alone("approval-engine.step", role="finance"))

    assert (problem.code, problem.element) == ("property", "a")
    assert "'step'" in problem.sentence


def test_a_notice_says_to_whom_and_what():
    filled = {"to": "finance, owner", "subject": "Look", "text": "A & B"}
    found = node(alone(NOTIFY, **filled))

    assert found.kind is Kind.NOTICE
    assert found.notice == Notice(
        channel="mail", to=("finance", "owner"), subject="Look", text="A & B"
    )


@pytest.mark.parametrize("missing", ["to", "text"])
def test_a_notice_that_was_not_filled_in_is_refused(missing):
    filled = {"to": "finance", "text": "Look"} | {missing: ""}

    assert [p.code for p in refused(alone(NOTIFY, **filled))] == ["notice"]


def test_a_slot_takes_the_rest_unless_it_is_told():
    assert node(alone("approval-engine.slot")).steps == ("rest",)
    told = node(alone("approval-engine.slot", steps="chain:legal"))
    assert (told.kind, told.called) == (Kind.SLOT, SLOT)
    assert told.steps == ("chain:legal",)


def test_a_slot_of_nothing_is_refused():
    assert {p.code for p in refused(alone("approval-engine.slot", steps=""))} == {
        "property"
    }


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        ("approval-engine.reminder", {}),
        ("approval-engine.escalation", {"role": "cfo"}),
    ],
)
def test_a_timer_of_ours_interrupts_nothing(name, filled):
    found = node(at_a_task(name, **filled))

    assert found.properties["kind"] == name.rpartition(".")[2]
    assert (found.event.signal, found.interrupting) == (Signal.TIMER, False)
    assert (found.event.timer.clock, found.event.timer.span) == (Clock.DURATION, "PT4H")


def test_an_escalation_says_who_is_asked_next_unless_the_policy_does():
    (problem,) = refused(at_a_task("approval-engine.escalation"))
    assert "'role'" in problem.sentence

    step = properties(step="finance", role="finance")
    assert node(at_a_task("approval-engine.escalation", host=step))


def test_the_levels_of_reminders_count_without_a_gap():
    (problem,) = refused(at_a_task("approval-engine.reminder", level="2"))

    assert (problem.code, problem.element) == ("property", "a")


@pytest.mark.parametrize("when", ["${due}", "= duration(due)"])
def test_a_reminder_at_an_unknown_time_is_refused(when):
    assert "a" in {
        p.element for p in refused(at_a_task("approval-engine.reminder", when))
    }


def test_a_reminder_that_interrupts_is_refused():
    kind = properties(kind="reminder", level="1")
    timer = boundary("late", "a", kind + timed("PT4H"), interrupting=True)
    (problem,) = refused(around(timer, path("late", "approved")))

    assert (problem.code, problem.element) == ("timer", "late")


def test_every_template_is_tried_here():
    assert set(TEMPLATES) == {
        f"approval-engine.{name}"
        for name in ("task", "step", "reminder", "escalation", "notify", "slot")
    }
