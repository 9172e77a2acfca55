"""
Whatever is done to a file, it is accepted or refused: nothing else comes out.
"""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from approval_engine.definitions.model import Kind, Process
from approval_engine.definitions.reading import read
from approval_engine.definitions.render import render
from approval_engine.errors import BpmnError
from tests.unit.definitions.goldens import FOLDER
from tests.unit.definitions.plans import plans_with_advice
from tests.unit.definitions.reading.files import (
    around,
    boundary,
    decided,
    flow,
    late,
    path,
    process,
    properties,
    several,
    start,
    subprocess,
    timed,
)

SEEDS = (
    (FOLDER / "standard-quorum.bpmn").read_bytes(),
    decided(flow("choice", "approved", "${amount &gt; 5 and region in ('EMEA')}")),
    late("R3/PT8H", "timeCycle"),
    around(
        boundary("b", "a", timed("PT8H")),
        path("b", "approved"),
        inside=properties(step="legal") + several(attributes='isSequential="true"'),
        attributes='camunda:dueDate="P2D" camunda:candidateGroups="a,b"',
    ),
    process(start(), subprocess("x"), path("submitted", "x")),
)
WORDS = st.sampled_from(
    [
        "",
        "a",
        "x",
        "true",
        "PT24H",
        "${x}",
        "= y",
        "approved",
        "rest",
        "-1",
        "9" * 40,
        "ж",
    ]
)
BYTES = st.sampled_from(
    [b"", b"<", b">", b'"', b"&", b"\0", b"]]>", b"<!--", b"\xff", b"x"]
)


def accepted_or_refused(xml):
    try:
        found = read(xml).process
    except BpmnError as error:
        problems = error.problems
    else:
        assert isinstance(found, Process)
        names = [node.id for node in found.nodes()]
        assert len(names) == len(set(names))
        return
    assert problems
    assert all(problem.sentence.startswith("Expected ") for problem in problems)


@settings(max_examples=80, deadline=None)
@given(plans_with_advice())
def test_whatever_we_render_is_accepted(plan):
    found = read(render(plan)).process
    tasks = {node.properties["step"]: node.work for node in found.graph.of(Kind.TASK)}

    assert tasks.keys() == {step.id for step in plan.steps}
    for step in plan.steps:
        assert tasks[step.id].groups == tuple(filter(None, [step.role.strip()]))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), BYTES), max_size=4),
)
def test_broken_bytes_are_refused(seed, cuts):
    for place, length, instead in cuts:
        at = int(place * len(seed))
        seed = seed[:at] + instead + seed[at + length :]
    accepted_or_refused(seed)


def remove(element, _, __):
    element.getparent().remove(element)


def move(element, target, _):
    if element not in (target, *target.iterancestors()):
        target.append(element)


def copy(element, target, _):
    target.append(etree.fromstring(etree.tostring(element)))


def rename(element, target, _):
    element.tag = target.tag


def lend(element, target, _):
    element.attrib.update(dict(target.attrib))


def say(element, _, word):
    element.text = word


def answer(element, _, word):
    element.attrib.update(dict.fromkeys(list(element.attrib)[-1:], word))


def forget(element, _, __):
    for name in list(element.attrib)[:1]:
        del element.attrib[name]


MOVES = st.sampled_from([remove, move, copy, rename, lend, say, answer, forget])
CHANGE = st.tuples(MOVES, st.integers(0, 500), st.integers(0, 500), WORDS)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(CHANGE, min_size=1, max_size=5))
def test_a_tree_that_was_changed_is_accepted_or_refused(seed, changes):
    root = etree.fromstring(seed)
    for change, one, other, word in changes:
        elements = [*root.iter(etree.Element)][1:] or [etree.SubElement(root, "x")]
        change(elements[one % len(elements)], elements[other % len(elements)], word)
    accepted_or_refused(etree.tostring(root))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_none(text):
    element = etree.fromstring(decided(flow("choice", "approved", "", name="f")))
    (condition,) = element.iter("{*}conditionExpression")
    with contextlib.suppress(ValueError):
        condition.text = text
    accepted_or_refused(etree.tostring(element))


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="PTR/0123456789YMWDHSZ:-+. ", max_size=24),
    st.sampled_from(["timeDuration", "timeDate", "timeCycle"]),
)
def test_any_text_is_a_timer_or_none(text, kind):
    accepted_or_refused(late(text, kind))
