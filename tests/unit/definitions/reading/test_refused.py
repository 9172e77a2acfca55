"""
What does not run safely is refused before it runs, with every reason and its place.
"""

import pytest

from approval_engine.definitions.reading import EVERY_NAME, read
from approval_engine.definitions.reading.scopes import MAX_DEPTH, MAX_NODES
from approval_engine.errors import BpmnError
from approval_engine.policy.conditions import Kind
from tests.unit.definitions.reading.files import (
    ERROR,
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
    path,
    problems,
    process,
    properties,
    refused,
    several,
    start,
    subprocess,
    task,
    timed,
)

CODE = "__import__('os').system('true')"

ELEMENTS = {
    "script task": element("scriptTask", "x", f"<bpmn:script>{CODE}</bpmn:script>"),
    "receive task": '<bpmn:receiveTask id="x"/>',
    "ad hoc": (
        '<bpmn:adHocSubProcess id="x"><bpmn:completionCondition>'
        f"{CODE}</bpmn:completionCondition></bpmn:adHocSubProcess>"
    ),
    "transaction": '<bpmn:transaction id="x"/>',
    "complex gateway": '<bpmn:complexGateway id="x"/>',
    "event gateway": '<bpmn:eventBasedGateway id="x"/>',
    "conditional event": (
        '<bpmn:intermediateCatchEvent id="x"><bpmn:conditionalEventDefinition>'
        f"<bpmn:condition>{CODE}</bpmn:condition>"
        "</bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>"
    ),
    "message event": (
        '<bpmn:intermediateCatchEvent id="x"><bpmn:messageEventDefinition/>'
        "</bpmn:intermediateCatchEvent>"
    ),
    "link event": (
        '<bpmn:intermediateCatchEvent id="x"><bpmn:linkEventDefinition name="l"/>'
        "</bpmn:intermediateCatchEvent>"
    ),
    "throw event": '<bpmn:intermediateThrowEvent id="x"/>',
    "loop": element("userTask", "x", "<bpmn:standardLoopCharacteristics/>"),
    "owner": element("userTask", "x", "<bpmn:potentialOwner/>"),
    "abstract": element("flowNode", "x"),
    "of no version": element("robotTask", "x"),
    "no namespace": element("userTask", "x", '<scriptTask xmlns="" id="y"/>'),
}


@pytest.mark.parametrize("part", ELEMENTS.values(), ids=ELEMENTS)
def test_an_element_that_does_not_run_is_refused_once(part):
    found = problems(between(part))
    # A node that nobody knows is no node, so its flows lead to nothing.
    known = [each for each in found if each[0] != "flow" and each[1] != "approved"]

    assert len(known) == 1
    assert known[0][0] == "element"


INSIDE = {
    "task listener": extended(
        f'<camunda:taskListener event="create" expression="{CODE}"/>'
    ),
    "execution listener": extended(
        '<camunda:executionListener class="Evil" event="end"/>'
    ),
    "input script": extended(
        '<camunda:inputOutput><camunda:inputParameter name="x"><camunda:script>'
        f"{CODE}</camunda:script></camunda:inputParameter></camunda:inputOutput>"
    ),
    "connector": extended("<camunda:connector/>"),
    "field": extended('<camunda:field name="x"/>'),
    "fox": extended('<f:fourEyeGroup xmlns:f="http://www.camunda.com/fox"/>'),
    "job worker": extended('<zeebe:taskDefinition type="x"/>'),
    "script in a property": extended(
        '<camunda:properties><camunda:property name="x"><camunda:script/>'
        "</camunda:property></camunda:properties>"
    ),
    "stock script": extended(
        '<s:preScript xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core">'
        f"{CODE}</s:preScript>"
    ),
    "include": extended(
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
    ),
    "foreign outside of extensions": '<x:y xmlns:x="urn:x"/>',
    "extension outside of extensions": "<camunda:properties/>",
    "event inside of extensions": extended("<bpmn:timerEventDefinition/>"),
    "diagram inside of a task": "<bpmndi:BPMNDiagram/>",
}


