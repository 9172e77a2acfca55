"""
Subprocesses: when they begin, when they are over, and who catches what leaves them.
"""

import json

import pytest

from approval_engine.definitions.model import Kind, Node, Signal
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from tests.unit.definitions.processes import (
    boundary,
    graph,
    process,
    scope,
    subprocess,
    timer,
)
from tests.unit.executor.engine.running import Run, compiled


def around(body, *ways, nodes=()):
    """
    A process of one subprocess `sub`, behind it a task `after`, and further ways.
    """
    return process(
        "start > sub > after > end",
        *ways,
        nodes=(subprocess("sub", body), *nodes),
    )


TWO = scope("start2 > and > A > end2", "and > B > end3")


def test_a_subprocess_is_over_when_its_last_token_ends():
    run = Run(around(TWO))
    assert run.open == ["A", "B"]

    assert run.do("A").open == ["B"]
    assert run.do("B").open == ["after"]
    assert run.do("after").ended == "end"


def test_a_subprocess_goes_on_once_whatever_the_order():
    one, other = Run(around(TWO)).do("A", "B"), Run(around(TWO)).do("B", "A")

    assert one.state == other.state


def test_a_subprocess_without_a_wait_is_passed():
    assert Run(around(scope("start2 > end2"))).open == ["after"]


def test_a_terminate_end_ends_its_subprocess_only():
    body = scope("start2 > and > A > stop", "and > B > end2")
    run = Run(
        process(
            "start > and0 > sub > after > end",
            "and0 > beside > end0",
            nodes=(subprocess("sub", body),),
        )
    )
    assert run.open == ["A", "B", "beside"]

    assert run.do("A").open == ["after", "beside"]
    with pytest.raises(EngineError, match="'B', but it is closed"):
        run.do("B")


def test_a_terminate_end_ends_what_is_deeper_too():
    inner = subprocess("inner", scope("start3 > B > end3"))
    body = scope("start2 > and > A > stop", "and > inner > end2", nodes=(inner,))

    assert Run(around(body)).do("A").open == ["after"]


def test_a_subprocess_begins_once_at_a_time():
    run = Run(
        process(
            "start > and > A > sub > end",
            "and > B > sub",
            nodes=(subprocess("sub", scope("start2 > C > end2")),),
        )
    )
    run.do("A")

    with pytest.raises(EngineError, match="a second token reached it"):
        run.do("B")


def test_a_subprocess_can_begin_again_after_it_is_over():
    run = Run(
        process(
            "start > xor0 > sub > review > xor > xor0",
            "xor > end",
            nodes=(subprocess("sub", TWO),),
            conditions={"xor>xor0": "outcome_review = 'returned'"},
            defaults={"xor": "end"},
        )
    )
    for number in range(1, 4):
        assert [t.occurrence for t in run.snapshot.position.tasks] == [number, number]
        run.do("B", "A").do("review", outcome_review="returned")

    assert run.do("A", "B").do("review").ended == "end"


def test_what_was_said_inside_is_void_in_the_next_round():
    """
    Round 1 answers B, round 2 does not come to B: its old answer must not count.
    """
    body = scope(
        "start2 > A > xor2 > B > xor3 > end2",
        "xor2 > xor3",
        conditions={"xor2>B": "outcome_A = 'rejected'"},
        defaults={"xor2": "xor3"},
    )
    run = Run(
        process(
            "start > xor0 > sub > xor > xor0",
            "xor > end",
            nodes=(subprocess("sub", body),),
            conditions={"xor>xor0": "outcome_B = 'returned'"},
            defaults={"xor": "end"},
        )
    )
    run.do("A", outcome_A="rejected").do("B", outcome_B="returned")
    assert run.open == ["A"]

    assert run.do("A", outcome_A="approved").ended == "end"


def test_five_levels_begin_and_end_one_in_the_other():
    body = scope("start9 > deepest > end9")
    for level in range(5):
        body = scope(
            f"start{level} > sub_{level} > end{level}",
            nodes=(subprocess(f"sub_{level}", body),),
        )
    run = Run(around(body))

    assert run.open == ["deepest"]
    assert len(json.loads(run.state)["scopes"]) == 6
    assert run.do("deepest", "after").ended == "end"


