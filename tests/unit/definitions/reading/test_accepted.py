"""
What analysts draw is understood: each part of a node says what the file says.
"""

from datetime import UTC, datetime

import pytest

from approval_engine.definitions.ids import due_at
from approval_engine.definitions.model import (
    Clock,
    Decides,
    Event,
    Field,
    Kind,
    Notice,
    Signal,
    Timer,
)
from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.policy.conditions import parse_condition
from tests.unit.definitions.goldens import FOLDER, PLANS
from tests.unit.definitions.reading.files import (
    ERROR,
    ESCALATION,
    TERMINATE,
    around,
    between,
    boundary,
    decided,
    element,
    end,
    extended,
    flow,
    gateway,
    late,
    node,
    path,
    process,
    properties,
    several,
    start,
    subprocess,
    task,
    timed,
)


@pytest.mark.parametrize("name", PLANS)
def test_what_we_render_is_read(name):
    process = read((FOLDER / f"{name}.bpmn").read_bytes(), name).process

    assert process.id == "standard"
    assert {step.id for step in PLANS[name].steps} == {
        node.properties["step"] for node in process.graph.of(Kind.TASK)
    }
    assert all(
        node.work.due.clock is Clock.DATE for node in process.graph.of(Kind.TASK)
    )


def test_a_rendered_task_says_whom_it_asks_and_until_when():
    file = (FOLDER / "standard-quorum.bpmn").read_bytes()
    found = node(file, "task_pricing_committee")

    assert found.work.groups == ("pricing_committee",)
    assert found.work.due.expression == parse_condition(due_at("pricing_committee"))
    assert found.work.priority == 50
    assert found.work.several.element == "approver"
    assert found.work.assignee == parse_condition("approver")
    assert found.properties["completion"] == "quorum 2"
    assert b"task_pricing_committee" in file.splitlines()[found.line - 1]


@pytest.mark.parametrize(
    ("tag", "kind"),
    [("userTask", Kind.TASK), ("manualTask", Kind.TASK), ("task", Kind.TASK)],
)
def test_tasks_of_people_wait(tag, kind):
    assert node(between(element(tag, "x")), "x").kind is kind


def people(**attributes):
    return " ".join(f'camunda:{name}="{text}"' for name, text in attributes.items())


def of_zeebe(tag, **attributes):
    inner = " ".join(f'{name}="{text}"' for name, text in attributes.items())
    return extended(f"<zeebe:{tag} {inner}/>")


@pytest.mark.parametrize(
    ("xml", "part", "value"),
    [
        (around(attributes=people(assignee="demo")), "assignee", ("demo",)),
        (around(attributes=people(candidateUsers="a, b")), "users", ("a", "b")),
        (around(attributes=people(candidateGroups="Team A")), "groups", ("Team A",)),
        (
            around(attributes=people(candidateGroups="${region}")),
            "groups",
            parse_condition("region"),
        ),
        (
            around(inside=of_zeebe("assignmentDefinition", assignee="demo")),
            "assignee",
            ("demo",),
        ),
        (
            around(
                inside=of_zeebe(
                    "assignmentDefinition", candidateGroups="= [&quot;a&quot;]"
                )
            ),
            "groups",
            ("a",),
        ),
        (around(attributes=people(priority="7")), "priority", 7),
        (around(inside=of_zeebe("priorityDefinition", priority="= 7")), "priority", 7),
        (
            around(attributes=people(formKey="embedded:app:x")),
            "form_key",
            "embedded:app:x",
        ),
        (around(attributes=people(formRef="ask")), "form_key", "ask"),
        (around(inside=of_zeebe("formDefinition", formId="ask")), "form_key", "ask"),
        (
            around(attributes=people(dueDate="P2D")),
            "due",
            Timer(clock=Clock.DURATION, span="P2D"),
        ),
        (
            around(
                inside=of_zeebe("taskSchedule", dueDate="2026-03-31T17:00:00+02:00")
            ),
            "due",
            Timer(clock=Clock.DATE, at=datetime(2026, 3, 31, 15, tzinfo=UTC)),
        ),
        (
            around(attributes=people(followUpDate="${due_at_a}")),
            "follow_up",
            Timer(clock=Clock.DATE, expression=parse_condition("due_at_a")),
        ),
    ],
)
def test_a_user_task_says_what_it_asks(xml, part, value):
    assert getattr(node(xml).work, part) == value