@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE)
def test_what_would_run_inside_a_task_is_refused(inside):
    assert {code for code, _ in problems(around(inside=inside))} <= {
        "element",
        "attribute",
    }
    assert {element for _, element in problems(around(inside=inside))} == {"a"}


ATTRIBUTES = {
    "listener": 'camunda:class="Evil"',
    "template": 'camunda:expression="${x}"',
    "handler": 'camunda:formHandlerClass="Evil"',
    "compensation": 'isForCompensation="true"',
    "unknown": 'robot="true"',
    "unknown of camunda": 'camunda:robot="true"',
    "of another element": 'camunda:decisionRef="x"',
    "of bpmn": 'bpmn:name="x"',
    "type": 'xsi:type="bpmn:tScriptTask"',
    "two tokens": 'startQuantity="2"',
    "twice": 'camunda:assignee="x" a:assignee="y" xmlns:a="http://activiti.org/bpmn"',
}


@pytest.mark.parametrize("attribute", ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_an_attribute_that_does_not_count_is_refused(attribute):
    assert problems(around(attributes=attribute)) == [("attribute", "a")]


EVENTS = {
    "signal": '<bpmn:signalEventDefinition signalRef="s"/>',
    "message": '<bpmn:messageEventDefinition messageRef="m"/>',
    "cancel": "<bpmn:cancelEventDefinition/>",
    "compensate": "<bpmn:compensateEventDefinition/>",
    "link": "<bpmn:linkEventDefinition/>",
    "timer": timed("PT1H"),
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_an_event_that_the_engine_would_ignore_is_refused(event):
    xml = process(
        start(), task("a"), end("approved", event), path("submitted", "a", "approved")
    )

    assert problems(xml) == [("element", "approved")]


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_a_start_has_no_trigger(event):
    xml = process(start(inside=event), end("e"), path("submitted", "e"))

    assert problems(xml) == [("element", "submitted")]


TEXTS = [
    CODE,
    "().__class__.__base__.__subclasses__()",
    "open('/dev/null').read()",
    "a.b",
    "f(x)",
    "lambda: 1",
    "[x for x in y]",
    "x := 1",
    "9 ** 9 ** 9 &gt; 1",
    "${execution.setVariable('x', 1)}",
    "${''.getClass().forName('java.lang.Runtime')}",
    "${region == 'a'} or ${region}",
    "region == 'a' # comment",
    "region\u2028== 'a'",
    "",
    "(" * 600,
    "not " * 300 + "x",
    "amount",
    "amount = 'many'",
    "bpmn:getDataObject('approved')",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_condition_in_another_language_is_refused(text):
    xml = decided(flow("choice", "approved", text, name="attack"))

    assert problems(xml) == [("condition", "attack")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "${orderBean.isRisky(order)}",
            "calls orderBean.isRisky, and nothing is called",
        ),
        ("bpmn:getDataObject('x')", "reads a data object"),
        ("${amount gt 5}", "Expected `>` instead of `gt`"),
        ("${amount &gt;}", "but in '${amount >}': Expected"),
    ],
)
def test_a_refused_condition_says_what_it_does(text, words):
    (problem,) = refused(decided(flow("choice", "approved", text, name="f")))

    assert words in problem.sentence


def raw(text, attributes=""):
    return (
        '<bpmn:sequenceFlow id="attack" sourceRef="choice" targetRef="approved">'
        f"<bpmn:conditionExpression {attributes}>{text}"
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )


@pytest.mark.parametrize("language", ["", 'language="feel"', 'language="juel"'])
def test_a_formal_expression_runs(language):
    typed = f'xsi:type="bpmn:tFormalExpression" id="f" {language}'

    assert read(decided(raw("${approved}", typed)))


@pytest.mark.parametrize(
    ("text", "attributes", "code"),
    [
        ("approved<!-- c --> or approved", "", "split_text"),
        ("approved<bpmn:text/> or approved", "", "split_text"),
        ("<![CDATA[approved]]> or approved", "", "split_text"),
        ("<![CDATA[approved]]><![CDATA[ or approved]]>", "", "split_text"),
        ("approved", 'language="groovy"', "attribute"),
        ("approved", 'language="javascript"', "attribute"),
        ("approved", 'camunda:resource="evil.groovy"', "attribute"),
        ("approved", 'xsi:type="x:tScript"', "attribute"),
    ],
)
def test_what_hides_in_a_condition_is_refused(text, attributes, code):
    assert (code, "attack") in problems(decided(raw(text, attributes)))


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("regoin", "did you mean 'region'?"),
        ("approve", "did you mean 'approved'?"),
        ("outcome_b", "did you mean 'outcome_a'?"),
        ("zzz", "known are"),
    ],
)
def test_an_unknown_name_is_refused_with_what_is_known(name, suggestion):
    (problem,) = refused(decided(flow("choice", "approved", f"{name} = '1'", name="f")))

    assert (problem.code, problem.element) == ("unknown_name", "f")
    assert suggestion in problem.sentence


