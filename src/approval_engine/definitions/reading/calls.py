"""
What a process asks of others: decisions, messages, other processes, the plan.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from approval_engine.definitions.model import Decides, Kind, Notice
from approval_engine.definitions.namespaces import BPMN, CAMUNDA, ZEEBE
from approval_engine.definitions.reading.names import is_taken
from approval_engine.definitions.reading.source import extensions
from approval_engine.definitions.reading.texts import Texts, is_marked, shown
from approval_engine.policy.conditions import Kind as ValueKind

SLOT = "cpq_plan"
NOTIFY = "approval-engine.notify"

_CHANNELS = ("mail", "webhook")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_DECISION = f"{ZEEBE}calledDecision"
_WHOLE = (f"{CAMUNDA}in", f"{CAMUNDA}out")


def decision_of(
    texts: Texts, element: etree._Element, inputs: Mapping[str, ValueKind]
) -> Decides | None:
    """
    The decision that a business rule task asks.
    """
    decision = _plain_id(texts, element, "decisionRef", "calledDecision", "decisionId")
    variables = [
        element.get(f"{CAMUNDA}resultVariable"),
        *(e.get("resultVariable") for e in extensions(element, _DECISION)),
    ]
    given = [name for name in variables if name]
    variable = given[0] if given else None
    if len(given) > 1:
        sentence = "Expected one result variable, but it is given on both platforms."
        texts.source.refuse(element, "attribute", sentence)
    if variable is not None:
        variable = texts.name(element, "the result variable", variable)
    # What a row gives is called by the variable and its column, such as `team_lead`.
    begins = (variable, f"{variable}_") if variable else ()
    if any(is_taken(name, inputs) for name in begins):
        sentence = (
            f"Expected another result variable than {variable!r}, which says something"
            " already: rename it."
        )
        texts.source.refuse(element, "name", sentence)
    elif variable is not None:
        texts.declare(element, variable, "result of a decision")
    if decision is None:
        return None
    if variable is None and not texts.source.blamed(element):
        sentence = "The result is not kept: there is no result variable."
        texts.source.note(element, sentence)
    mapping = element.get(f"{CAMUNDA}mapDecisionResult", "resultList")
    return Decides(decision=decision, variable=variable, mapping=mapping)


def notice_of(
    texts: Texts, element: etree._Element, properties: Mapping[str, str]
) -> Notice | None:
    """
    The message of a notify task; any other service is refused.
    """
    templates = {element.get(f"{space}modelerTemplate") for space in (CAMUNDA, ZEEBE)}
    if NOTIFY not in templates:
        if not texts.source.blamed(element):
            sentence = (
                "Expected a task with our element template"
                f" {NOTIFY!r}, for no other service runs here: use that, a user task or"
                " a decision table."
            )
            texts.source.refuse(element, "service", sentence)
        return None
    channel = properties.get("channel", "")
    if channel not in _CHANNELS:
        sentence = f"Expected channel mail or webhook, but got {shown(channel)}."
        texts.source.refuse(element, "notice", sentence)
    to = texts.words(element, "to", properties.get("to"))
    text = properties.get("text", "")
    if not isinstance(to, tuple) or not to or not text.strip():
        if not texts.source.blamed(element):
            sentence = "Expected properties 'to' and 'text': say to whom, and what."
            texts.source.refuse(element, "notice", sentence)
        return None
    return Notice(
        channel=channel, to=to, subject=properties.get("subject", ""), text=text
    )


def called(
    texts: Texts, element: etree._Element, properties: Mapping[str, str]
) -> dict[str, Any]:
    """
    What a call activity calls: a slot of the plan, or a deployed process.
    """
    _check_shared(texts, element)
    name = _plain_id(texts, element, "calledElement", "calledElement", "processId")
    if name != SLOT:
        if name is not None and name in _own_ids(element):
            sentence = f"Expected another process than {name!r} itself to be called."
            texts.source.refuse(element, "reference", sentence)
        return {"called": name}
    steps = properties.get("steps", "")
    if not steps:
        sentence = (
            "Expected property 'steps' of a slot: write step ids, `chain:NAME` or"
            " `rest`."
        )
        texts.source.refuse(element, "property", sentence)
    selected = tuple(step.strip() for step in steps.split(",") if step.strip())
    return {"kind": Kind.SLOT, "called": name, "steps": selected}


def _own_ids(element: etree._Element) -> list[str | None]:
    return [each.get("id") for each in element.iterancestors(f"{BPMN}process")]


def _plain_id(
    texts: Texts, element: etree._Element, old: str, extension: str, new: str
) -> str | None:
    found = [name for name in _written(element, old, extension, new) if name]
    if len(found) == 1 and _ID.fullmatch(found[0]):
        return found[0]
    if not texts.source.blamed(element):
        got = shown(found[0]) if found else "none"
        how = "not an expression" if found and is_marked(found[0]) else "once"
        sentence = f"Expected {old} with the id of what is asked, {how}, but got {got}."
        texts.source.refuse(element, "reference", sentence)
    return None


def _written(
    element: etree._Element, old: str, extension: str, new: str
) -> Iterator[str | None]:
    yield element.get(old)
    yield element.get(f"{CAMUNDA}{old}")
    for each in extensions(element, f"{ZEEBE}{extension}"):
        yield each.get(new)


def _check_shared(texts: Texts, element: etree._Element) -> None:
    """
    A called process shares all names, so none can get another one.
    """
    for tag in _WHOLE:
        for each in extensions(element, tag):
            renamed = each.get("source") != each.get("target")
            if renamed and each.get("sourceExpression") is None:
                sentence = (
                    "Expected the same name in both processes, for a called process"
                    f" shares all names: {shown(each.get('source') or '')} cannot"
                    f" become {shown(each.get('target') or '')}."
                )
                texts.source.refuse(element, "reference", sentence)
