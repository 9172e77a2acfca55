"""
State bytes: what we wrote reads back the same, what anybody else wrote is refused.
"""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval_engine.errors import EngineError, StorageError
from approval_engine.executor import engine
from approval_engine.executor.engine.codec import decode, encode
from approval_engine.executor.engine.marking import Arrival, Marking, Wait
from tests.unit.executor.engine.drawings import stages

XML = stages(("manager", "finance"))
TWO = engine.compile_definition(XML)
OTHER = engine.compile_definition(stages(("manager", "legal")))
START = engine.start(TWO).state

ids = st.text("abc_", min_size=1, max_size=4)
counts = st.integers(1, 50)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=4)
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)


@st.composite
def waiting(draw):
    """
    A wait with timers, of which some have fired.
    """
    timers = draw(st.lists(ids, max_size=3, unique=True))
    fired = draw(st.dictionaries(st.sampled_from(timers), counts)) if timers else {}
    return Wait(
        element=draw(ids),
        occurrence=draw(counts),
        timers=tuple(timers),
        fired=fired,
    )


waits = waiting()
markings = st.builds(
    Marking,
    definition=st.just(TWO.sha256),
    waits=st.lists(waits, max_size=4).map(tuple),
    arrivals=st.lists(st.builds(Arrival, join=ids, source=ids), max_size=3).map(tuple),
    entered=st.dictionaries(ids, counts, max_size=4),
    outcomes=st.dictionaries(ids, st.dictionaries(ids, ids, max_size=2), max_size=3),
    ended=st.none() | ids,
    scopes=st.lists(waits, max_size=2).map(tuple),
    results=st.dictionaries(ids, st.dictionaries(ids, values, max_size=2), max_size=3),
    decided=st.none() | ids,
)


@given(markings)
def test_a_marking_reads_back_the_same(marking):
    state = encode(marking)

    assert decode(state, TWO.sha256) == marking
    assert encode(decode(state, TWO.sha256)) == state


OLD = (
    b'{"arrivals":[],"definition":"%s","ended":null,"entered":{"task_finance":1,'
    b'"task_manager":1},"outcomes":{},"v":1,"waits":[["task_finance",1,["due_finance",'
    b'"remind_finance_1"]],["task_manager",1,["due_manager","remind_manager_1"]]]}'
) % TWO.sha256[:16].encode()
"""What the first release stored at the start of `TWO`."""


def test_a_state_of_the_first_release_goes_on():
    snapshot = engine.complete(
        TWO, OLD, "task_manager", {"outcome_manager": "approved"}
    )
    assert [task.element for task in snapshot.position.tasks] == ["task_finance"]

    said = {"outcome_finance": "approved"}
    done = engine.complete(TWO, snapshot.state, "task_finance", said)
    assert done.position.ended == "approved"


def test_what_needs_nothing_new_is_written_as_the_first_release_did():
    """
    So the rows and logs of old workflows still agree, byte for byte.
    """
    assert START == OLD
    assert engine.canonical(TWO, OLD) == hashlib.sha256(OLD).hexdigest()


@pytest.mark.parametrize(
    "new",
    [
        {"scopes": (Wait(element="sub", occurrence=1, timers=()),)},
        {"results": {"a": {"x": None}}},
        {"decided": "approve"},
        {"waits": (Wait(element="a", occurrence=1, timers=("t",), fired={"t": 1}),)},
    ],
    ids=lambda new: next(iter(new)),
)
def test_what_needs_something_new_says_so(new):
    old = Marking(definition=TWO.sha256, entered={}, outcomes={})

    assert json.loads(encode(old))["v"] == 1
    assert json.loads(encode(replace(old, **new)))["v"] == 2


def test_a_new_version_that_needs_nothing_new_was_not_written_here():
    document = json.loads(START)
    document |= {"v": 2, "scopes": [], "results": {}, "decided": None}

    with pytest.raises(EngineError, match="it was changed"):
        engine.position(TWO, forged(document))


@pytest.mark.parametrize("version", [3, 4, 9_000_000])
def test_a_newer_version_is_left_to_the_newer_program(version):
    """
    It is nothing that is broken, and nothing that may be overwritten.
    """
    document = json.loads(START) | {"v": version}

    with pytest.raises(StorageError, match="use the newer program"):
        engine.position(TWO, forged(document))
    with pytest.raises(StorageError, match="use the newer program"):
        engine.must_be_ours(forged(document))
    engine.must_be_ours(START)
    engine.must_be_ours(b"broken")


@pytest.mark.parametrize("version", [0, 2, -3, 9.9, "1", "1.0", "9.9", None, True])
def test_another_version_is_refused(version):
    document = json.loads(START)
    document["v"] = version

    with pytest.raises(EngineError, match=r"version 1 or 2|it was changed"):
        engine.position(TWO, forged(document))


def test_a_missing_version_is_refused():
    document = json.loads(START)
    del document["v"]

    with pytest.raises(EngineError, match="version 1 or 2"):
        engine.position(TWO, forged(document))


def test_the_state_of_another_definition_is_refused():
    with pytest.raises(EngineError, match="belongs to"):
        engine.complete(OTHER, START, "task_manager", {})