def test_the_names_are_those_of_the_policy():
    xml = decided(flow("choice", "approved", "country = 'XX'", name="f"))

    assert problems(xml) == [("unknown_name", "f")]
    assert read(xml, names={"country": Kind.STRING})
    assert problems(xml, {"country": Kind.NUMBER}) == [("condition", "f")]
    assert read(xml, names=EVERY_NAME)


def test_a_form_at_the_start_gives_no_names():
    xml = decided(flow("choice", "approved", "entry = 'x'", name="f")).replace(
        b'id="submitted" ', b'id="submitted" camunda:formKey="embedded:x" '
    )

    assert problems(xml) == [("unknown_name", "f")]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("PT24", "write `PT24H` (24 hours) or `P1D` (one day)"),
        ("PT36", "write `PT36H` (36 hours)."),
        ("24H", "write `PT24H` (24 hours) or `P1D` (one day)"),
        ("48 hours", "write `PT48H` (48 hours) or `P2D` (2 days)"),
        ("P24H", "write `PT24H`"),
        ("2d", "write `P2D` (2 days)"),
        ("pt8h", "write `PT8H`."),
        ("'PT8H'", "write `PT8H`."),
        ("30 minutes", "write `PT30M` (30 minutes)"),
        ("P", "write it like"),
        ("PT", "write it like"),
        ("-PT1H", "write it like"),
        ("P1.5M", "write it like"),
        ("", "write it like"),
        (CODE, "write it like"),
        ("PT0S", "longer than nothing"),
        ("P99999Y", "at most 100 years"),
        ("PT" + "9" * 5000 + "H", "write it like"),
    ],
)
def test_a_duration_that_is_none_is_refused_with_what_to_write(text, fix):
    (problem,) = refused(late(text))

    assert (problem.code, problem.element) == ("duration", "late")
    assert fix in problem.sentence


@pytest.mark.parametrize(
    ("text", "kind", "fix"),
    [
        ("PT24H", "timeCycle", "write `R/PT24H`"),
        ("0 0 9 * * ?", "timeCycle", "`R3/PT8H`"),
        ("R0/PT1H", "timeCycle", "1 to 1000"),
        ("R999999999/PT1H", "timeCycle", "1 to 1000"),
        ("R3/PT8", "timeCycle", "write `PT8H`"),
        ("2026-03-31T17:00:00", "timeDate", "write `2026-03-31T17:00:00Z` for UTC"),
        ("2026-02-30T17:00:00Z", "timeDate", "the calendar has"),
        ("tomorrow", "timeDate", "Expected an instant"),
        ("PT24H", "timeDate", "Expected an instant"),
    ],
)
def test_other_timers_are_refused_with_what_to_write(text, kind, fix):
    (problem,) = refused(late(text, kind))

    assert problem.element == "late"
    assert fix in problem.sentence


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("${dateTime().plusDays(2).toDate()}", "write `P2D`"),
        ("${dateTime().plusWeeks(1).plusHours(3).toDate()}", "write `P7DT3H`"),
        ("${now()}", "calls now"),
        ("2015-06-26T09:54:00", "write `2015-06-26T09:54:00Z`"),
        ("next week", "Expected an instant"),
        ("PT24", "write `PT24H`"),
        (CODE, "Expected an instant"),
    ],
)
@pytest.mark.parametrize("attribute", ["dueDate", "followUpDate"])
def test_a_due_date_in_java_is_refused_with_what_to_write(attribute, text, fix):
    (problem,) = refused(around(attributes=f'camunda:{attribute}="{text}"'))

    assert problem.element == "a"
    assert fix in problem.sentence