@pytest.mark.parametrize(
    "old", ["http://activiti.org/bpmn", "http://www.camunda.com/fox"]
)
def test_older_files_of_the_modeler_say_the_same(old):
    xml = around(attributes=people(candidateGroups="sales"))
    older = xml.replace(b"http://camunda.org/schema/1.0/bpmn", old.encode())

    assert node(older).work == node(xml).work


def form(*fields):
    return extended(f"<camunda:formData>{''.join(fields)}</camunda:formData>")


def asked(name, kind, inside="", more=""):
    return (
        f'<camunda:formField id="{name}" type="{kind}" {more}>{inside}'
        "</camunda:formField>"
    )


def constrained(name, config=""):
    config = f' config="{config}"' if config else ""
    return (
        f'<camunda:validation><camunda:constraint name="{name}"{config}/>'
        "</camunda:validation>"
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (asked("why", "string"), Field(id="why")),
        (
            asked("why", "string", more='label="Why?" defaultValue="because"'),
            Field(id="why", label="Why?", default="because"),
        ),
        (
            asked("n", "long", more='defaultValue="-7"'),
            Field(id="n", type="long", default="-7"),
        ),
        (
            asked("yes", "boolean", constrained("required")),
            Field(id="yes", type="boolean", required=True),
        ),
        (
            asked("amount", "long", constrained("readonly")),
            Field(id="amount", type="long", read_only=True),
        ),
        (
            asked("n", "long", constrained("min", "1") + constrained("max", "9")),
            Field(id="n", type="long", least=1, most=9),
        ),
        (
            asked(
                "colour",
                "enum",
                '<camunda:value id="r" name="Red"/><camunda:value id="g"/>',
            ),
            Field(id="colour", type="enum", choices=(("r", "Red"), ("g", "g"))),
        ),
        (
            asked("day", "date", more='defaultValue="2026-01-31"'),
            Field(id="day", type="date", default="2026-01-31"),
        ),
    ],
)
def test_a_form_has_fields(text, field):
    assert node(around(inside=form(text))).work.fields == (field,)


@pytest.mark.parametrize(
    "text",
    [
        (
            '<camunda:inputOutput><camunda:inputParameter name="hint">ask'
            "</camunda:inputParameter></camunda:inputOutput>"
        ),
        (
            '<zeebe:ioMapping><zeebe:input source="= &quot;ask&quot;" target="hint"/>'
            "</zeebe:ioMapping>"
        ),
    ],
)
def test_a_plain_value_is_shown(text):
    shown = Field(id="hint", label="hint", default="ask", read_only=True)

    assert node(around(inside=extended(text))).work.fields == (shown,)


@pytest.mark.parametrize(
    ("text", "kind", "timer"),
    [
        ("PT24H", "timeDuration", Timer(clock=Clock.DURATION, span="PT24H")),
        ("\n P1DT12H ", "timeDuration", Timer(clock=Clock.DURATION, span="P1DT12H")),
        ("P2W", "timeDuration", Timer(clock=Clock.DURATION, span="P2W")),
        (
            '= duration("PT8H")',
            "timeDuration",
            Timer(clock=Clock.DURATION, span="PT8H"),
        ),
        ('= "PT8H"', "timeDuration", Timer(clock=Clock.DURATION, span="PT8H")),
        ("R3/PT8H", "timeCycle", Timer(clock=Clock.CYCLE, span="PT8H", repeats=3)),
        ("R/PT5M", "timeCycle", Timer(clock=Clock.CYCLE, span="PT5M")),
        (
            "2026-03-31T17:00:00Z",
            "timeDate",
            Timer(clock=Clock.DATE, at=datetime(2026, 3, 31, 17, tzinfo=UTC)),
        ),
        (
            "${region}",
            "timeDuration",
            Timer(clock=Clock.DURATION, expression=parse_condition("region")),
        ),
    ],
)
def test_a_timer_says_when_it_fires(text, kind, timer):
    found = node(late(text.replace('"', "&quot;"), kind), "late")

    assert found.event == Event(signal=Signal.TIMER, timer=timer)
    assert (found.kind, found.host, found.interrupting) == (Kind.BOUNDARY, "a", False)


