"""
Who may move what: only what is open is completed, only what waits is fired.
"""

import json

import pytest

from approval_engine.errors import EngineError
from approval_engine.executor import engine
from tests.unit.executor.engine.drawings import (
    definitions,
    end,
    flow,
    gateway,
    opened,
    path,
    single,
    stages,
    start,
    task,
    timer,
)

TWO = engine.compile_definition(stages(("manager", "finance")))
CHAIN = engine.compile_definition(stages(("manager", "finance"), ("vp",)))
APPROVED = {"outcome_manager": "approved"}


@pytest.fixture
def state():
    return engine.start(TWO).state


def test_the_start_opens_every_branch_in_the_order_of_the_drawing():
    assert engine.start(TWO).position == engine.Position(
        tasks=(
            engine.OpenTask(element="task_manager", occurrence=1),
            engine.OpenTask(element="task_finance", occurrence=1),
        ),
        timers=tuple(
            engine.OpenTimer(element=name, task=f"task_{owner}", occurrence=1)
            for owner in ("manager", "finance")
            for name in (f"remind_{owner}_1", f"due_{owner}")
        ),
        ended=None,
    )


def test_elements_are_told_with_step_duration_and_properties():
    assert [(t.id, t.step, t.name) for t in TWO.tasks] == [
        ("task_manager", "manager", "task_manager"),
        ("task_finance", "finance", "task_finance"),
    ]
    due = TWO.timers[1]
    assert (due.id, due.task, due.interrupting) == (
        "due_manager",
        "task_manager",
        False,
    )
    assert due.timer.span == "PT24H"
    assert due.properties == {"kind": "escalation", "level": "1"}


def test_a_task_without_our_property_has_no_step():
    plain = definitions(
        start(), task("a"), end("approved"), path("submitted", "a", "approved")
    )

    assert engine.compile_definition(plain).tasks[0].step is None


def test_completing_an_open_task_closes_it_and_its_timers(state):
    snapshot = engine.complete(TWO, state, "task_manager", APPROVED)

    assert opened(snapshot) == ["task_finance"]
    assert {t.task for t in snapshot.position.timers} == {"task_finance"}


def test_what_a_step_returns_is_what_its_state_says(state):
    snapshot = engine.complete(TWO, state, "task_manager", APPROVED)

    assert engine.position(TWO, snapshot.state) == snapshot.position


def test_a_completed_task_is_refused(state):
    state = engine.complete(TWO, state, "task_manager", APPROVED).state

    with pytest.raises(EngineError, match="'task_manager', but it is closed"):
        engine.complete(TWO, state, "task_manager", APPROVED)


def test_a_future_task_is_refused():
    state = engine.start(CHAIN).state

    with pytest.raises(EngineError, match="'task_vp', but it has not been reached"):
        engine.complete(CHAIN, state, "task_vp", {"outcome_vp": "approved"})


@pytest.mark.parametrize(
    ("word", "ended"), [("rejected", "rejected"), ("returned", "returned")]
)
def test_a_cancelled_task_is_refused(state, word, ended):
    state = engine.complete(TWO, state, "task_manager", {"outcome_manager": word}).state

    with pytest.raises(EngineError, match=f"the process ended as '{ended}'"):
        engine.complete(TWO, state, "task_finance", {})


@pytest.mark.parametrize("element", ["nobody", "decided_manager", "due_manager", ""])
def test_what_is_no_task_is_refused(state, element):
    with pytest.raises(EngineError, match=f"'{element}'"):
        engine.complete(TWO, state, element, {})


def test_a_refusal_leaves_the_state_usable(state):
    with pytest.raises(EngineError):
        engine.complete(TWO, state, "nobody", {})

    assert opened(engine.complete(TWO, state, "task_manager", APPROVED))


def test_a_waiting_timer_fires_once_and_its_task_stays(state):
    snapshot = engine.fire(TWO, state, "due_finance", 1)

    assert opened(snapshot) == ["task_manager", "task_finance"]
    assert "due_finance" not in {t.element for t in snapshot.position.timers}
    with pytest.raises(EngineError, match="'due_finance' of occurrence 1"):
        engine.fire(TWO, snapshot.state, "due_finance", 1)