@pytest.mark.parametrize(
    "attribute",
    [
        f'camunda:candidateGroups="{CODE}"',
        f'camunda:candidateUsers="{CODE}"',
        'camunda:candidateGroups="a,,b"',
        'camunda:assignee="a,${region}"',
        'camunda:assignee="${who.name()}"',
        'camunda:assignee="${amount}"',
        'camunda:assignee="${nobody}"',
        'camunda:priority="high"',
        'camunda:priority="${amount}"',
        'camunda:formKey="${x}"',
    ],
)
def test_what_a_task_asks_is_plain_or_an_expression(attribute):
    found = problems(around(attributes=attribute))

    assert [element for _, element in found] == ["a"]


FORMS = {
    "type": '<camunda:formField id="x" type="robot"/>',
    "id": '<camunda:formField id="a-b" type="string"/>',
    "reserved": '<camunda:formField id="and" type="string"/>',
    "twice": '<camunda:formField id="x"/><camunda:formField id="x"/>',
    "a fact": '<camunda:formField id="amount" type="long"/>',
    "a result": '<camunda:formField id="approved" type="boolean"/>',
    "an outcome": '<camunda:formField id="outcome_a" type="string"/>',
    "no choices": '<camunda:formField id="x" type="enum"/>',
    "choices of text": (
        '<camunda:formField id="x"><camunda:value id="y"/></camunda:formField>'
    ),
    "one choice twice": (
        '<camunda:formField id="x" type="enum"><camunda:value id="y"/>'
        '<camunda:value id="y"/></camunda:formField>'
    ),
    "default": '<camunda:formField id="x" type="long" defaultValue="many"/>',
    "default of code": '<camunda:formField id="x" defaultValue="${x.y()}"/>',
    "default choice": (
        '<camunda:formField id="x" type="enum" defaultValue="z"><camunda:value id="y"/>'
        "</camunda:formField>"
    ),
    "default day": '<camunda:formField id="x" type="date" defaultValue="31/12/2026"/>',
    "validator": (
        '<camunda:formField id="x"><camunda:validation><camunda:constraint'
        ' name="validator" config="Evil"/></camunda:validation></camunda:formField>'
    ),
    "bound": (
        '<camunda:formField id="x"><camunda:validation><camunda:constraint'
        ' name="min" config="${y}"/></camunda:validation></camunda:formField>'
    ),
}


@pytest.mark.parametrize("fields", FORMS.values(), ids=FORMS)
def test_a_form_that_cannot_be_shown_is_refused(fields):
    inside = extended(f"<camunda:formData>{fields}</camunda:formData>")

    assert [element for _, element in problems(around(inside=inside))] == ["a"]


def asking(task_id, kind):
    field = f'<camunda:formField id="x" type="{kind}"/>'
    return task(task_id, extended(f"<camunda:formData>{field}</camunda:formData>"))


def asked_twice(first, second):
    return process(start(), first, second, end("e"), path("submitted", "a", "b", "e"))


DECISION = 'camunda:decisionRef="d" camunda:resultVariable="x"'


@pytest.mark.parametrize(
    "second", [asking("b", "long"), element("businessRuleTask", "b", "", DECISION)]
)
def test_one_name_has_one_kind_of_value(second):
    first = asking("a", "string")

    assert read(asked_twice(first, asking("b", "string")))
    assert problems(asked_twice(first, second)) == [("name", "b")]


@pytest.mark.parametrize("name", ["outcome_legal", "approvers_legal"])
def test_an_outcome_is_never_asked_in_a_form(name):
    xml = decided(flow("choice", "approved", f"{name} = 'approved'", name="f"))
    shown = xml.replace(b'id="a" ', b'id="a" camunda:formKey="embedded:app:x" ')

    assert shown != xml
    assert problems(shown) == [("unknown_name", "f")]