def forged(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def changed(**values):
    return forged(json.loads(START) | values)


def newer(**values):
    added = {"v": 2, "scopes": [], "results": {}, "decided": "approve"}
    return changed(**(added | values))


WAIT = ["task_manager", 1, ["due_manager"]]
SHAPES = {
    "nothing": b"",
    "no json": b"\x80\x04K\x01.",
    "null": b"null",
    "list": b"[]",
    "text": b'"v"',
    "cut": START[:-1],
    "more": START + b" ",
    "another key": changed(typename="x"),
    "no waits": changed(waits=None),
    "wait as text": changed(waits=["task_manager"]),
    "wait too long": changed(waits=[[*WAIT, 1]]),
    "occurrence 0": changed(waits=[["task_manager", 0, []]]),
    "occurrence true": changed(waits=[["task_manager", True, []]]),
    "occurrence 1.0": changed(waits=[["task_manager", 1.0, []]]),
    "timer 1": changed(waits=[["task_manager", 1, [1]]]),
    "arrival alone": changed(arrivals=[["join_1"]]),
    "count as text": changed(entered={"task_manager": "1"}),
    "outcome as list": changed(outcomes={"task_manager": ["x"]}),
    "outcome nested": changed(outcomes={"task_manager": {"x": {"typename": "y"}}}),
    "ended 1": changed(ended=1),
    "scopes in version 1": changed(scopes=[["sub", 1, []]]),
    "scope as text": newer(scopes=["sub"]),
    "decided 1": newer(decided=1),
    "fired 0": newer(waits=[["task_manager", 1, [["due_manager", 0]]]]),
    "fired text": newer(waits=[["task_manager", 1, [["due_manager", "1"]]]]),
    "results as list": newer(results=[]),
    "result as number": newer(results={"a": {"x": 1}}),
    "result as list": newer(results={"a": ["x"]}),
    "number as number": newer(results={"a": {"x": {"number": 1}}}),
    "number with zeros": newer(results={"a": {"x": {"number": "1.0"}}}),
    "number as word": newer(results={"a": {"x": {"number": "one"}}}),
    "number for ever": newer(results={"a": {"x": {"number": "1E+999999"}}}),
    "date as word": newer(results={"a": {"x": {"date": "today"}}}),
    "another kind": newer(results={"a": {"x": {"typename": "y"}}}),
}


@pytest.mark.parametrize("state", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(
    "use",
    [
        lambda state: engine.position(TWO, state),
        lambda state: engine.canonical(TWO, state),
        lambda state: engine.cancel(TWO, state),
        lambda state: engine.fire(TWO, state, "due_manager", 1),
        lambda state: engine.complete(TWO, state, "task_manager", {}),
    ],
    ids=["position", "canonical", "cancel", "fire", "complete"],
)
def test_a_forged_state_is_refused_by_every_verb(use, state):
    with pytest.raises(EngineError):
        use(state)


STRANGERS = {
    "unknown task": changed(waits=[["task_nobody", 1, []]]),
    "a gateway as task": changed(waits=[["decided_manager", 1, []]]),
    "the root as task": changed(waits=[["Start", 1, []]]),
    "unknown timer": changed(waits=[["task_manager", 1, ["due_nobody"]]]),
    "timer of another task": changed(waits=[["task_manager", 1, ["due_finance"]]]),
    "a task as timer": changed(waits=[["task_manager", 1, ["task_finance"]]]),
    "a task as a timer alone": changed(waits=[["task_manager", 1, ["task_manager"]]]),
    "a task as scope": newer(scopes=[["task_manager", 1, []]]),
    "unknown scope": newer(scopes=[["sub", 1, []]]),
}


@pytest.mark.parametrize("state", STRANGERS.values(), ids=STRANGERS)
def test_a_wait_that_the_definition_has_not_is_refused(state):
    with pytest.raises(EngineError, match="this definition"):
        engine.position(TWO, state)
    with pytest.raises(EngineError, match="no such wait"):
        engine.complete(TWO, state, "task_finance", {})


@pytest.mark.parametrize(
    "arrival",
    [["task_finance", "task_manager"], ["join_1", "nobody"], ["join_1", "fork_1"]],
)
def test_an_arrival_that_the_definition_has_not_is_refused(arrival):
    state = changed(waits=[WAIT], arrivals=[arrival])

    with pytest.raises(EngineError, match="no such wait"):
        engine.complete(TWO, state, "task_manager", {})


def test_a_state_of_the_stock_engine_is_refused():
    stock = b'{"serializer_version": "1.0", "data": {"x": "eval"}}'

    with pytest.raises(EngineError, match="version"):
        engine.complete(TWO, stock, "task_manager", {})


RUN = """
import sys
from approval_engine.executor import engine
definition = engine.compile_definition(sys.stdin.buffer.read())
state = engine.start(definition).state
state = engine.fire(definition, state, "due_finance", 1).state
said = {"outcome_manager": "approved"}
sys.stdout.buffer.write(engine.complete(definition, state, "task_manager", said).state)
"""


def test_bytes_are_the_same_in_every_process():
    states = {
        subprocess.run(
            [sys.executable, "-c", RUN],
            input=XML,
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("0", "1", "4711")
    }

    assert len(states) == 1
    assert engine.position(TWO, states.pop()).tasks == (
        engine.OpenTask(element="task_finance", occurrence=1),
    )