def test_the_timer_of_a_closed_task_is_refused(state):
    state = engine.complete(TWO, state, "task_manager", APPROVED).state

    with pytest.raises(EngineError, match="it does not wait"):
        engine.fire(TWO, state, "due_manager", 1)


@pytest.mark.parametrize(
    ("timer_id", "occurrence"),
    [("nobody", 1), ("task_finance", 1), ("due_finance", 0), ("due_finance", 2)],
)
def test_what_is_no_waiting_timer_is_refused(state, timer_id, occurrence):
    with pytest.raises(EngineError, match="it does not wait"):
        engine.fire(TWO, state, timer_id, occurrence)


def test_timers_of_a_future_task_are_refused():
    with pytest.raises(EngineError, match="it does not wait"):
        engine.fire(CHAIN, engine.start(CHAIN).state, "due_vp", 1)


def test_nothing_fires_after_the_end(state):
    state = engine.cancel(TWO, state).state

    with pytest.raises(EngineError, match="it does not wait"):
        engine.fire(TWO, state, "due_finance", 1)


def interrupted():
    return engine.compile_definition(
        definitions(
            start(),
            task("a"),
            timer("late", "a", interrupting=True),
            timer("remind", "a"),
            task("b"),
            gateway("exclusive", "merge"),
            end("approved"),
            end("reminded"),
            path("submitted", "a", "merge", "approved"),
            path("late", "b", "merge"),
            flow("remind", "reminded"),
        )
    )


def test_an_interrupting_timer_closes_its_task_and_goes_on():
    definition = interrupted()
    snapshot = engine.fire(definition, engine.start(definition).state, "late", 1)

    assert opened(snapshot) == ["b"]
    assert snapshot.position.timers == ()
    with pytest.raises(EngineError, match="it is closed"):
        engine.complete(definition, snapshot.state, "a", {})
    ended = engine.complete(definition, snapshot.state, "b", {})
    assert ended.position.ended == "approved"


def test_a_task_done_in_time_stops_its_interrupting_timer():
    definition = interrupted()
    snapshot = engine.complete(definition, engine.start(definition).state, "a", {})

    assert snapshot.position == engine.Position(tasks=(), timers=(), ended="approved")


def test_cancelling_leaves_nothing_open(state):
    snapshot = engine.cancel(TWO, state)

    assert snapshot.position == engine.Position(
        tasks=(), timers=(), ended=engine.CANCELLED
    )
    with pytest.raises(EngineError, match="the process ended as 'cancelled'"):
        engine.complete(TWO, snapshot.state, "task_manager", APPROVED)


def test_cancelling_twice_is_refused(state):
    state = engine.cancel(TWO, state).state

    with pytest.raises(EngineError, match="the process ended as 'cancelled'"):
        engine.cancel(TWO, state)


