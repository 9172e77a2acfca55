"""
A scope → the timers in it that can never fire, as far as the file alone can tell.

A date in the past and an expression are known only when the process runs.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from approval_engine.definitions.model import Clock, Graph, Kind, Node, Timer
from approval_engine.definitions.soundness.flaw import Flaw, named
from approval_engine.definitions.soundness.runs import names

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_SPAN = re.compile(
    rf"(-?)P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_LEAST_HOURS = (365 * 24, 28 * 24, 7 * 24, 24, 1, 1 / 60, 1 / 3600)
_MOST_HOURS = (366 * 24, 31 * 24, 7 * 24, 24, 1, 1 / 60, 1 / 3600)
"""Of a year, month, week, day, hour, minute and second."""


def span(text: str) -> tuple[timedelta, timedelta] | None:
    """
    The least and the most time that an ISO 8601 span can take; None if it is none.
    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        return None
    sign, *parts = match.groups()
    amounts = [float(part.replace(",", ".")) if part else 0.0 for part in parts]
    ends = [
        timedelta(hours=sum(a * h for a, h in zip(amounts, hours, strict=True)))
        for hours in (_LEAST_HOURS, _MOST_HOURS)
    ]
    return (-ends[1], -ends[0]) if sign else (ends[0], ends[1])


def idle_timers(graph: Graph) -> Iterator[Flaw]:
    """
    The boundary and intermediate events whose timer can never fire.
    """
    for node in graph.of(Kind.BOUNDARY, Kind.CATCH):
        timer = node.event.timer if node.event is not None else None
        if timer is None or timer.expression is not None:
            continue
        why = _of_itself(timer) or _too_late(graph, node, timer)
        if why:
            yield _flaw(graph, node, why)


def _of_itself(timer: Timer) -> str:
    if timer.clock is Clock.CYCLE and timer.repeats == 0:
        return (
            f"its cycle `R0/{timer.span}` repeats it 0 times: write `R1/{timer.span}`"
            " to have it fire once"
        )
    found = span(timer.span) if timer.clock is not Clock.DATE else None
    if found is not None and found[1] <= timedelta(0):
        return (
            f"its duration `{timer.span}` is not longer than nothing: write one such"
            " as `PT24H`"
        )
    return ""


def _too_late(graph: Graph, node: Node, timer: Timer) -> str:
    host = graph.by_id.get(node.host or "")
    if host is None:
        return ""
    for other in graph.boundaries[host.id]:
        theirs = other.event.timer if other.event is not None else None
        if other is node or not other.interrupting or theirs is None:
            continue
        if _is_later(timer, theirs):
            return (
                f"the interrupting timer *{named(other)}* ends *{named(host)}* before:"
                " make it earlier than that one"
            )
    return ""


def _is_later(timer: Timer, other: Timer) -> bool:
    if timer.at is not None and other.at is not None:
        return timer.at > other.at
    mine, theirs = span(timer.span), span(other.span)
    if other.expression is not None or mine is None or theirs is None:
        return False
    return mine[0] > theirs[1] > timedelta(0)


def _flaw(graph: Graph, node: Node, why: str) -> Flaw:
    return Flaw(
        code="timer-never-fires",
        element=node.id,
        line=node.line,
        sentence=f"The timer *{named(node)}* can never fire, for {why}.",
        path=names(graph, node),
    )
