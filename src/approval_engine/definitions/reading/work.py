"""
What a user task asks of people: whom, until when, with which form, how many.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from approval_engine.definitions.model import Several, Timer, Words, Work
from approval_engine.definitions.namespaces import BPMN, CAMUNDA, ZEEBE
from approval_engine.definitions.reading import timing
from approval_engine.definitions.reading.forms import fields_of
from approval_engine.definitions.reading.names import COUNTS
from approval_engine.definitions.reading.source import extensions
from approval_engine.definitions.reading.texts import NO_NAMES, Texts, is_marked, shown
from approval_engine.policy.conditions import Expression, Kind

_LOOP = f"{BPMN}multiInstanceLoopCharacteristics"
_MOST_SEATS = 100

_ZEEBE_PLACES = {
    "assignee": "assignmentDefinition",
    "candidateUsers": "assignmentDefinition",
    "candidateGroups": "assignmentDefinition",
    "dueDate": "taskSchedule",
    "followUpDate": "taskSchedule",
    "priority": "priorityDefinition",
    "formKey": "formDefinition",
    "formId": "formDefinition",
    "externalReference": "formDefinition",
}


def work_of(
    texts: Texts,
    task: etree._Element,
    lane: str | None,
    properties: Mapping[str, str],
    inputs: Mapping[str, Kind],
) -> Work:
    """
    The work of a user task that lies in this lane.
    """
    several = several_of(texts, task, "step" in properties)
    element = several.element if several else None
    local = {element: Kind.STRING} if element else NO_NAMES
    return Work(
        assignee=_words(texts, task, "assignee", local),
        users=_words(texts, task, "candidateUsers", local),
        groups=_words(texts, task, "candidateGroups", local),
        lane=lane,
        due=_due(texts, task, "dueDate"),
        follow_up=_due(texts, task, "followUpDate"),
        priority=_priority(texts, task),
        form_key=_form_key(texts, task),
        fields=fields_of(texts, task, inputs),
        several=several,
    )


def _values(task: etree._Element, name: str) -> Iterator[tuple[etree._Element, str]]:
    """
    An attribute of a task as either platform writes it.
    """
    value = task.get(f"{CAMUNDA}{name}")
    if value is not None:
        yield task, str(value)
    place = _ZEEBE_PLACES.get(name)
    for extension in extensions(task, f"{ZEEBE}{place}") if place else ():
        value = extension.get(name)
        if value is not None:
            yield extension, str(value)


def _value(texts: Texts, task: etree._Element, *names: str) -> str | None:
    found = [value for name in names for _, value in _values(task, name)]
    if len(found) > 1:
        sentence = f"Expected {names[0]} once, but it is given {len(found)} times."
        texts.source.refuse(task, "attribute", sentence)
    return found[0] if found else None


def _words(
    texts: Texts, task: etree._Element, name: str, local: Mapping[str, Kind]
) -> Words:
    return texts.words(task, name, _value(texts, task, name), local)


def _due(texts: Texts, task: etree._Element, name: str) -> Timer | None:
    text = _value(texts, task, name)
    if text is None or not text.strip():
        return None
    return timing.due(texts, task, name, text)


def _priority(texts: Texts, task: etree._Element) -> int | None:
    text = _value(texts, task, "priority")
    if text is None or not text.strip():
        return None
    return texts.number(task, "priority", text)


def _form_key(texts: Texts, task: etree._Element) -> str | None:
    names = ("formKey", "formRef", "formId", "externalReference")
    key = _value(texts, task, *names)
    if key and is_marked(key):
        sentence = f"Expected a plain form key, but got {shown(key)}."
        texts.source.refuse(task, "field", sentence)
    return key or None


def several_of(texts: Texts, task: etree._Element, has_step: object) -> Several | None:
    """
    How many are asked, if a task is for several people.
    """
    loops = list(task.iterchildren(_LOOP))
    if not loops:
        return None
    loop = loops[0]
    if len(loops) > 1:
        texts.source.refuse(task, "several", "Expected one multi-instance of a task.")
    found = Several(
        sequential=loop.get("isSequential") == "true",
        collection=_collection(texts, loop),
        cardinality=_cardinality(texts, loop),
        element=_element(texts, loop),
        until=_until(texts, loop),
    )
    given = found.collection is not None or found.cardinality is not None
    if not given and not has_step and not texts.source.blamed(task):
        sentence = (
            "Expected a collection or a loopCardinality of a task for several people,"
            " or a property 'step': say who is asked."
        )
        texts.source.refuse(task, "several", sentence)
    return found


def _collection(texts: Texts, loop: etree._Element) -> Expression | None:
    text = _of_loop(texts, loop, "collection", "inputCollection")
    if text is None:
        return None
    return texts.expression(loop, text, Kind.LIST, Kind.ANY)


def _element(texts: Texts, loop: etree._Element) -> str | None:
    text = _of_loop(texts, loop, "elementVariable", "inputElement")
    return None if text is None else texts.name(loop, "elementVariable", text)


def _of_loop(texts: Texts, loop: etree._Element, old: str, new: str) -> str | None:
    found = [loop.get(f"{CAMUNDA}{old}")]
    found += [each.get(new) for each in extensions(loop, f"{ZEEBE}loopCharacteristics")]
    given = [text for text in found if text is not None]
    if len(given) > 1:
        sentence = f"Expected {old} once, but it is given {len(given)} times."
        texts.source.refuse(loop, "several", sentence)
    return given[0] if given else None


def _cardinality(texts: Texts, loop: etree._Element) -> int | None:
    element = _only(texts, loop, "loopCardinality")
    if element is None:
        return None
    number = texts.number(element, "loopCardinality", element.text or "")
    if number is not None and not 1 <= number <= _MOST_SEATS:
        sentence = f"Expected loopCardinality from 1 to {_MOST_SEATS}."
        texts.source.refuse(element, "several", sentence)
    return number


def _until(texts: Texts, loop: etree._Element) -> Expression | None:
    element = _only(texts, loop, "completionCondition")
    if element is None:
        return None
    kinds = (Kind.BOOLEAN, Kind.ANY)
    return texts.expression(element, element.text or "", *kinds, local=COUNTS)


def _only(texts: Texts, loop: etree._Element, name: str) -> etree._Element | None:
    found = list(loop.iterchildren(f"{BPMN}{name}"))
    if len(found) > 1:
        texts.source.refuse(loop, "several", f"Expected one {name}, but got more.")
    return found[0] if found else None
