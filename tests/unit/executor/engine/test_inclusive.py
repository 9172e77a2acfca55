"""
Inclusive gateways: every flow that is true, and a join of what can still arrive.
"""

import itertools

import pytest

from approval_engine.definitions.model import Signal
from approval_engine.errors import EngineError
from tests.unit.definitions.processes import boundary, process, scope, subprocess
from tests.unit.executor.engine.running import Run

CONDITIONS = {"or1>A": "a = true", "or1>B": "b = true"}


def three(*ways, default="C", **parts):
    """
    `or1` splits to A, B and by default to C, `or2` joins them.
    """
    return process(
        "start > or1 > A > or2 > after > end",
        "or1 > B > or2",
        "or1 > C > or2",
        *ways,
        conditions=CONDITIONS,
        defaults={"or1": default} if default else {},
        **parts,
    )


SPLITS = {
    (True, True): ["A", "B"],
    (True, False): ["A"],
    (False, True): ["B"],
    (False, False): ["C"],
    (None, True): ["B"],
    (None, None): ["C"],
}


@pytest.mark.parametrize(("facts", "opened"), SPLITS.items())
def test_every_flow_that_is_true_is_taken_or_else_the_default(facts, opened):
    run = Run(three(), facts=dict(zip("ab", facts, strict=True)))
    assert run.open == opened

    for order in itertools.permutations(opened):
        again = Run(three(), facts=run.facts)
        for name in order[:-1]:
            assert "after" not in again.do(name).open
        assert again.do(order[-1]).open == ["after"]


def test_a_split_without_a_way_out_is_an_error():
    nowhere = process(
        "start > ask > or1 > A > or2 > end",
        "or1 > B > or2",
        conditions=CONDITIONS,
    )
    run = Run(nowhere, facts={"a": False, "b": False})
    with pytest.raises(EngineError, match="no condition is satisfied"):
        run.do("ask")

    run.facts = {"a": True, "b": False}
    assert run.do("ask").open == ["A"]


def test_a_join_waits_for_what_is_far_away():
    body = scope("start2 > and > X > end2", "and > Y > end3")
    far = process(
        "start > or1 > A > or2 > after > end",
        "or1 > B > sub > xor > or2",
        nodes=(subprocess("sub", body),),
        conditions=CONDITIONS,
    )
    run = Run(far, facts={"a": True, "b": True}).do("A")
    assert run.open == ["B"]

    for name, opened in (("B", ["X", "Y"]), ("X", ["Y"]), ("Y", ["after"])):
        assert run.do(name).open == opened


def test_a_join_does_not_wait_for_what_goes_elsewhere():
    aside = process(
        "start > and1 > or1 > A > or2 > after > end",
        "or1 > B > or2",
        "and1 > aside > end2",
        conditions=CONDITIONS,
    )
    run = Run(aside, facts={"a": True, "b": False})

    assert run.do("A").open == ["after", "aside"]


def test_a_join_goes_on_when_the_last_that_could_come_ends_elsewhere():
    leaving = process(
        "start > or1 > A > or2 > after > end",
        "or1 > B > xor > or2",
        "xor > end2",
        conditions=CONDITIONS | {"xor>or2": "outcome_B = 'approved'"},
        defaults={"xor": "end2"},
    )
    facts = {"a": True, "b": True}
    assert Run(leaving, facts=facts).do("A").open == ["B"]

    assert Run(leaving, facts=facts).do("A", "B").open == ["after"]
    run = Run(leaving, facts=facts).do("A").do("B", outcome_B="approved")
    assert run.open == ["after"]


@pytest.mark.parametrize("fired", [True, False])
def test_a_join_waits_for_a_timer_only_while_it_is_armed(fired):
    late = boundary("late", "B", interrupting=False)
    armed = process(
        "start > or1 > A > or2 > after > end",
        "or1 > B > end2",
        "late > X > or2",
        nodes=(late,),
        conditions=CONDITIONS,
    )
    run = Run(armed, facts={"a": True, "b": True}).do("A")
    assert run.open == ["B"]

    if fired:
        assert run.fire("late").open == ["B", "X"]
        # It fired once and for all, so nothing but X can come any more.
        assert run.do("X").open == ["after", "B"]
    else:
        assert run.do("B").open == ["after"]


def test_a_join_waits_for_an_error_that_can_still_be_thrown():
    body = scope(
        "start2 > B > xor2 > fail_x",
        "xor2 > end2",
        conditions={"xor2>fail_x": "outcome_B = 'rejected'"},
        defaults={"xor2": "end2"},
    )
    catching = boundary("e", "sub", Signal.ERROR, code="x")
    thrown = process(
        "start > or1 > A > or2 > after > end",
        "or1 > sub > end3",
        "e > or2",
        nodes=(subprocess("sub", body), catching),
        conditions={"or1>A": "a = true", "or1>sub": "b = true"},
    )
    facts = {"a": True, "b": True}
    assert Run(thrown, facts=facts).do("A").open == ["B"]

    assert Run(thrown, facts=facts).do("A", "B").open == ["after"]
    run = Run(thrown, facts=facts).do("A").do("B", outcome_B="rejected")
    assert run.open == ["after"]


def test_joins_one_behind_the_other_pass_in_their_order():
    chained = process(
        "start > or1 > A > or2 > or3 > after > end",
        "or1 > B > or2",
        "or1 > C > or3",
        conditions=CONDITIONS | {"or1>C": "c = true"},
    )
    facts = {"a": True, "b": True, "c": True}
    for order in itertools.permutations("ABC"):
        run = Run(chained, facts=facts)
        for name in order[:-1]:
            assert "after" not in run.do(name).open
        assert run.do(order[-1]).open == ["after"]


def test_a_join_inside_is_not_kept_by_the_next_round_of_its_subprocess():
    body = scope(
        "start2 > or1 > A > or2 > B > end2",
        "or1 > C > or2",
        conditions={"or1>A": "a = true", "or1>C": "c = true"},
    )
    again = process(
        "start > xor0 > sub > xor > xor0",
        "xor > end",
        nodes=(subprocess("sub", body),),
        conditions={"xor>xor0": "outcome_B = 'returned'"},
        defaults={"xor": "end"},
    )
    run = Run(again, facts={"a": True, "c": True})
    for _ in range(3):
        assert run.open == ["A", "C"]
        assert run.do("C").open == ["A"]
        run.do("A").do("B", outcome_B="returned")

    assert run.do("A", "C", "B").ended == "end"


def test_a_terminate_end_takes_waiting_tokens_with_it():
    stopped = process(
        "start > or1 > A > or2 > end",
        "or1 > B > stop",
        "or1 > C > or2",
        conditions=CONDITIONS | {"or1>C": "true"},
    )

    run = Run(stopped, facts={"a": True, "b": True}).do("A", "B")
    assert run.ended == "stop"