@pytest.mark.parametrize(
    "inside",
    [
        '<camunda:inputParameter name="x">${amount}</camunda:inputParameter>',
        '<camunda:inputParameter name="x">${y.z()}</camunda:inputParameter>',
        '<camunda:outputParameter name="amount.x">1</camunda:outputParameter>',
        '<camunda:inputParameter name="x"><camunda:list/></camunda:inputParameter>',
    ],
)
def test_a_value_that_is_not_plain_is_refused(inside):
    xml = around(
        inside=extended(f"<camunda:inputOutput>{inside}</camunda:inputOutput>")
    )

    assert {element for _, element in problems(xml)} == {"a"}


LOOPS = {
    "nobody": several(),
    "cardinality": several(f"<bpmn:loopCardinality>{CODE}</bpmn:loopCardinality>"),
    "none": several("<bpmn:loopCardinality>0</bpmn:loopCardinality>"),
    "a crowd": several("<bpmn:loopCardinality>999999999</bpmn:loopCardinality>"),
    "collection": several(attributes=f'camunda:collection="{CODE}"'),
    "number": several(attributes='camunda:collection="amount"'),
    "element": several(
        attributes='camunda:collection="clauses" camunda:elementVariable="a.b"'
    ),
    "condition": several(
        f"<bpmn:completionCondition>{CODE}</bpmn:completionCondition>",
        'camunda:collection="clauses"',
    ),
    "count": several(
        "<bpmn:completionCondition>votes = 1</bpmn:completionCondition>",
        'camunda:collection="clauses"',
    ),
    "no condition": several(
        "<bpmn:completionCondition>approvals</bpmn:completionCondition>",
        'camunda:collection="clauses"',
    ),
    "two": several(attributes='camunda:collection="clauses"') * 2,
    "two numbers": several("<bpmn:loopCardinality>3</bpmn:loopCardinality>" * 2),
    "two conditions": several(
        "<bpmn:completionCondition>approvals = 1</bpmn:completionCondition>" * 2,
        'camunda:collection="clauses"',
    ),
    "two elements": several(
        extended('<zeebe:loopCharacteristics inputElement="y"/>'),
        'camunda:collection="clauses" camunda:elementVariable="x"',
    ),
    "output": several(
        extended('<zeebe:loopCharacteristics outputCollection="x"/>'),
        'camunda:collection="clauses"',
    ),
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_several_people_must_be_clear(loop):
    assert [element for _, element in problems(around(inside=loop))] == ["a"]


def test_counts_are_known_in_a_completion_condition_only():
    xml = decided(flow("choice", "approved", "approvals &gt; 1", name="f"))

    assert problems(xml) == [("unknown_name", "f")]


def test_only_user_tasks_are_for_several_people():
    inside = several(attributes='camunda:collection="clauses"')
    attributes = 'camunda:decisionRef="d"'
    xml = between(element("businessRuleTask", "x", inside, attributes))

    assert problems(xml) == [("several", "x")]


SERVICES = {
    "plain": element("serviceTask", "x"),
    "class": element("serviceTask", "x", attributes='camunda:class="Evil"'),
    "expression": element("sendTask", "x", attributes=f'camunda:expression="{CODE}"'),
    "delegate": element(
        "serviceTask", "x", attributes='camunda:delegateExpression="${e}"'
    ),
    "topic": element(
        "serviceTask", "x", attributes='camunda:type="external" camunda:topic="evil"'
    ),
    "connector": element("serviceTask", "x", extended("<camunda:connector/>")),
    "worker": element("serviceTask", "x", extended('<zeebe:taskDefinition type="e"/>')),
    "template": element("serviceTask", "x", attributes='camunda:modelerTemplate="kpi"'),
    "no channel": element(
        "serviceTask",
        "x",
        properties(to="legal", text="x"),
        'camunda:modelerTemplate="approval-engine.notify"',
    ),
    "nobody": element(
        "serviceTask",
        "x",
        properties(channel="mail", text="x"),
        'camunda:modelerTemplate="approval-engine.notify"',
    ),
    "no decision": element("businessRuleTask", "x"),
    "computed decision": element(
        "businessRuleTask", "x", attributes='camunda:decisionRef="${d}"'
    ),
    "version": element(
        "businessRuleTask",
        "x",
        attributes='camunda:decisionRef="d" camunda:decisionRefBinding="version"',
    ),
    "result that is a fact": element(
        "businessRuleTask",
        "x",
        attributes='camunda:decisionRef="d" camunda:resultVariable="amount"',
    ),
    "two results": element(
        "businessRuleTask",
        "x",
        extended('<zeebe:calledDecision resultVariable="y"/>'),
        'camunda:decisionRef="d" camunda:resultVariable="x"',
    ),
    "no process": element("callActivity", "x"),
    "itself": element("callActivity", "x", attributes='calledElement="deal"'),
    "computed process": element("callActivity", "x", attributes='calledElement="${p}"'),
    "case": element("callActivity", "x", attributes='camunda:caseRef="c"'),
    "renamed": element(
        "callActivity",
        "x",
        extended('<camunda:in source="a" target="b"/>'),
        'calledElement="p"',
    ),
    "slot without steps": element(
        "callActivity", "x", attributes='calledElement="cpq_plan"'
    ),
    "slot of code": element(
        "callActivity", "x", properties(steps=CODE), 'calledElement="cpq_plan"'
    ),
    "event subprocess": element(
        "subProcess", "x", attributes='triggeredByEvent="true"'
    ),
}


@pytest.mark.parametrize("part", SERVICES.values(), ids=SERVICES)
def test_a_step_of_nobody_is_refused_once(part):
    assert [element for _, element in problems(between(part))] == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        properties(step=CODE),
        properties(slaHours="${x}"),
        properties(level="-1"),
        properties(sla="mine"),
        properties(x="y" * 5000),
        extended(
            '<camunda:properties><camunda:property value="x"/></camunda:properties>'
        ),
        properties(x="1") + properties("zeebe", x="1"),
    ],
)
def test_a_property_that_we_understand_has_its_form(text):
    assert problems(around(inside=text)) == [("property", "a")]