def test_an_intermediate_timer_waits():
    found = node(between(element("intermediateCatchEvent", "x", timed("PT1H"))), "x")

    assert found.kind is Kind.CATCH
    assert found.event.timer.span == "PT1H"


SIGNALS = (
    '<bpmn:error id="no" errorCode="rejected"/><bpmn:escalation id="up"'
    ' escalationCode="next"/>'
)


def test_a_subprocess_is_left_by_errors_and_escalations():
    xml = process(
        start(),
        subprocess("x"),
        boundary(
            "no_x", "x", '<bpmn:errorEventDefinition errorRef="no"/>', interrupting=True
        ),
        boundary("up_x", "x", '<bpmn:escalationEventDefinition escalationRef="up"/>'),
        boundary("late_x", "x", timed("PT1H"), interrupting=True),
        end("approved"),
        end("rejected", TERMINATE),
        path("submitted", "x", "approved"),
        path("no_x", "rejected"),
        path("up_x", "approved"),
        path("late_x", "rejected"),
        outside=SIGNALS,
    )

    assert node(xml, "no_x").event == Event(signal=Signal.ERROR, code="rejected")
    assert node(xml, "up_x").event == Event(signal=Signal.ESCALATION, code="next")
    assert [n.id for n in node(xml, "x").body.nodes] == ["start_x", "b", "end_x"]
    assert {n.id for n in read(xml).process.nodes()} > {"b", "x", "late_x"}


@pytest.mark.parametrize(
    ("how", "event"),
    [
        ("", Event(signal=Signal.NONE)),
        (TERMINATE, Event(signal=Signal.TERMINATE)),
        (ERROR, Event(signal=Signal.ERROR)),
        (
            '<bpmn:errorEventDefinition errorRef="no"/>',
            Event(signal=Signal.ERROR, code="rejected"),
        ),
        (ESCALATION, Event(signal=Signal.ESCALATION)),
    ],
)
def test_an_end_event_throws(how, event):
    xml = process(start(), end("x", how), path("submitted", "x"), outside=SIGNALS)

    assert node(xml, "x").event == event


@pytest.mark.parametrize(
    "text",
    [
        "amount &gt; 1000 and region = 'EMEA'",
        "${amount &gt; 1000 &amp;&amp; region == 'EMEA'}",
        "#{amount &gt; 1000 &amp;&amp; region == 'EMEA'}",
        "= amount &gt; 1000 and region = &quot;EMEA&quot;",
        "<![CDATA[${amount > 1000 && region=='EMEA'}]]>",
        "\n<![CDATA[\namount > 1000 and region=='EMEA'\n]]>\n",
    ],
)
def test_a_condition_is_one_whatever_it_is_written_in(text):
    xml = decided(flow("choice", "approved", text, name="yes"))
    (found,) = (f for f in read(xml).process.graph.flows if f.id == "yes")

    assert found.condition == parse_condition("amount > 1000 and region = 'EMEA'")
    assert node(xml, "choice").default == "over"


def test_names_come_from_the_plan_forms_decisions_and_the_policy():
    xml = process(
        start(),
        task("a", form(asked("urgent", "boolean"))),
        element(
            "businessRuleTask",
            "ask",
            attributes='camunda:decisionRef="d" camunda:resultVariable="score"',
        ),
        gateway("exclusive", "choice", default="over"),
        end("approved"),
        path("submitted", "a", "ask", "choice"),
        flow(
            "choice",
            "approved",
            "urgent and score > 3 and outcome_a = 'approved' and approved"
            " and decision = 'approve' and margin_pct &lt; 20".replace(">", "&gt;"),
        ),
        flow("choice", "approved", name="over"),
    )

    assert read(xml).process.graph.by_id["ask"].decides == Decides(
        decision="d", variable="score"
    )


