"""
What does not run safely is refused before it runs, with every reason and its place.
"""

import contextlib

import pytest

from approval_engine.errors import BpmnError
from approval_engine.executor import engine
from tests.unit.executor.engine.drawings import (
    ERROR,
    TERMINATE,
    definitions,
    end,
    flow,
    gateway,
    opened,
    path,
    properties,
    single,
    start,
    task,
    timer,
)

CODE = "__import__('os').system('true')"


def problems(xml):
    with pytest.raises(BpmnError) as refusal:
        engine.compile_definition(xml, file="mine.bpmn")
    return [(p.code, p.element) for p in refusal.value.problems]


def around(*parts, inside="", after="", outside=""):
    """
    A process that would run, with these parts added.
    """
    return definitions(
        start(),
        task("a", inside),
        end("approved"),
        path("submitted", "a", "approved"),
        *parts,
        after=after,
    ).replace(b"<bpmn:process", outside.encode() + b"<bpmn:process", 1)


def test_what_is_around_runs():
    assert opened(engine.start(engine.compile_definition(around()))) == ["a"]


@pytest.mark.parametrize(
    "harmless",
    [
        "<!-- a remark -->",
        '<bpmn:textAnnotation id="note"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>',
        '<bpmn:association id="line" sourceRef="a" targetRef="note"/>',
        "<bpmn:documentation>() and eval() and ${x}</bpmn:documentation>",
        properties(anything="${goes}"),
    ],
)
def test_what_only_describes_is_kept(harmless):
    assert opened(engine.start(engine.compile_definition(around(harmless)))) == ["a"]


def test_a_diagram_is_not_looked_at():
    after = '<bpmndi:BPMNDiagram><dc:Bounds x="wide"/></bpmndi:BPMNDiagram>'

    assert engine.compile_definition(around(after=after)).tasks


def extension(text):
    return f"<bpmn:extensionElements>{text}</bpmn:extensionElements>"


SCRIPTED_ELEMENTS = {
    "script task": (
        f'<bpmn:scriptTask id="x"><bpmn:script>{CODE}</bpmn:script></bpmn:scriptTask>'
    ),
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
    "throw event": '<bpmn:intermediateThrowEvent id="x"/>',
}


@pytest.mark.parametrize("part", SCRIPTED_ELEMENTS.values(), ids=SCRIPTED_ELEMENTS)
def test_an_element_that_is_not_on_the_list_is_refused(part):
    assert ("element", "x") in problems(around(part))


SCRIPTED_ATTRIBUTES = [
    f'camunda:expression="{CODE}"',
    f'camunda:delegateExpression="{CODE}"',
    'camunda:class="Evil"',
    'camunda:resultVariable="x"',
]


@pytest.mark.parametrize("attribute", SCRIPTED_ATTRIBUTES)
def test_a_service_task_that_calls_something_is_refused(attribute):
    assert ("attribute", "x") in problems(
        around(f'<bpmn:serviceTask id="x" {attribute}/>')
    )


SCRIPTED_INSIDES = {
    "task listener": extension(
        f'<camunda:taskListener event="create" expression="{CODE}"/>'
    ),
    "execution listener": extension(
        '<camunda:executionListener class="Evil" event="end"/>'
    ),
    "input script": extension(
        '<camunda:inputOutput><camunda:inputParameter name="x"><camunda:script>'
        f"{CODE}</camunda:script></camunda:inputParameter></camunda:inputOutput>"
    ),
    "connector": extension("<camunda:connector/>"),
    "zeebe": extension("<zeebe:taskDefinition/>"),
    "script in a property": extension(
        '<camunda:properties><camunda:property name="x"><camunda:script/>'
        "</camunda:property></camunda:properties>"
    ),
    "stock script": extension(
        '<s:preScript xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core">'
        f"{CODE}</s:preScript>"
    ),
    "loop": "<bpmn:standardLoopCharacteristics/>",
    "no namespace": '<scriptTask xmlns="" id="x"/>',
}