DRAWINGS = {
    "orphan": (around(task("b"), path("b", "approved")), ("unreached", "b")),
    "dangling target": (around(task("b"), flow("b", "c")), ("flow", "from_b_to_c")),
    "dangling source": (around(flow("b", "a")), ("flow", "from_b_to_a")),
    "no ends": (around('<bpmn:sequenceFlow id="f"/>'), ("flow", "f")),
    "second start": (around(start("again"), flow("again", "a")), ("start", "/")),
    "no start": (
        process(task("a"), end("approved"), path("a", "approved")),
        ("start", "/"),
    ),
    "two ways out of a task": (
        around(flow("a", "approved", name="second")),
        ("flow", "a"),
    ),
    "no way out of a task": (
        process(start(), task("a"), path("submitted", "a")),
        ("flow", "a"),
    ),
    "no way out of a gateway": (
        process(start(), gateway("parallel", "g"), path("submitted", "g")),
        ("flow", "g"),
    ),
    "a way out of an end": (around(flow("approved", "a")), ("flow", "approved")),
    "into the start": (
        decided(flow("choice", "submitted", "approved", name="back")),
        ("flow", "back"),
    ),
    "two flows side by side": (
        process(
            start(),
            gateway("parallel", "g"),
            end("e"),
            path("submitted", "g"),
            flow("g", "e", name="one"),
            flow("g", "e", name="two"),
        ),
        ("flow", "two"),
    ),
    "into a subprocess": (
        process(start(), subprocess("x"), path("submitted", "b")),
        ("flow", "from_submitted_to_b"),
    ),
    "subprocess without start": (
        between(element("subProcess", "x", end("e"))),
        ("start", "x"),
    ),
    "double id": (around(task("a")), ("id", "a")),
    "id of stock": (
        process(
            start("Start"), task("a"), end("approved"), path("Start", "a", "approved")
        ),
        ("id", "Start"),
    ),
    "id of ours": (
        process(start(), end("cancelled"), path("submitted", "cancelled")),
        ("id", "cancelled"),
    ),
    "outcome of ours": (
        process(start(), end("cancelled_by_a"), path("submitted", "cancelled_by_a")),
        ("id", "cancelled_by_a"),
    ),
    "id with a path": (
        process(start(), end("../a"), path("submitted", "../a")),
        ("id", "../a"),
    ),
    "id in look-alike letters": (
        process(start(), end("\u0430pproved"), path("submitted", "\u0430pproved")),
        ("id", "\u0430pproved"),
    ),
    "ids with one outcome": (
        process(
            start(),
            task("a__b"),
            task("aUUb"),
            end("e"),
            path("submitted", "a__b", "aUUb", "e"),
        ),
        ("id", "aUUb"),
    ),
    "missing id": (around("<bpmn:userTask/>"), ("id", "/")),
    "no condition": (
        decided(flow("choice", "approved", name="bare")),
        ("condition", "bare"),
    ),
    "condition on the default": (
        decided(flow("choice", "approved", "approved", name="yes")).replace(
            b'id="over" sourceRef="choice" targetRef="rejected">',
            b'id="over" sourceRef="choice" targetRef="rejected">'
            b"<bpmn:conditionExpression>approved</bpmn:conditionExpression>",
        ),
        ("condition", "over"),
    ),
    "two conditions": (
        decided(
            flow("choice", "approved", "approved", name="yes").replace(
                "</bpmn:sequenceFlow>",
                "<bpmn:conditionExpression>approved</bpmn:conditionExpression>"
                "</bpmn:sequenceFlow>",
            )
        ),
        ("condition", "yes"),
    ),
    "condition behind a task": (
        process(
            start(),
            task("a"),
            end("e"),
            path("submitted", "a"),
            flow("a", "e", "approved", name="if"),
        ),
        ("condition", "if"),
    ),
    "foreign default": (
        decided(flow("choice", "approved", "approved")).replace(
            b'default="over"', b'default="from_a_to_choice"'
        ),
        ("default", "choice"),
    ),
    "default of a task": (around(attributes='default="x"'), ("attribute", "a")),
    "unknown error": (
        process(
            start(),
            end("e", '<bpmn:errorEventDefinition errorRef="x"/>'),
            path("submitted", "e"),
        ),
        ("reference", "e"),
    ),
    "two events in one end": (
        process(start(), end("both", ERROR + TERMINATE), path("submitted", "both")),
        ("event", "both"),
    ),
    "nothing to catch": (
        around(boundary("b", "a", ""), path("b", "approved")),
        ("event", "b"),
    ),
    "two timers in one": (
        around(boundary("b", "a", timed("PT1H") * 2), path("b", "approved")),
        ("event", "b"),
    ),
    "a repetition to wait for": (
        between(element("intermediateCatchEvent", "x", timed("R3/PT8H", "timeCycle"))),
        ("timer", "x"),
    ),
    "one thing on both platforms": (
        around(
            inside=extended('<zeebe:assignmentDefinition assignee="x"/>'),
            attributes='camunda:assignee="y"',
        ),
        ("attribute", "a"),
    ),
    "no time": (
        around(
            boundary("b", "a", "<bpmn:timerEventDefinition/>"), path("b", "approved")
        ),
        ("timer", "b"),
    ),
    "a timer on nothing": (
        around(boundary("b", "nobody", timed("PT1H")), path("b", "approved")),
        ("timer", "b"),
    ),
    "a timer on a start": (
        around(boundary("b", "submitted", timed("PT1H")), path("b", "approved")),
        ("timer", "b"),
    ),
    "a timer on itself": (
        around(boundary("b", "b", timed("PT1H")), path("b", "approved")),
        ("unreached", "b"),
    ),
    "an error on a task": (
        around(boundary("b", "a", ERROR, interrupting=True), path("b", "approved")),
        ("event", "b"),
    ),
    "an error that waits": (
        process(
            start(),
            subprocess("x"),
            boundary("b", "x", ERROR),
            end("e"),
            path("submitted", "x", "e"),
            path("b", "e"),
        ),
        ("event", "b"),
    ),
    "unclear cancel": (
        late("PT1H").replace(b'cancelActivity="false"', b'cancelActivity="1"'),
        ("attribute", "late"),
    ),
    "two lanes": (
        around(
            '<bpmn:laneSet id="s"><bpmn:lane id="l" name="A"><bpmn:flowNodeRef>a'
            '</bpmn:flowNodeRef></bpmn:lane><bpmn:lane id="m" name="B">'
            "<bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
        ),
        ("lane", "a"),
    ),
    "lane of nothing": (
        around(
            '<bpmn:laneSet id="s"><bpmn:lane id="l"><bpmn:flowNodeRef>zz'
            "</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
        ),
        ("reference", "/"),
    ),
    "stray text": (around(inside="alert(1)"), ("text", "a")),
}