def test_accepted_definitions_are_read_without_the_policy():
    xml = decided(flow("choice", "approved", "${country == 'XX'}"))

    assert read(xml, names=EVERY_NAME).process


def test_a_decision_of_camunda_8_is_the_same():
    old = 'camunda:decisionRef="d" camunda:resultVariable="r"'
    new = extended('<zeebe:calledDecision decisionId="d" resultVariable="r"/>')

    assert (
        node(between(element("businessRuleTask", "x", attributes=old)), "x").decides
        == node(between(element("businessRuleTask", "x", new)), "x").decides
    )


@pytest.mark.parametrize("tag", ["serviceTask", "sendTask"])
@pytest.mark.parametrize("space", ["camunda", "zeebe"])
def test_our_template_makes_a_notify_task(tag, space):
    inside = properties(
        space, channel="mail", to="legal, cfo", subject="Hi", text="Look"
    )
    attributes = f'{space}:modelerTemplate="approval-engine.notify"'
    found = node(between(element(tag, "x", inside, attributes)), "x")

    assert found.notice == Notice(
        channel="mail", to=("legal", "cfo"), subject="Hi", text="Look"
    )


@pytest.mark.parametrize(
    ("steps", "selected"),
    [
        ("rest", ("rest",)),
        ("legal, cfo", ("legal", "cfo")),
        ("chain:main", ("chain:main",)),
    ],
)
def test_a_slot_selects_steps_of_the_plan(steps, selected):
    inside = properties(steps=steps)
    attributes = 'calledElement="cpq_plan"'
    found = node(between(element("callActivity", "x", inside, attributes)), "x")

    assert (found.kind, found.steps) == (Kind.SLOT, selected)


@pytest.mark.parametrize(
    ("inside", "attributes"),
    [
        ("", 'calledElement="other"'),
        (extended('<zeebe:calledElement processId="other"/>'), ""),
        (extended('<camunda:in variables="all"/>'), 'calledElement="other"'),
    ],
)
def test_another_process_is_called(inside, attributes):
    found = node(between(element("callActivity", "x", inside, attributes)), "x")

    assert (found.kind, found.called) == (Kind.CALL, "other")


def test_several_people_are_asked_until_enough_have_answered():
    loop = several(
        "<bpmn:completionCondition>${approvals >= 2 or nrOfActiveInstances = 0}"
        "</bpmn:completionCondition>".replace(">=", "&gt;="),
        'isSequential="true" camunda:collection="clauses"'
        ' camunda:elementVariable="one"',
    )
    found = node(around(inside=loop, attributes=people(assignee="${one}"))).work

    assert found.several.sequential
    assert found.several.collection == parse_condition("clauses")
    assert found.several.until == parse_condition(
        "approvals >= 2 or nrOfActiveInstances = 0"
    )
    assert found.assignee == parse_condition("one")


def test_several_people_of_camunda_8_are_the_same():
    old = several(
        attributes='camunda:collection="clauses" camunda:elementVariable="one"'
    )
    new = several(
        extended(
            '<zeebe:loopCharacteristics inputCollection="=clauses" inputElement="one"/>'
        )
    )

    assert node(around(inside=old)).work == node(around(inside=new)).work


def test_a_number_of_people_is_asked():
    loop = several("<bpmn:loopCardinality>3</bpmn:loopCardinality>")

    assert node(around(inside=loop)).work.several.cardinality == 3


def lanes(*nodes, inner=""):
    references = "".join(f"<bpmn:flowNodeRef>\n {n} </bpmn:flowNodeRef>" for n in nodes)
    lane = f'<bpmn:lane id="l" name="Legal">{references}{inner}</bpmn:lane>'
    return f'<bpmn:laneSet id="s">{lane}</bpmn:laneSet>'


def test_a_lane_is_known_to_its_tasks():
    assert node(around(lanes("a"))).work.lane == "Legal"
    assert node(around(lanes("approved"))).work.lane is None


def test_the_innermost_lane_counts():
    inner = lanes("a").replace("Legal", "Contracts").replace('"l"', '"l2"')
    inner = inner.replace("laneSet", "childLaneSet").replace('"s"', '"s2"')

    assert node(around(lanes("a", inner=inner))).work.lane == "Contracts"


