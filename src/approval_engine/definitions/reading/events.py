"""
What start, end, boundary and intermediate events throw or catch.
"""

from collections.abc import Mapping

from lxml import etree

from approval_engine.definitions.model import Clock, Event, Signal, Timer
from approval_engine.definitions.namespaces import BPMN
from approval_engine.definitions.reading import timing
from approval_engine.definitions.reading.scopes import Scope
from approval_engine.definitions.reading.source import Source, children
from approval_engine.definitions.reading.texts import Texts, is_marked, shown

_NOTHING = Event(signal=Signal.NONE)
_TIMED = frozenset(
    f"{BPMN}{name}"
    for name in ("userTask", "manualTask", "task", "subProcess", "callActivity")
)
_CATCHES = frozenset({f"{BPMN}subProcess", f"{BPMN}callActivity"})
_CLOCKS = {
    f"{BPMN}timeDuration": timing.duration,
    f"{BPMN}timeDate": timing.date,
    f"{BPMN}timeCycle": timing.cycle,
}
_SIGNALS: Mapping[str, Signal] = {
    f"{BPMN}terminateEventDefinition": Signal.TERMINATE,
    f"{BPMN}errorEventDefinition": Signal.ERROR,
    f"{BPMN}escalationEventDefinition": Signal.ESCALATION,
    f"{BPMN}timerEventDefinition": Signal.TIMER,
}


def end_event(texts: Texts, element: etree._Element) -> Event:
    """
    What an end event throws.
    """
    found = _definitions(element)
    if not found:
        return _NOTHING
    if len(found) > 1:
        sentence = "Expected at most one event definition."
        texts.source.refuse(element, "event", sentence)
    return _event(texts, found[0]) or _NOTHING


def boundary_event(texts: Texts, scope: Scope, element: etree._Element) -> Event:
    """
    What a boundary event catches.
    """
    found = _definitions(element)
    if len(found) != 1:
        if not texts.source.blamed(element):
            sentence = "Expected exactly one timer, error or escalation to catch."
            texts.source.refuse(element, "event", sentence)
        return _NOTHING
    event = _event(texts, found[0])
    if event is None:
        return _NOTHING
    _check_host(texts.source, scope, element, event)
    if event.signal is Signal.ERROR and element.get("cancelActivity") == "false":
        sentence = "Expected an error to interrupt: set cancelActivity to true."
        texts.source.refuse(element, "event", sentence)
    return event


def catching_event(texts: Texts, element: etree._Element) -> Event:
    """
    The timer of an intermediate event.
    """
    found = _definitions(element)
    if len(found) != 1:
        if not texts.source.blamed(element):
            sentence = "Expected exactly one timer to wait for."
            texts.source.refuse(element, "event", sentence)
        return _NOTHING
    event = _event(texts, found[0]) or _NOTHING
    if event.timer is not None and event.timer.clock is Clock.CYCLE:
        sentence = "Expected a duration or a date to wait for, but it is a repetition."
        texts.source.refuse(element, "timer", sentence)
    return event


def _definitions(element: etree._Element) -> list[etree._Element]:
    return [child for child in children(element) if child.tag in _SIGNALS]


def _event(texts: Texts, definition: etree._Element) -> Event | None:
    signal = _SIGNALS[str(definition.tag)]
    match signal:
        case Signal.TIMER:
            return Event(signal=signal, timer=_timer(texts, definition))
        case Signal.ERROR | Signal.ESCALATION:
            return Event(signal=signal, code=_code(texts.source, definition, signal))
        case _:
            return Event(signal=signal)


def _code(source: Source, definition: etree._Element, kind: Signal) -> str | None:
    wanted = definition.get(f"{kind}Ref")
    if wanted is None:
        return None
    for thrown in source.root.iterchildren(f"{BPMN}{kind}"):
        if thrown.get("id") != wanted:
            continue
        code = thrown.get(f"{kind}Code") or wanted
        if is_marked(code):
            sentence = f"Expected a plain code of {kind} {wanted!r}, but got {code!r}."
            source.refuse(definition, "reference", sentence)
        return code
    sentence = f"Expected {kind} {shown(wanted)} in the file, but it is not there."
    source.refuse(definition, "reference", sentence)
    return None


def _timer(texts: Texts, definition: etree._Element) -> Timer | None:
    found = [child for child in children(definition) if child.tag in _CLOCKS]
    if len(found) != 1:
        sentence = (
            "Expected exactly one of timeDuration, timeDate and timeCycle: write when"
            " this timer fires, such as `PT24H`."
        )
        texts.source.refuse(definition, "timer", sentence)
        return None
    return _CLOCKS[str(found[0].tag)](texts, found[0], found[0].text or "")


def _check_host(
    source: Source, scope: Scope, element: etree._Element, event: Event
) -> None:
    timed = event.signal is Signal.TIMER
    host = scope.nodes.get(element.get("attachedToRef", ""))
    if host is None:
        wanted = shown(element.get("attachedToRef", ""))
        sentence = f"Expected node {wanted} that this sits on, but it is not there."
        source.refuse(element, "timer" if timed else "event", sentence)
    elif host.tag not in (_TIMED if timed else _CATCHES) and not source.blamed(host):
        wanted = "user task or subprocess" if timed else "subprocess"
        sentence = f"Expected a boundary {event.signal} on a {wanted}: move it."
        source.refuse(element, "timer" if timed else "event", sentence)