@pytest.mark.parametrize(("xml", "problem"), DRAWINGS.values(), ids=DRAWINGS)
def test_a_drawing_that_would_have_to_be_guessed_at_is_refused(xml, problem):
    assert problem in problems(xml)


FILES = {
    "other root": (b"<html/>", "element"),
    "definitions of another version": (
        around().replace(b"BPMN/20100524/MODEL", b"BPMN/20990101/MODEL"),
        "element",
    ),
    "too many": (around(*(task(f"t{n}") for n in range(MAX_NODES))), "too_large"),
    "two processes": (
        around(
            outside=f'<bpmn:process id="b" isExecutable="true">{start()}</bpmn:process>'
        ),
        "process",
    ),
    "a process beside": (
        around(outside=f'<bpmn:process id="b">{start("s")}</bpmn:process>'),
        "process",
    ),
    "not executable": (
        around().replace(b'isExecutable="true"', b'isExecutable="false"'),
        "process",
    ),
    "no process": (
        around().replace(b"bpmn:process", b"bpmn:category"),
        "process",
    ),
    "pool of nothing": (
        around(
            outside='<bpmn:collaboration id="c"><bpmn:participant id="p"'
            ' processRef="zz"/></bpmn:collaboration>'
        ),
        "reference",
    ),
    "import": (around(outside="<bpmn:import/>"), "element"),
    "another language": (
        around().replace(b'targetNamespace="test"', b'expressionLanguage="python"'),
        "attribute",
    ),
}


