"""
Timers that stand alone, and timers that fire again.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from approval_engine.definitions.model import Event, Kind, Node, Signal
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from tests.unit.definitions.processes import (
    boundary,
    process,
    scope,
    subprocess,
    timer,
)
from tests.unit.executor.engine.running import Run, compiled

ALONE = process("start > wait > A > end")


def test_a_timer_alone_is_waited_for_by_nobody():
    run = Run(ALONE)
    position = engine.Position(
        tasks=(),
        timers=(engine.OpenTimer(element="wait", task="wait", occurrence=1),),
        ended=None,
    )
    assert run.snapshot.position == position

    assert run.fire("wait").open == ["A"]
    with pytest.raises(EngineError, match="it does not wait"):
        run.fire("wait")


def test_a_timer_alone_cannot_be_completed():
    with pytest.raises(EngineError, match="Expected to complete task 'wait'"):
        Run(ALONE).do("wait")


def test_a_timer_alone_is_counted_by_rounds():
    run = Run(
        process(
            "start > xor0 > wait > A > xor > xor0",
            "xor > end",
            conditions={"xor>xor0": "outcome_A = 'returned'"},
            defaults={"xor": "end"},
        )
    )
    for number in (1, 2, 3):
        assert [t.occurrence for t in run.snapshot.position.timers] == [number]
        run.fire("wait").do("A", outcome_A="returned")

    with pytest.raises(EngineError, match="occurrence 3, but it does not wait"):
        engine.fire(run.definition, run.state, "wait", 3)


def test_a_timer_alone_keeps_its_subprocess_going_and_ends_with_it():
    body = scope("start2 > and > A > end2", "and > wait > stop")
    leave = boundary("leave", "sub")
    around = process(
        "start > sub > end",
        "leave > after > end",
        nodes=(subprocess("sub", body), leave),
    )
    assert Run(around).do("A").timers == ["wait", "leave"]

    assert Run(around).fire("wait").ended == "end"
    run = Run(around).do("A").fire("leave")
    assert (run.open, run.timers) == (["after"], [])


def reminded(clock, *, interrupting=False, host="A"):
    body = subprocess("sub", scope("start2 > A > end2"))
    again = boundary("again", host, timer=clock, interrupting=interrupting)
    if host == "sub":
        return process(
            "start > sub > end", "again > notice > end3", nodes=(body, again)
        )
    return process("start > A > end", "again > notice > end3", nodes=(again,))


def fires(run, at_most=9):
    """
    How often the timer fires before it waits no more.
    """
    count = 0
    while run.timers and count < at_most:
        (waiting,) = run.snapshot.position.timers
        assert waiting.fired == count
        count += 1
        assert run.fire("again").snapshot.passed == ("notice",)
    return count


TIMES = {
    "once": (timer("PT8H"), 1),
    "at an instant": (timer(at=datetime(2026, 1, 1, tzinfo=UTC)), 1),
    "R1": (timer("PT8H", repeats=1), 1),
    "R3": (timer("PT8H", repeats=3), 3),
}


@pytest.mark.parametrize("host", ["A", "sub"])
@pytest.mark.parametrize(("clock", "times"), TIMES.values(), ids=TIMES)
def test_a_timer_fires_as_often_as_it_may(clock, times, host):
    run = Run(reminded(clock, host=host))

    assert fires(run) == times
    assert run.open == ["A"]
    with pytest.raises(EngineError, match="it does not wait"):
        run.fire("again")


def test_a_timer_without_a_number_fires_for_ever():
    endless = replace(timer("PT8H", repeats=1), repeats=None)

    assert fires(Run(reminded(endless)), at_most=50) == 50


def test_a_timer_that_interrupts_fires_once_even_if_it_repeats():
    run = Run(reminded(timer("PT8H", repeats=3), interrupting=True)).fire("again")

    assert run.ended == "end3"


def test_a_completed_task_stops_a_timer_that_repeats():
    run = Run(reminded(timer("PT8H", repeats=3))).fire("again").do("A")

    assert run.ended == "end"


def test_a_timer_counts_anew_in_the_next_round():
    again = boundary("again", "A", timer=timer("PT8H", repeats=2), interrupting=False)
    run = Run(
        process(
            "start > xor0 > A > xor > xor0",
            "xor > end",
            "again > notice > end3",
            nodes=(again,),
            conditions={"xor>xor0": "outcome_A = 'returned'"},
            defaults={"xor": "end"},
        )
    )
    run.fire("again").do("A", outcome_A="returned")
    assert [t.fired for t in run.snapshot.position.timers] == [0]

    assert run.fire("again", "again").timers == []


def test_timers_are_told_as_they_are_drawn():
    at = timer(at=datetime(2026, 1, 1, tzinfo=UTC))
    alone = Node(id="wait", kind=Kind.CATCH, event=Event(signal=Signal.TIMER, timer=at))
    definition = compiled(process("start > wait > end", nodes=(alone,)))

    assert definition.timers == (
        engine.TimerElement(
            id="wait",
            task="wait",
            host=Kind.CATCH,
            interrupting=True,
            timer=at,
            properties={},
        ),
    )