def nested(end, *events):
    """
    `outer` holds `inner`, which holds tasks A and B; A leads to the given end.

    Events are boundary events `on_<host>…`, each with its own task `do_…` behind it.
    """
    inner = scope(f"start3 > and > A > {end}", "and > B > end3")
    inside = [event for event in events if event.host == "inner"]
    outside = [event for event in events if event.host == "outer"]
    outer = scope(
        "start2 > inner > C > end2",
        *(f"{event.id} > do_{event.id} > end2" for event in inside),
        nodes=(subprocess("inner", inner), *inside),
    )
    return process(
        "start > outer > after > end",
        *(f"{event.id} > do_{event.id} > end" for event in outside),
        nodes=(subprocess("outer", outer), *outside),
    )


def error(node_id, on, code=None):
    return boundary(node_id, on, Signal.ERROR, code=code)


def escalation(node_id, on, code=None, *, interrupting=True):
    return boundary(
        node_id, on, Signal.ESCALATION, code=code, interrupting=interrupting
    )


ERRORS = {
    "the same code": ((error("e", "inner", "x"),), ["do_e"]),
    "every code": ((error("e", "inner"),), ["do_e"]),
    "the innermost": ((error("e", "inner"), error("f", "outer", "x")), ["do_e"]),
    "further out if the code differs": (
        (error("e", "inner", "y"), error("f", "outer", "x")),
        ["do_f"],
    ),
    "further out if it catches all": (
        (error("e", "inner", "y"), error("f", "outer")),
        ["do_f"],
    ),
    "its own code before every code": (
        (error("all", "inner"), error("e", "inner", "x")),
        ["do_e"],
    ),
    "no escalation": ((escalation("g", "inner"), error("f", "outer")), ["do_f"]),
}


@pytest.mark.parametrize(("events", "opened"), ERRORS.values(), ids=ERRORS)
def test_an_error_goes_to(events, opened):
    run = Run(nested("fail_x", *events)).do("A")

    assert run.open == opened
    assert "B" not in run.open


@pytest.mark.parametrize(
    "events", [(), (error("e", "inner", "y"),), (escalation("g", "outer"),)]
)
def test_an_error_that_nobody_catches_stops_everything(events):
    run = Run(nested("fail_x", *events)).do("A")

    assert run.ended == "fail_x"


ESCALATIONS = {
    "one that interrupts": ((escalation("g", "inner", "x"),), ["do_g"]),
    "one that does not": (
        (escalation("g", "inner", "x", interrupting=False),),
        ["B", "do_g"],
    ),
    "the nearest": (
        (
            escalation("g", "inner", interrupting=False),
            escalation("h", "outer", "x"),
        ),
        ["B", "do_g"],
    ),
    "further out if the code differs": (
        (
            escalation("g", "inner", "y"),
            escalation("h", "outer", "x", interrupting=False),
        ),
        ["B", "do_h"],
    ),
    "no error event": ((error("e", "inner", "x"),), ["B"]),
    "nobody": ((), ["B"]),
}


@pytest.mark.parametrize(("events", "opened"), ESCALATIONS.values(), ids=ESCALATIONS)
def test_an_escalation_goes_to(events, opened):
    assert Run(nested("raise_x", *events)).do("A").open == opened


def test_a_subprocess_is_over_with_an_escalation_as_its_last_end():
    catching = escalation("g", "sub", interrupting=False)
    run = Run(around(scope("start2 > A > raise"), "g > told > end", nodes=(catching,)))

    assert sorted(run.do("A").open) == ["after", "told"]


def test_an_escalation_can_be_caught_again_and_again():
    body = scope("start2 > and > A > raise", "and > B > raise2", "and > C > end2")
    catching = escalation("g", "sub", interrupting=False)
    run = Run(around(body, "g > notice > end", nodes=(catching,))).do("A")
    assert run.snapshot.passed == ("notice",)

    assert run.do("B").snapshot.passed == ("notice",)
    assert run.open == ["C"]


def timed(*, interrupting):
    late = boundary("late", "sub", interrupting=interrupting)
    return around(TWO, "late > escalated > end0", nodes=(late,))


def test_a_timer_that_interrupts_ends_the_subprocess_and_all_inside():
    run = Run(timed(interrupting=True)).do("A").fire("late")

    assert run.open == ["escalated"]
    assert run.timers == []
    assert run.do("escalated").ended == "end0"


def test_a_timer_that_does_not_interrupt_goes_beside_the_subprocess():
    run = Run(timed(interrupting=False)).do("A").fire("late")

    assert sorted(run.open) == ["B", "escalated"]
    assert run.timers == []
    assert run.do("B", "after", "escalated").ended == "end0"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_timer_waits_as_long_as_its_subprocess_runs(interrupting):
    run = Run(timed(interrupting=interrupting))
    assert run.do("A").snapshot.position.timers == (
        engine.OpenTimer(element="late", task="sub", occurrence=1),
    )

    assert run.do("B").timers == []
    with pytest.raises(EngineError, match="it does not wait"):
        run.fire("late")


