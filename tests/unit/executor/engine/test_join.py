"""
The parallel gateway counts tokens, in loops and whatever comes first.
"""

import pytest

from approval_engine.definitions.model import Flow, Graph, Process
from approval_engine.errors import BpmnError, EngineError
from approval_engine.executor import engine
from tests.unit.definitions.processes import process
from tests.unit.executor.engine.drawings import (
    TERMINATE,
    definitions,
    end,
    flow,
    gateway,
    opened,
    path,
    rework,
    start,
    task,
)
from tests.unit.executor.engine.running import Run

AGAIN = rework("${outcome_legal == 'again' || outcome_finance == 'again'}")
BOTH = ["finance", "legal"]
ORDERS = [(BOTH, BOTH), (BOTH, BOTH[::-1]), (BOTH[::-1], BOTH), (BOTH[::-1],) * 2]


def say(name, word):
    return {f"outcome_{name}": word}


def one_round(definition, state, order, words):
    """
    What is open after each of: prepare, the first, the second of the order.
    """
    seen = []
    for name in ["prepare", *order]:
        said = say(name, words[name]) if name in words else {}
        snapshot = engine.complete(definition, state, name, said)
        state = snapshot.state
        seen.append(opened(snapshot))
    return state, seen


@pytest.mark.parametrize(("first", "second"), ORDERS)
def test_both_act_in_every_round_whatever_the_order(first, second):
    definition = engine.compile_definition(AGAIN)
    state = engine.start(definition).state

    words = {"finance": "fine", "legal": "again"}
    state, seen = one_round(definition, state, first, words)
    assert seen == [BOTH, [first[1]], ["prepare"]]

    words = {"finance": "fine", "legal": "fine"}
    state, seen = one_round(definition, state, second, words)
    assert seen == [BOTH, [second[1]], ["vp"]]

    snapshot = engine.complete(definition, state, "vp", {})
    assert snapshot.position.ended == "approved"


def test_rounds_are_counted_and_do_not_make_the_state_grow():
    definition = engine.compile_definition(AGAIN)
    state = engine.start(definition).state
    words = {"finance": "again", "legal": "fine"}
    sizes = []
    for number in range(1, 501):
        position = engine.position(definition, state)
        assert position.tasks == (
            engine.OpenTask(element="prepare", occurrence=number),
        )
        state, _ = one_round(definition, state, BOTH, words)
        sizes.append(len(state))

    # Three digits instead of one in four counters are all that they add.
    assert sizes[-1] - sizes[0] == 8


def test_a_timer_has_the_occurrence_of_its_task():
    definition = engine.compile_definition(AGAIN)
    state = engine.start(definition).state
    words = {"finance": "again", "legal": "fine"}
    state, _ = one_round(definition, state, BOTH, words)
    snapshot = engine.complete(definition, state, "prepare", {})
    timers = (engine.OpenTimer(element="remind", task="finance", occurrence=2),)

    assert snapshot.position.timers == timers
    assert engine.fire(definition, snapshot.state, "remind", 2).position.timers == ()
    with pytest.raises(EngineError, match="occurrence 1"):
        engine.fire(definition, snapshot.state, "remind", 1)


def test_what_was_said_in_an_earlier_round_is_forgotten():
    definition = engine.compile_definition(AGAIN)
    state = engine.start(definition).state
    words = {"finance": "fine", "legal": "again"}
    state, _ = one_round(definition, state, BOTH, words)
    state, seen = one_round(definition, state, BOTH, {"finance": "fine"})

    assert seen[-1] == ["vp"]


def test_a_task_that_is_open_again_has_said_nothing_yet():
    """
    Somebody beside it must not go on with its answer of the round before.
    """
    definition = engine.compile_definition(
        definitions(
            start(),
            gateway("parallel", "fork"),
            task("a"),
            gateway("exclusive", "again", default="leave"),
            task("b"),
            gateway("exclusive", "look", default="over"),
            end("approved"),
            end("seen", TERMINATE),
            end("left", TERMINATE),
            path("submitted", "fork", "a", "again"),
            flow("again", "a", "outcome_a == 'again'"),
            flow("again", "left", name="leave"),
            path("fork", "b", "look"),
            flow("look", "seen", "outcome_a == 'again'"),
            flow("look", "approved", name="over"),
        )
    )
    state = engine.start(definition).state
    state = engine.complete(definition, state, "a", say("a", "again")).state

    assert opened(engine.complete(definition, state, "b", {})) == ["a"]


def test_the_state_is_the_same_whoever_came_first():
    definition = engine.compile_definition(AGAIN)
    state = engine.start(definition).state
    state = engine.complete(definition, state, "prepare", {}).state
    one, _ = one_way(definition, state, BOTH)
    other, _ = one_way(definition, state, BOTH[::-1])

    assert one == other
    assert engine.canonical(definition, one) == engine.canonical(definition, other)


def one_way(definition, state, order):
    for name in order:
        snapshot = engine.complete(definition, state, name, say(name, "fine"))
        state = snapshot.state
    return state, snapshot


def test_two_flows_from_one_place_need_two_tokens():
    once = process("start > and > and2 > a > end").graph
    twice = (*once.flows, Flow(id="again", source="and", target="and2"))

    run = Run(Process(id="process", graph=Graph(nodes=once.nodes, flows=twice)))
    assert run.open == ["a"]


def choice_before_join(*more):
    return definitions(
        start(),
        task("ask"),
        gateway("exclusive", "choice", default="over"),
        task("a"),
        task("b"),
        gateway("parallel", "join"),
        end("approved"),
        path("submitted", "ask", "choice"),
        flow("choice", "a", "answer == 'yes'"),
        flow("choice", "b", name="over"),
        path("a", "join", "approved"),
        flow("b", "join"),
        *more,
    )


def test_a_token_that_waits_for_ever_is_an_error_not_an_end():
    definition = engine.compile_definition(choice_before_join())
    state = engine.start(definition).state
    state = engine.complete(definition, state, "ask", {"answer": "yes"}).state

    with pytest.raises(EngineError, match="'join' waits for what nothing reaches"):
        engine.complete(definition, state, "a", {})


def test_a_process_that_is_stuck_from_the_start_is_refused():
    stuck = definitions(
        start(),
        gateway("parallel", "join"),
        gateway("exclusive", "once"),
        end("approved"),
        path("submitted", "join", "once"),
        gateway("exclusive", "back", default="over"),
        path("once", "back"),
        flow("back", "join", "answer == 'yes'"),
        flow("back", "approved", name="over"),
    )
    with pytest.raises(BpmnError, match="waits for what nothing reaches"):
        engine.compile_definition(stuck)


def test_a_terminate_end_takes_waiting_tokens_with_it():
    definition = engine.compile_definition(
        definitions(
            start(),
            gateway("parallel", "fork"),
            gateway("parallel", "join"),
            task("a"),
            task("b"),
            gateway("exclusive", "choice", default="over"),
            end("approved"),
            end("rejected", TERMINATE),
            path("submitted", "fork", "a", "join", "approved"),
            path("fork", "b", "choice"),
            flow("choice", "join", "answer == 'yes'"),
            flow("choice", "rejected", name="over"),
        )
    )
    state = engine.start(definition).state
    state = engine.complete(definition, state, "a", {}).state
    snapshot = engine.complete(definition, state, "b", {})

    assert snapshot.position == engine.Position(tasks=(), timers=(), ended="rejected")
