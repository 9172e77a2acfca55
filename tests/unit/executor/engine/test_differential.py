"""
Random processes without loops, on random paths, go as in the stock engine.

Ours is stored and loaded after every step, stock never. What both do wrong cannot show
here; loops, where stock is wrong, are in test_join.
"""

import itertools

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from approval_engine.executor import engine
from tests.unit.executor.engine.drawings import (
    ESCALATION,
    TERMINATE,
    definitions,
    end,
    flow,
    gateway,
    start,
    task,
    timer,
)
from tests.unit.executor.engine.stock import Stock, in_stock_words

WORDS = ("yes", "no", "maybe")
MAX_TASKS = 9

kinds = st.sampled_from(["none", "remind", "interrupt", "both"])
leaf = st.tuples(st.just("task"), kinds)


def composed(children):
    few = st.lists(children, min_size=2, max_size=3)
    branch = st.one_of(st.none(), children)
    return st.one_of(
        st.tuples(st.just("row"), few),
        st.tuples(st.just("side by side"), few),
        st.tuples(
            st.just("choice"),
            st.lists(branch, min_size=1, max_size=2),
            children,
        ),
    )


shapes = st.recursive(leaf, composed, max_leaves=6)


def size(shape):
    match shape:
        case None:
            return 0
        case ("task", _):
            return 1
        case ("choice", branches, default):
            return 1 + size(default) + sum(map(size, branches))
        case (_, children):
            return sum(map(size, children))


class Draftsman:
    """
    Draws a shape between two nodes: parts in `parts`, fresh ids from `number`.
    """

    def __init__(self):
        self.parts = []
        self.number = itertools.count(1)

    def draw(self, shape, before, after):
        match shape:
            case ("task", timers):
                self.task(timers, before, after)
            case ("row", children):
                self.row(children, before, after)
            case ("side by side", children):
                self.side_by_side(children, before, after)
            case ("choice", branches, default):
                self.choice(branches, default, before, after)

    def task(self, timers, before, after):
        n = next(self.number)
        name, merge = f"task_{n}", f"merge_{n}"
        self.parts += [task(name), flow(before, name, name=f"into_{n}")]
        if timers in ("remind", "both"):
            self.parts += [
                timer(f"remind_{n}", name),
                end(f"reminded_{n}", ESCALATION),
                flow(f"remind_{n}", f"reminded_{n}"),
            ]
        if timers in ("interrupt", "both"):
            self.parts += [
                timer(f"late_{n}", name, interrupting=True),
                gateway("exclusive", merge),
                flow(f"late_{n}", merge),
                flow(name, merge),
                flow(merge, after, name=f"out_of_{n}"),
            ]
        else:
            self.parts.append(flow(name, after, name=f"out_of_{n}"))

    def row(self, children, before, after):
        for child in children[:-1]:
            # A gateway in between keeps stock from predicting too far.
            between = f"between_{next(self.number)}"
            self.parts.append(gateway("exclusive", between))
            self.draw(child, before, between)
            before = between
        self.draw(children[-1], before, after)

    def side_by_side(self, children, before, after):
        n = next(self.number)
        fork, join = f"fork_{n}", f"join_{n}"
        self.parts += [
            gateway("parallel", fork),
            gateway("parallel", join),
            flow(before, fork, name=f"into_{n}"),
            flow(join, after, name=f"out_of_{n}"),
        ]
        for child in children:
            self.draw(child, fork, join)

    def choice(self, branches, default, before, after):
        n = next(self.number)
        name, split, merge = f"task_{n}", f"split_{n}", f"merge_{n}"
        self.parts += [
            task(name),
            flow(before, name, name=f"into_{n}"),
            gateway("exclusive", split, default=f"default_{n}"),
            flow(name, split),
            gateway("exclusive", merge),
            flow(merge, after, name=f"out_of_{n}"),
        ]
        for word, branch in zip(WORDS, branches, strict=False):
            entry = f"entry_{n}_{word}"
            condition = f"${{outcome_{name} == '{word}'}}"
            if branch is None:
                self.parts.append(end(entry, TERMINATE))
            else:
                self.parts.append(gateway("exclusive", entry))
                self.draw(branch, entry, merge)
            self.parts.append(flow(split, entry, condition))
        entry = f"entry_{n}"
        self.parts += [
            gateway("exclusive", entry),
            flow(split, entry, name=f"default_{n}"),
        ]
        self.draw(default, entry, merge)


def process(shape):
    draftsman = Draftsman()
    draftsman.draw(shape, "submitted", "approved")
    return definitions(start(), end("approved"), *draftsman.parts)


def seen(snapshot):
    return (
        sorted(task.element for task in snapshot.position.tasks),
        sorted(timer.element for timer in snapshot.position.timers),
        snapshot.position.ended,
    )


small = shapes.filter(lambda shape: size(shape) <= MAX_TASKS)


@settings(max_examples=150, deadline=None)
@given(shape=small, data=st.data())
def test_ours_goes_as_stock_where_stock_is_right(shape, data):
    compare(shape, data)


@pytest.mark.proof
@settings(max_examples=10_000, deadline=None)
@given(shape=small, data=st.data())
def test_ours_goes_as_stock_on_many_more_paths(shape, data):
    compare(shape, data)


def compare(shape, data):
    xml = process(shape)
    definition = engine.compile_definition(xml)
    snapshot = engine.start(definition)
    stock = Stock(in_stock_words(xml))

    while True:
        assert seen(snapshot) == (stock.opened(), stock.timers(), stock.ended())
        if snapshot.position.ended is not None:
            break
        acts = [*snapshot.position.tasks, *snapshot.position.timers]
        act = data.draw(st.sampled_from(acts))
        if isinstance(act, engine.OpenTimer):
            snapshot = engine.fire(
                definition, snapshot.state, act.element, act.occurrence
            )
            stock.fire(act.element)
        else:
            said = {f"outcome_{act.element}": data.draw(st.sampled_from(WORDS))}
            snapshot = engine.complete(definition, snapshot.state, act.element, said)
            stock.complete(act.element, **said)
    event(f"ended by {snapshot.position.ended.split('_')[0]}")