def test_several_people_are_one_wait_and_their_count_is_not_ours():
    several = (
        "<bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:completionCondition>${approvals >= 2}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    definition = engine.compile_definition(single(several=several))
    start_of_it = engine.start(definition)

    assert opened(start_of_it) == ["task_finance"]
    said = {"outcome_finance": "approved"}
    done = engine.complete(definition, start_of_it.state, "task_finance", said)
    assert done.position.ended == "approved"


def test_the_same_element_open_twice_is_completed_oldest_first():
    definition = engine.compile_definition(
        definitions(
            start(),
            gateway("parallel", "fork"),
            task("a"),
            task("b"),
            task("c"),
            end("approved"),
            path("submitted", "fork", "a", "c", "approved"),
            path("fork", "b", "c"),
        )
    )
    state = engine.start(definition).state
    for name in ("a", "b"):
        state = engine.complete(definition, state, name, {}).state
    both = engine.position(definition, state).tasks
    assert [t.occurrence for t in both] == [1, 2]

    snapshot = engine.complete(definition, state, "c", {})
    assert [t.occurrence for t in snapshot.position.tasks] == [2]
    done = engine.complete(definition, snapshot.state, "c", {})
    assert done.position.ended == "approved"


def circle(condition):
    return definitions(
        start(),
        task("ask"),
        gateway("exclusive", "enter"),
        gateway("exclusive", "choice", default="over"),
        end("approved"),
        path("submitted", "ask", "enter", "choice"),
        flow("choice", "enter", condition),
        flow("choice", "approved", name="over"),
    )


def test_a_circle_without_a_wait_is_an_error_after_so_many_steps():
    definition = engine.compile_definition(circle("answer == 'round'"))
    state = engine.start(definition).state

    with pytest.raises(EngineError, match="runs in a circle"):
        engine.complete(definition, state, "ask", {"answer": "round"})
    out = engine.complete(definition, state, "ask", {"answer": "out"})
    assert out.position.ended == "approved"


def test_a_gateway_without_a_way_out_is_an_error():
    definition = engine.compile_definition(
        circle("answer == 'round'")
        .replace(b' default="over"', b"")
        .replace(
            b'id="over" sourceRef="choice" targetRef="approved">',
            b'id="over" sourceRef="choice" targetRef="approved">'
            b"<bpmn:conditionExpression>answer == 'out'</bpmn:conditionExpression>",
        )
    )
    state = engine.start(definition).state

    with pytest.raises(EngineError, match="Expected to pass 'choice'"):
        engine.complete(definition, state, "ask", {"answer": "neither"})


def test_a_condition_that_is_no_truth_is_an_error():
    definition = engine.compile_definition(circle("answer"))
    state = engine.start(definition).state

    with pytest.raises(EngineError, match="to be true or false, but it is 'yes'"):
        engine.complete(definition, state, "ask", {"answer": "yes"})


def test_a_condition_that_cannot_be_judged_is_an_error():
    definition = engine.compile_definition(circle("answer - 1 > 0"))
    state = engine.start(definition).state

    with pytest.raises(EngineError, match="Expected to decide flow"):
        engine.complete(definition, state, "ask", {"answer": "yes"})


def test_a_condition_on_what_nobody_said_is_not_met():
    definition = engine.compile_definition(circle("answer == 'round'"))
    state = engine.start(definition).state

    assert engine.complete(definition, state, "ask", {}).position.ended == "approved"


def test_a_definition_is_compiled_once_and_its_bytes_are_checked():
    xml = stages(("manager",))
    sha256 = engine.compile_definition(xml).sha256
    asked = []

    def load(key):
        asked.append(key)
        return xml

    first = engine.definition(sha256, load)
    assert engine.definition(sha256, load) is first
    assert asked == [sha256]
    with pytest.raises(EngineError, match="another hash"):
        engine.definition("0" * 64, load)


def test_the_memory_of_definitions_is_bounded(monkeypatch):
    from approval_engine.executor.engine import compiled

    monkeypatch.setattr(compiled, "_KEPT", 2)
    files = {
        engine.compile_definition(xml).sha256: xml
        for xml in (stages((name,)) for name in ("one", "two", "three"))
    }
    asked = []

    def load(key):
        asked.append(key)
        return files[key]

    for key in [*files, *files]:
        engine.definition(key, load)

    assert len(asked) == 6


@pytest.mark.parametrize(("people", "start_size", "later_size"), [(2, 1000, 2000)])
def test_states_are_small(people, start_size, later_size):
    names = [f"approver_{n}" for n in range(people)]
    definition = engine.compile_definition(stages(tuple(names)))
    snapshot = engine.start(definition)
    assert len(snapshot.state) <= start_size
    for name in names:
        said = {f"outcome_{name}": "approved"}
        snapshot = engine.complete(definition, snapshot.state, f"task_{name}", said)
        assert len(snapshot.state) <= later_size


def test_each_further_approver_adds_little():
    def largest(count):
        names = [f"approver_{n:02}" for n in range(count)]
        definition = engine.compile_definition(stages(*((name,) for name in names)))
        snapshot = engine.start(definition)
        sizes = [len(snapshot.state)]
        for name in names:
            said = {f"outcome_{name}": "approved"}
            snapshot = engine.complete(definition, snapshot.state, f"task_{name}", said)
            sizes.append(len(snapshot.state))
        return max(sizes)

    assert largest(12) - largest(11) <= 1000


def test_a_state_names_no_clock_and_no_random_id(state):
    assert sorted(json.loads(state)) == [
        "arrivals",
        "definition",
        "ended",
        "entered",
        "outcomes",
        "v",
        "waits",
    ]
    assert (
        state
        == engine.start(engine.compile_definition(stages(("manager", "finance")))).state
    )
