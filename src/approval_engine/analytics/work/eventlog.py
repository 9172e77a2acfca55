"""
Reviews and their events → an event log for process mining: XES (IEEE 1849) or CSV.

A trace is a review. An event is named by its step, or by what was recorded of the
review as a whole; its transition says what became of it, in the words of the standard.
What people wrote is in none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from approval_engine.documents.spreadsheet import line, sheet
from approval_engine.store.eventlog import Happened
from approval_engine.store.seats import Review

_UNSAYABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXTENSIONS = {
    "Concept": "concept",
    "Time": "time",
    "Organizational": "org",
    "Lifecycle": "lifecycle",
}
_TRANSITIONS: Mapping[str, str] = {
    "task_opened": "schedule",
    "task_claimed": "start",
    "task_released": "withdraw",
    "task_delegated": "reassign",
    "task_reassigned": "reassign",
    "task_stood_in": "reassign",
    "task_handed_back": "reassign",
    "task_escalated": "reassign",
    "info_requested": "suspend",
    "info_provided": "resume",
    "clock_resumed": "resume",
    "task_approved": "complete",
    "task_rejected": "complete",
    "task_returned": "complete",
    "task_carried": "autoskip",
    "task_closed": "autoskip",
    "seat_withdrawn": "manualskip",
    "recalled": "ate_abort",
}
_COLUMNS = ("case", "activity", "timestamp", "resource", "lifecycle", "action")
_MORE = ("task", "on_behalf_of", "channel", "quote", "policy", "process", "status")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """
    A review with its events; `steps` names the step of each of its tasks.
    """

    review: Review
    events: tuple[Happened, ...]
    steps: Mapping[str, str]

    def activity(self, event: Happened) -> str:
        """
        The name of what an event is about.
        """
        return self.steps.get(event.task or "", event.action)


def transition(event: Happened) -> str:
    """
    What an event means in the life of its activity.
    """
    return _TRANSITIONS.get(event.action, "unknown" if event.task else "complete")


def write_xes(traces: Iterable[Trace], out: BinaryIO) -> tuple[int, int]:
    """
    Write the log as it is read, trace by trace; how many traces and events it holds.
    """
    traces_written = events_written = 0
    head = {"xes.version": "1849.2016", "xes.features": ""}
    with (
        etree.xmlfile(out, encoding="utf-8") as file,
        file.element("log", head, nsmap={None: "http://www.xes-standard.org/"}),
    ):
        for element in _heading():
            file.write(element)
        for trace in traces:
            file.write(_trace(trace), pretty_print=True)
            traces_written += 1
            events_written += len(trace.events)
    return traces_written, events_written


def write_csv(traces: Iterable[Trace], out: BinaryIO) -> tuple[int, int]:
    """
    The same as a sheet, a row for each event, safe to be opened.
    """
    traces_written = events_written = 0
    out.write(sheet((*_COLUMNS, *_MORE), ()))
    for trace in traces:
        out.writelines(line(_row(trace, event)) for event in trace.events)
        traces_written += 1
        events_written += len(trace.events)
    return traces_written, events_written


def _row(trace: Trace, event: Happened) -> tuple[object, ...]:
    review = trace.review
    return (
        *(review.id, trace.activity(event), event.timestamp, event.actor),
        *(transition(event), event.action, event.task, event.on_behalf_of),
        *(event.channel, review.quote_id, review.policy_version),
        *(review.process, review.status),
    )


def _heading() -> Iterator[etree._Element]:
    for name, prefix in _EXTENSIONS.items():
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        yield etree.Element("extension", name=name, prefix=prefix, uri=uri)
    for scope, keys in (
        ("trace", ("concept:name",)),
        ("event", ("concept:name", "org:resource", "lifecycle:transition")),
    ):
        element = etree.Element("global", scope=scope)
        for key in keys:
            _add(element, "string", key, "")
        if scope == "event":
            _add(element, "date", "time:timestamp", "1970-01-01T00:00:00Z")
        yield element
    named = "concept:name lifecycle:transition"
    yield etree.Element("classifier", name="Activity", keys=named)


def _trace(trace: Trace) -> etree._Element:
    review = trace.review
    element = etree.Element("trace")
    told = {
        "concept:name": review.id,
        "quote": review.quote_id,
        "policy": review.policy_version,
        "process": review.process,
        "status": review.status,
    }
    for key, value in told.items():
        _add(element, "string", key, value)
    for event in trace.events:
        element.append(_event(trace, event))
    return element


def _event(trace: Trace, event: Happened) -> etree._Element:
    element = etree.Element("event")
    told = {
        "concept:name": trace.activity(event),
        "org:resource": event.actor,
        "lifecycle:transition": transition(event),
        "action": event.action,
        "task": event.task,
        "on_behalf_of": event.on_behalf_of,
        "channel": event.channel,
    }
    for key, value in told.items():
        if value is not None:
            _add(element, "string", key, value)
    _add(element, "date", "time:timestamp", event.timestamp)
    return element


def _add(parent: etree._Element, kind: str, key: str, value: str) -> None:
    # Ids of programs may hold signs that XML has no way to say.
    said = _UNSAYABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    etree.SubElement(parent, kind, key=key, value=said)