@pytest.mark.parametrize(("xml", "code"), FILES.values(), ids=FILES)
def test_a_file_that_is_not_one_plain_process_is_refused(xml, code):
    assert code in {found for found, _ in problems(xml)}


def nested(depth):
    inner, name = task("deep"), "deep"
    for level in range(depth):
        parts = (
            start(f"s{level}"),
            inner,
            end(f"e{level}"),
            path(f"s{level}", name, f"e{level}"),
        )
        name = f"x{level}"
        inner = element("subProcess", name, "\n".join(parts))
    return between(inner, middle=name)


def test_subprocesses_nest_only_so_deep():
    assert read(nested(MAX_DEPTH))
    assert problems(nested(MAX_DEPTH + 1)) == [("too_deep", "x0")]


def test_every_problem_is_told_with_its_line_and_sentence():
    xml = around(
        task("b"),
        element("scriptTask", "x"),
        flow("a", "nowhere", name="lost"),
        boundary("late", "a", timed("PT24")),
    )
    found = refused(xml)
    lines = xml.decode().splitlines()

    assert {p.element for p in found} >= {"b", "x", "lost", "a", "late"}
    assert [p.line for p in found] == sorted(p.line for p in found)
    assert {p.file for p in found} == {"mine.bpmn"}
    for problem in found:
        assert f'id="{problem.element}"' in lines[problem.line - 1]
        assert problem.sentence.startswith("Expected ")


def test_a_message_reads_as_the_contract_says():
    with pytest.raises(BpmnError) as refusal:
        read(late("PT24"), "deal.bpmn")

    assert str(refusal.value) == (
        "deal.bpmn:8: duration element=late: Expected an ISO 8601 duration, but got"
        " 'PT24': write `PT24H` (24 hours) or `P1D` (one day)."
    )


def test_more_problems_than_anybody_reads_are_counted():
    found = refused(around(inside="<bpmn:robot/>\n" * 300))

    assert len(found) == 201
    assert "100 more" in found[-1].sentence


def test_the_longest_chain_that_is_allowed_is_read():
    names = [f"t{n}" for n in range(MAX_NODES - 2)]
    xml = process(
        start(),
        *map(task, names),
        end("approved"),
        path("submitted", *names, "approved"),
    )

    assert len(read(xml).process.graph.nodes) == MAX_NODES