@pytest.mark.parametrize("inside", SCRIPTED_INSIDES.values(), ids=SCRIPTED_INSIDES)
def test_what_would_run_inside_a_task_is_refused(inside):
    assert problems(around(inside=inside)) == [("element", "a")]


EVENTS = {
    "signal end": '<bpmn:signalEventDefinition signalRef="s"/>',
    "message end": '<bpmn:messageEventDefinition messageRef="m"/>',
    "cancel end": "<bpmn:cancelEventDefinition/>",
    "compensate end": "<bpmn:compensateEventDefinition/>",
    "link end": "<bpmn:linkEventDefinition/>",
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_an_event_that_the_engine_would_ignore_is_refused(event):
    xml = definitions(
        start(), task("a"), end("approved", event), path("submitted", "a", "approved")
    )

    assert problems(xml) == [("element", "approved")]


def test_what_brings_in_another_file_is_refused():
    assert problems(around(outside="<bpmn:import/>")) == [("element", "/")]


ATTACKS = [
    CODE,
    "().__class__.__base__.__subclasses__()",
    "open('/dev/null').read()",
    "a.b",
    "f(x)",
    "lambda: 1",
    "[x for x in y]",
    "x := 1",
    "9 ** 9 ** 9 > 1",
    "${execution.setVariable('x', 1)}",
    "${x == 'a'} or ${y}",
    "x == 'a' # comment",
    "x\u2028== 'a'",
    "",
    "(" * 600,
    "not " * 300 + "x",
]


def decided(condition):
    return definitions(
        start(),
        task("a"),
        gateway("exclusive", "choice", default="over"),
        end("approved"),
        end("rejected", TERMINATE),
        path("submitted", "a", "choice"),
        condition,
        flow("choice", "rejected", name="over"),
    )


@pytest.mark.parametrize("text", ATTACKS)
def test_a_condition_in_another_language_is_refused(text):
    xml = decided(flow("choice", "approved", text, name="attack"))

    assert problems(xml) == [("condition", "attack")]


def raw(text, attributes=""):
    return (
        '<bpmn:sequenceFlow id="attack" sourceRef="choice" targetRef="approved">'
        f"<bpmn:conditionExpression{attributes}>{text}"
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )


def test_a_formal_expression_runs():
    typed = ' xsi:type="bpmn:tFormalExpression"'

    assert engine.compile_definition(decided(raw("${x == 'a'}", typed))).tasks


@pytest.mark.parametrize(
    ("text", "attributes", "code"),
    [
        ("x == 'a'<!-- c --> or x == 'b'", "", "split_text"),
        ("x == 'a'<bpmn:text/> or x == 'b'", "", "split_text"),
        ("x == 'a'", ' language="groovy"', "attribute"),
        ("x == 'a'", ' camunda:resource="evil.groovy"', "attribute"),
    ],
)
def test_what_hides_in_a_condition_is_refused(text, attributes, code):
    assert problems(decided(raw(text, attributes))) == [(code, "attack")]


@pytest.mark.parametrize("text", ["P1D", "PT24H", "PT1H30M", "P1DT12H", "P2W", "PT90S"])
def test_a_plain_duration_is_kept_as_drawn(text):
    xml = around(timer("late", "a", duration=f"\n {text} "), path("late", "approved"))

    assert engine.compile_definition(xml).timers[0].timer.span == text


@pytest.mark.parametrize(
    "text", ["PT24", "24H", "P", "PT", "-PT1H", "P1.5M", '"PT24H"', CODE, ""]
)
def test_a_duration_that_is_none_is_refused(text):
    xml = around(timer("late", "a", duration=text), path("late", "approved"))

    assert problems(xml) == [("duration", "late")]


@pytest.mark.parametrize("host", ["submitted", "nobody"])
def test_a_timer_on_no_task_is_refused(host):
    xml = around(timer("late", host), path("late", "approved"))

    assert ("timer", "late") in problems(xml)


def test_a_timer_must_say_clearly_whether_it_interrupts():
    xml = around(timer("late", "a"), path("late", "approved"))
    xml = xml.replace(b'cancelActivity="false"', b'cancelActivity="1"')

    assert problems(xml) == [("attribute", "late")]


DRAWINGS = {
    "orphan": (around(task("b"), path("b", "approved")), ("unreached", "b")),
    "dangling target": (around(task("b"), flow("b", "c")), ("flow", "from_b_to_c")),
    "dangling source": (around(flow("b", "a")), ("flow", "from_b_to_a")),
    "second start": (
        around(start("again"), flow("again", "a")),
        ("start", "/"),
    ),
    "no start": (
        definitions(task("a"), end("approved"), path("a", "approved")),
        ("start", "/"),
    ),
    "two ways out of a task": (
        around(flow("a", "approved", name="second")),
        ("flow", "a"),
    ),
    "no way out of a task": (
        definitions(start(), task("a"), path("submitted", "a")),
        ("flow", "a"),
    ),
    "no way out of a gateway": (
        definitions(start(), gateway("parallel", "g"), path("submitted", "g")),
        ("flow", "g"),
    ),
    "a way out of an end": (
        around(flow("approved", "a")),
        ("flow", "approved"),
    ),
    "into the start": (
        decided(flow("choice", "submitted", "x == 'a'", name="back")),
        ("flow", "back"),
    ),
    "double id": (
        around(timer("a", "a"), path("late", "approved")),
        ("id", "a"),
    ),
    "id of stock": (
        definitions(
            start("Start"), task("a"), end("approved"), path("Start", "a", "approved")
        ),
        ("id", "Start"),
    ),
    "id of ours": (
        definitions(
            start(), task("a"), end("cancelled"), path("submitted", "a", "cancelled")
        ),
        ("id", "cancelled"),
    ),
    "outcome of ours": (
        definitions(
            start(),
            task("a"),
            end("cancelled_by_a"),
            path("submitted", "a", "cancelled_by_a"),
        ),
        ("id", "cancelled_by_a"),
    ),
    "id with a path": (
        definitions(start(), task("../a"), end("e"), path("submitted", "../a", "e")),
        ("id", "../a"),
    ),
    "missing id": (
        around("<bpmn:userTask/>"),
        ("id", "/"),
    ),
    "no condition": (
        decided(flow("choice", "approved", name="bare")),
        ("condition", "bare"),
    ),
    "condition on the default": (
        decided(flow("choice", "approved", "x == 'a'", name="yes")).replace(
            b'id="over" sourceRef="choice" targetRef="rejected">',
            b'id="over" sourceRef="choice" targetRef="rejected">'
            b"<bpmn:conditionExpression>x == 'b'</bpmn:conditionExpression>",
        ),
        ("condition", "over"),
    ),
    "condition behind a task": (
        definitions(
            start(),
            task("a"),
            end("approved"),
            path("submitted", "a"),
            flow("a", "approved", "x == 'a'", name="if"),
        ),
        ("condition", "if"),
    ),
    "foreign default": (
        decided(flow("choice", "approved", "x == 'a'")).replace(
            b'default="over"', b'default="from_a_to_choice"'
        ),
        ("default", "choice"),
    ),
    "unknown error": (
        definitions(
            start(),
            task("a"),
            end("undecided", ERROR.replace("/>", ' errorRef="e"/>')),
            path("submitted", "a", "undecided"),
        ),
        ("reference", "undecided"),
    ),
    "two events in one end": (
        definitions(
            start(),
            task("a"),
            end("both", ERROR + TERMINATE),
            path("submitted", "a", "both"),
        ),
        ("event", "both"),
    ),
    "many people whom nobody names": (
        around(inside="<bpmn:multiInstanceLoopCharacteristics/>"),
        ("several", "a"),
    ),
    "unreadable completion": (
        single(
            several="<bpmn:multiInstanceLoopCharacteristics><bpmn:completionCondition>"
            f"{CODE}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"
        ),
        ("condition", "task_finance"),
    ),
    "loop cardinality": (
        single(
            several="<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>"
            f"{CODE}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        ),
        ("number", "task_finance"),
    ),
}


@pytest.mark.parametrize(("xml", "problem"), DRAWINGS.values(), ids=DRAWINGS)
def test_a_drawing_that_the_engine_would_guess_at_is_refused(xml, problem):
    assert problem in problems(xml)


def test_a_known_error_is_accepted():
    xml = definitions(
        start(),
        task("a"),
        end("undecided", ERROR.replace("/>", ' errorRef="e"/>')),
        path("submitted", "a", "undecided"),
    ).replace(b"<bpmn:process", b'<bpmn:error id="e"/><bpmn:process')

    assert engine.compile_definition(xml).tasks


ENTITY = b'<!DOCTYPE x [<!ENTITY lim "999">]>'
FILES = {
    "not xml": (b"no xml at all", "syntax"),
    "cut": (around()[:-20], "syntax"),
    "empty": (b"", "syntax"),
    "doctype": (b"<!DOCTYPE x>" + around(), "doctype"),
    "entity": (ENTITY + around(), "doctype"),
    "external": (b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + around(), "doctype"),
    "instruction": (b'<?xml-stylesheet href="x"?>' + around(), "instruction"),
    "instruction inside": (around("<?php evil() ?>"), "instruction"),
    "instruction after": (around() + b"<?evil?>", "instruction"),
    "other root": (b"<html/>", "element"),
    "too long": (around("<!--" + "x" * 1024 * 1024 + "-->"), "too_large"),
    "too many": (around(*(task(f"t{n}") for n in range(300))), "too_large"),
    "two processes": (
        around(after='<bpmn:process id="b" isExecutable="true"/>'),
        "process",
    ),
    "not executable": (
        around().replace(b'isExecutable="true"', b'isExecutable="false"'),
        "process",
    ),
}


@pytest.mark.parametrize(("xml", "code"), FILES.values(), ids=FILES)
def test_a_file_that_is_not_one_plain_process_is_refused(xml, code):
    assert code in {found for found, _ in problems(xml)}


def test_entities_do_not_grow():
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "x">{layers}]>'.encode()
    xml = bomb + around("<bpmn:documentation>&e9;</bpmn:documentation>")

    assert problems(xml)[0][0] in {"doctype", "syntax"}


RULE = definitions(
    start(),
    '<bpmn:businessRuleTask id="rule" camunda:decisionRef="risk"'
    ' camunda:resultVariable="risk" camunda:mapDecisionResult="singleEntry"/>',
    task("a"),
    end("approved"),
    path("submitted", "rule", "a", "approved"),
)


class Always:
    """
    A decision that looks at nothing.
    """

    reads = frozenset()

    def __call__(self, _):
        return "high"


def test_what_reads_well_but_cannot_run_is_a_problem_too():
    assert problems(RULE) == [("engine", "/")]

    definition = engine.compile_definition(RULE, tables={"rule": Always()})
    assert engine.results(definition, engine.start(definition).state) == {
        "rule": {"risk": "high"}
    }


def test_every_problem_is_told_with_its_line_and_sentence():
    xml = around(
        task("b"), '<bpmn:scriptTask id="x"/>', flow("a", "nowhere", name="lost")
    )
    with pytest.raises(BpmnError) as refusal:
        engine.compile_definition(xml, file="mine.bpmn")
    found = refusal.value.problems
    lines = xml.decode().splitlines()

    assert {p.element for p in found} >= {"b", "x", "lost", "a"}
    assert [p.line for p in found] == sorted(p.line for p in found)
    assert {p.file for p in found} == {"mine.bpmn"}
    for problem in found:
        assert f'id="{problem.element}"' in lines[problem.line - 1]
        assert problem.sentence.startswith("Expected ")


def test_the_longest_chain_that_is_allowed_compiles():
    names = [f"t{n}" for n in range(298)]
    xml = definitions(
        start(),
        *map(task, names),
        end("approved"),
        path("submitted", *names, "approved"),
    )

    assert opened(engine.start(engine.compile_definition(xml))) == ["t0"]


def test_no_other_exception_escapes_from_a_broken_file():
    whole = single()
    for cut in range(0, len(whole), 97):
        for xml in (whole[:cut], whole[:cut] + whole[cut + 9 :], whole[cut:]):
            with contextlib.suppress(BpmnError):
                assert engine.compile_definition(xml).tasks
