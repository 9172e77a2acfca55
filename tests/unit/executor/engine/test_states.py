"""
Random processes with rounds, subprocesses, timers and decisions, on random ways.

After every step the state is stored, loaded and taken again (`Run`); beside it the same
process is never stored, and both always stand at the same place.
"""

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from SpiffWorkflow.util.task import TaskState

from approval_engine.definitions.model import Decides, Graph, Kind, Node, Signal
from approval_engine.definitions.soundness import flaws
from approval_engine.errors import EngineError
from approval_engine.executor import engine
from approval_engine.executor.engine.codec import encode
from approval_engine.executor.engine.hosts import fire, waiting_timers
from approval_engine.executor.engine.restore import capture
from approval_engine.executor.engine.workflow import FastWorkflow
from tests.unit.definitions.processes import boundary, process, scope, subprocess
from tests.unit.definitions.processes import timer as clock
from tests.unit.executor.engine.running import Run

WORDS = ("approved", "rejected", "returned")
VALUES = st.sampled_from(["a", True, None, Decimal("1.5"), ("x", Decimal(2))])
MAX_ACTS = 25


@dataclass(frozen=True)
class Echo:
    """
    A decision that answers with what it is asked.
    """

    reads = frozenset({"note"})

    def __call__(self, names):
        return names.get("note")


leaf = st.tuples(
    st.sampled_from(["task", "wait", "rule", "notice"]),
    st.sampled_from(["none", "once", "again", "late"]),
)


def composed(children):
    few = st.lists(children, min_size=2, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from(["row", "all", "some"]), few),
        st.tuples(st.just("round"), st.just("again"), children),
        st.tuples(
            st.just("scope"),
            st.sampled_from(["none", "again", "late", "error", "escalation"]),
            children,
        ),
    )


shapes = st.recursive(leaf, composed, max_leaves=7)


class Author:
    """
    Writes a shape as ways between two nodes of one graph.
    """

    def __init__(self, count):
        self.count = count
        self.ways, self.nodes, self.conditions, self.defaults = [], [], {}, {}

    def fresh(self, word):
        return f"{word}_{next(self.count)}"

    def write(self, shape, before, after):
        match shape:
            case ("row", children):
                for child in children[:-1]:
                    middle = self.fresh("xor")
                    self.write(child, before, middle)
                    before = middle
                self.write(children[-1], before, after)
            case ("all" | "some" as kind, children):
                self.fork("and" if kind == "all" else "or", children, before, after)
            case ("round", _, child):
                self.round(child, before, after)
            case ("scope", events, child):
                self.scope(events, child, before, after)
            case (word, events):
                self.leaf(word, events, before, after)

    def leaf(self, word, events, before, after):
        name, merge = self.fresh(word), self.fresh("xor")
        self.ways.append(f"{before} > {name} > {merge} > {after}")
        if word == "rule":
            decides = Decides(decision="echo", variable=f"answer_{name}")
            self.nodes.append(Node(id=name, kind=Kind.RULE, decides=decides))
        if word == "task":
            self.timers(events, name, merge)

    def timers(self, events, host, after):
        times = {"once": None, "again": 3, "late": None}
        if events in times:
            name = self.fresh(events)
            timer = clock("PT1H", repeats=times[events])
            late = events == "late"
            self.nodes.append(boundary(name, host, timer=timer, interrupting=late))
            told = f"{self.fresh('notice')} > {self.fresh('end')}"
            self.ways.append(f"{name} > {after if late else told}")

    def fork(self, kind, children, before, after):
        split, join = self.fresh(kind), self.fresh(kind)
        self.ways += [f"{before} > {split}", f"{join} > {after}"]
        for number, child in enumerate(children):
            entry = self.fresh("xor")
            self.ways.append(f"{split} > {entry}")
            if kind == "or" and number == 0:
                self.defaults[split] = entry
            elif kind == "or":
                self.conditions[f"{split}>{entry}"] = f"word != '{WORDS[number]}'"
            self.write(child, entry, join)

    def round(self, child, before, after):
        enter, ask, leave = self.fresh("xor"), self.fresh("task"), self.fresh("xor")
        self.ways += [f"{before} > {enter}", f"{ask} > {leave} > {enter}"]
        self.ways.append(f"{leave} > {after}")
        self.write(child, enter, ask)
        self.conditions[f"{leave}>{enter}"] = "decision = 'return'"
        self.defaults[leave] = after

    def scope(self, events, child, before, after):
        name, merge = self.fresh("scope"), self.fresh("xor")
        inner = Author(self.count)
        begin, end = self.fresh("start"), self.fresh("end")
        if events in ("error", "escalation"):
            throw = self.fresh("fail" if events == "error" else "raise")
            choice = self.fresh("xor")
            inner.ways += [f"{choice} > {throw}", f"{choice} > {end}"]
            inner.conditions[f"{choice}>{throw}"] = "decision = 'reject'"
            inner.defaults[choice] = end
            signal = Signal.ERROR if events == "error" else Signal.ESCALATION
            catch = boundary(self.fresh("caught"), name, signal)
            self.nodes.append(catch)
            self.ways.append(f"{catch.id} > {merge}")
            end = choice
        inner.write(child, begin, end)
        self.nodes.append(subprocess(name, inner.graph()))
        self.ways += [f"{before} > {name} > {merge}", f"{merge} > {after}"]
        self.timers(events, name, merge)

    def parts(self):
        return {
            "nodes": self.nodes,
            "conditions": self.conditions,
            "defaults": self.defaults,
        }

    def graph(self) -> Graph:
        return scope(*self.ways, **self.parts())