def test_a_subprocess_takes_its_tasks_along_into_its_lane():
    xml = process(
        start(), lanes("x"), subprocess("x"), path("submitted", "x"), end("e")
    )
    xml = xml.replace(b"</bpmn:process>", flow("x", "e").encode() + b"</bpmn:process>")

    assert node(xml, "b").work.lane == "Legal"


def test_pools_around_one_process_are_only_drawn():
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="p" processRef="deal"/>'
        '<bpmn:participant id="q" name="Customer"/>'
        '<bpmn:messageFlow id="m" sourceRef="q" targetRef="p"/></bpmn:collaboration>'
    )

    assert read(around(outside=pools)).process.id == "deal"


def test_an_inclusive_gateway_splits_by_conditions():
    xml = process(
        start(),
        gateway("inclusive", "split", default="over"),
        gateway("inclusive", "join"),
        end("approved"),
        path("submitted", "split"),
        flow("split", "join", "amount &gt; 5"),
        flow("split", "join", name="over"),
        path("join", "approved"),
    )

    assert node(xml, "split").default == "over"
    assert node(xml, "join").kind is Kind.INCLUSIVE


DECORATIVE = {
    "annotation": (
        '<bpmn:textAnnotation id="note"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>'
        '<bpmn:association id="line" sourceRef="a" targetRef="note"/>'
    ),
    "group": '<bpmn:group id="g" categoryValueRef="v"/>',
    "data": (
        '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" dataObjectRef="d"/>'
        '<bpmn:dataStoreReference id="s" dataStoreRef="t"/>'
    ),
    "documentation": "<bpmn:documentation>eval() and ${x}</bpmn:documentation>",
    "comment": "<!-- a remark -->",
    "foreign": extended('<x:anything xmlns:x="urn:x" y="1"><x:script/></x:anything>'),
    "properties": properties(anything="${goes}"),
}


@pytest.mark.parametrize("part", DECORATIVE.values(), ids=DECORATIVE)
def test_what_only_describes_is_kept(part):
    kept = read(around(part)).process

    assert [n.id for n in kept.nodes()] == ["submitted", "a", "approved"]
    assert kept.graph.by_id["a"].work == node(around()).work


def test_what_has_no_effect_is_told():
    xml = around(
        extended('<x:y xmlns:x="urn:x"/>'),
        attributes='camunda:asyncBefore="true" x:z="1" xmlns:x="urn:x"',
    )
    told = [(note.element, note.sentence) for note in read(xml).notes]
    sentence = (
        "camunda:asyncBefore is decorative: for an operator of Camunda; there is"
        " nothing to set here."
    )

    assert ("a", sentence) in told
    assert sum("urn:x" in sentence for _, sentence in told) == 1


def test_fields_of_a_form_that_is_not_ours_are_inferred():
    xml = decided(
        flow("choice", "approved", "${clarified == 'yes' and urgent and count &gt; 2}"),
    ).replace(b'id="a"', b'id="a" camunda:formKey="embedded:app:x.html"')
    reading = read(xml)

    assert {
        (f.id, f.type, f.inferred) for f in reading.process.graph.by_id["a"].work.fields
    } == {
        ("clarified", "string", True),
        ("urgent", "boolean", True),
        ("count", "long", True),
    }
    assert {note.element for note in reading.notes} == {"a"}


def test_the_nearest_form_is_asked_through_the_border_of_a_subprocess():
    key = 'camunda:formKey="embedded:x"'
    inner = subprocess("x").replace('id="b"', f'id="b" {key}')
    xml = process(
        start(),
        task("a", attributes=key),
        inner,
        gateway("exclusive", "choice", default="over"),
        end("approved"),
        path("submitted", "a", "x", "choice"),
        flow("choice", "approved", "${clarified}"),
        flow("choice", "approved", name="over"),
    )

    assert node(xml, "b").work.fields[0].id == "clarified"
    assert node(xml, "a").work.fields == ()


def test_what_is_as_it_stands_has_no_notes():
    assert read(around(), "a.bpmn").notes == ()