def test_a_timer_has_the_occurrence_of_its_subprocess():
    late = boundary("late", "sub", interrupting=False)
    run = Run(
        process(
            "start > xor0 > sub > xor > xor0",
            "xor > end",
            "late > notice > end0",
            nodes=(subprocess("sub", scope("start2 > A > end2")), late),
            conditions={"xor>xor0": "outcome_A = 'returned'"},
            defaults={"xor": "end"},
        )
    ).do("A", outcome_A="returned")

    assert [t.occurrence for t in run.snapshot.position.timers] == [2]
    assert run.fire("late").open == ["A"]


def test_timers_of_tasks_inside_end_with_the_subprocess():
    body = scope(
        "start2 > A > end2", "remind > notice > end3", nodes=(boundary("remind", "A"),)
    )
    late = boundary("late", "sub")
    run = Run(around(body, "late > escalated > end", nodes=(late,)))
    assert sorted(run.timers) == ["late", "remind"]

    assert run.fire("late").timers == []


def test_what_a_timer_started_keeps_its_subprocess_going():
    body = scope(
        "start2 > A > end2",
        "remind > nudge > end3",
        nodes=(boundary("remind", "A", interrupting=False),),
    )
    run = Run(around(body)).fire("remind").do("A")
    assert run.open == ["nudge"]

    assert run.do("nudge").open == ["after"]


def test_elements_inside_come_behind_their_subprocess():
    definition = compiled(timed(interrupting=False))

    assert [task.id for task in definition.tasks] == ["A", "B", "after", "escalated"]
    (late,) = definition.timers
    assert (late.task, late.host, late.interrupting) == ("sub", Kind.SUBPROCESS, False)
    assert late.timer == timer()


def test_a_join_inside_that_waits_for_ever_is_an_error():
    body = scope(
        "start2 > A > xor2 > B > and > end2",
        "xor2 > C > and",
        conditions={"xor2>B": "outcome_A = 'approved'"},
        defaults={"xor2": "C"},
    )
    run = Run(around(body)).do("A", outcome_A="approved")

    with pytest.raises(EngineError, match="'and' waits for what nothing reaches"):
        run.do("B")


UNFIT = {
    "call": (process("start > call > end"), "call activity"),
    "slot": (process("start > slot > end"), "slot"),
    "no decision": (process("start > rule > end"), "none is given"),
    "no way out": (process("start > A"), "Expected a flow from 'A'"),
    "no start inside": (around(graph("A > end2")), "one start event"),
    "two starts": (process("start > end", "start2 > end"), "one start event"),
    "error on a task": (
        process("start > A > end", "e > end", nodes=(error("e", "A"),)),
        "no boundary event of kind error on 'A'",
    ),
    "boundary of nothing": (
        process("start > A > end", "e > end", nodes=(boundary("e", "nobody"),)),
        "no boundary event of kind timer on 'nobody'",
    ),
    "boundary without host": (
        process(
            "start > A > end", "e > end", nodes=(Node(id="e", kind=Kind.BOUNDARY),)
        ),
        "no boundary event to run",
    ),
}


@pytest.mark.parametrize(("unfit", "sentence"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_run_is_refused(unfit, sentence):
    with pytest.raises(EngineError, match=sentence):
        compiled(unfit)


@pytest.mark.parametrize("name", ["Start", "End", "Root", "process.EndJoin"])
def test_no_id_is_taken(name):
    taken = Node(id=name, kind=Kind.TASK)

    assert Run(process(f"start > {name} > end", nodes=(taken,))).open == [name]


def forged(run, **values):
    document = json.loads(run.state) | values
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


FORGED = {
    "inside, but it does not run": {"scopes": [["inner", 1, []]]},
    "runs with nothing inside": {
        "waits": [["after", 1, []]],
        "scopes": [["outer", 1, []]],
    },
    "runs twice": {"scopes": [["inner", 1, []], ["outer", 1, []], ["outer", 2, []]]},
    "a timer of another": {"scopes": [["inner", 1, ["late"]], ["outer", 1, []]]},
}


@pytest.mark.parametrize("values", FORGED.values(), ids=FORGED)
def test_a_state_that_cannot_be_is_refused(values):
    late = boundary("late", "outer", interrupting=False)
    run = Run(nested("end4", late))
    assert run.open == ["A", "B"]
    assert engine.complete(run.definition, run.state, "A", {}).position.tasks

    with pytest.raises(EngineError, match="this definition"):
        engine.complete(run.definition, forged(run, **values), "A", {})