def written(shape):
    author = Author(iter(range(1, 1000)))
    author.write(shape, "start", "task_last")
    return process(*author.ways, "task_last > end", **author.parts())


class Unstored:
    """
    The same process, held in memory from its start to its end.
    """

    def __init__(self, definition, facts):
        self.workflow = FastWorkflow(definition.process, facts)
        self.workflow.begin()
        self.workflow.run_to_wait()

    def do(self, element, outcomes, fields):
        ready = self.workflow.live(TaskState.READY)
        token = next(token for token in ready if token.task_spec.name == element)
        token.task_spec.answer(token, outcomes, fields)
        self.workflow.run_to_wait()

    def fire(self, element):
        waiting = itertools.chain.from_iterable(
            waiting_timers(token) for token in self.workflow.live()
        )
        fire(next(timer for timer in waiting if timer.task_spec.name == element))
        self.workflow.run_to_wait()


@settings(max_examples=150, deadline=None)
@given(shape=shapes, data=st.data())
def test_storing_loses_nothing(shape, data):
    made = written(shape)
    tables = {node.id: Echo() for node in made.nodes() if node.kind is Kind.RULE}
    facts = {"word": data.draw(st.sampled_from(WORDS))}
    run = Run(made, tables, facts)
    sha256 = run.definition.sha256
    unstored = Unstored(run.definition, facts)

    for _ in range(MAX_ACTS):
        assert encode(capture(unstored.workflow, sha256)) == run.state
        acts = [*run.snapshot.position.tasks, *run.snapshot.position.timers]
        if not acts:
            break
        act = data.draw(st.sampled_from(acts))
        try:
            if isinstance(act, engine.OpenTimer):
                unstored.fire(act.element)
                run.fire(act.element)
            else:
                said = {f"outcome_{act.element}": data.draw(st.sampled_from(WORDS))}
                fields = {"note": data.draw(VALUES)}
                unstored.do(act.element, said, fields)
                run.do(act.element, fields=fields, **said)
        except EngineError as stuck:
            # Two joins in a loop may wait for each other, stored or not; nobody is
            # ever asked to run such a process.
            with pytest.raises(EngineError, match=re.escape(str(stuck))):
                capture(unstored.workflow, sha256)
            assert "inclusive-on-cycle" in {flaw.code for flaw in flaws(made)}
            event("stuck")
            return
    event("ended" if run.ended else "still going")
