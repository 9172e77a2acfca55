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
    OOPS,
    TERMINATE,
    THROWN,
    catch,
    definitions,
    end,
    flow,
    gateway,
    start,
    subprocess,
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


def with_scopes(children):
    events = st.sampled_from(["none", "remind", "interrupt", "error"])
    return st.one_of(
        composed(children),
        st.tuples(st.just("scope"), events, children),
        st.tuples(st.just("some"), st.lists(children, min_size=2, max_size=3)),
    )


shapes = st.recursive(leaf, composed, max_leaves=6)
deep_shapes = st.recursive(leaf, with_scopes, max_leaves=6)


def size(shape):
    match shape:
        case None:
            return 0
        case ("task", _):
            return 1
        case ("choice", branches, default):
            return 1 + size(default) + sum(map(size, branches))
        case ("scope", _, child):
            return size(child)
        case ("some", children):
            return 1 + sum(map(size, children))
        case (_, children):
            return sum(map(size, children))


def depth(shape):
    """
    How many subprocesses lie one in the other.
    """
    match shape:
        case ("scope", _, child):
            return 1 + depth(child)
        case ("choice", branches, default):
            return max(map(depth, (*branches, default)))
        case (_, list(children)):
            return max(map(depth, children))
    return 0


def stops(shape):
    """
    Whether a branch somewhere in it ends at once.
    """
    match shape:
        case None:
            return True
        case ("task", _):
            return False
        case ("scope", _, child):
            return stops(child)
        case ("choice", branches, default):
            return any(map(stops, (*branches, default)))
        case (_, children):
            return any(map(stops, children))


def catches(shape):
    """
    Whether a scope somewhere in it catches an error.
    """
    match shape:
        case ("scope", events, child):
            return events == "error" or catches(child)
        case ("choice", branches, default):
            return any(catches(each) for each in (*branches, default) if each)
        case (_, list(children)):
            return any(map(catches, children))
    return False


def is_right_in_stock(shape):
    """
    Not where a terminate end meets an inclusive join: stock passes the join then.

    Nor where two scopes that catch the same error are open at once: in stock both do.
    """
    match shape:
        case ("some", _) if stops(shape):
            return False
        case ("side by side", children) if (
            stops(shape) and sum(map(catches, children)) > 1
        ):
            return False
        case ("scope", _, child):
            return is_right_in_stock(child)
        case ("choice", branches, default):
            return all(is_right_in_stock(b) for b in (*branches, default) if b)
        case (_, list(children)):
            return all(map(is_right_in_stock, children))
    return True


class Draftsman:
    """
    Draws a shape between two nodes: parts in `parts`, fresh ids from `number`.

    Where a branch ends at once it does so by `stop`.
    """

    def __init__(self):
        self.parts = []
        self.stop = TERMINATE
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
            case ("scope", events, child):
                self.scope(events, child, before, after)
            case ("some", children):
                self.some(children, before, after)

    def scope(self, events, child, before, after):
        n = next(self.number)
        name, merge = f"scope_{n}", f"merge_{n}"
        around = self.parts, self.stop
        self.parts, self.stop = [], THROWN if events == "error" else TERMINATE
        self.parts += [start(f"begin_{n}"), end(f"over_{n}")]
        self.draw(child, f"begin_{n}", f"over_{n}")
        inside, (self.parts, self.stop) = self.parts, around
        self.parts += [
            subprocess(name, *inside),
            flow(before, name, name=f"into_{n}"),
            gateway("exclusive", merge),
            flow(name, merge),
            flow(merge, after, name=f"out_of_{n}"),
        ]
        if events == "remind":
            self.parts += [
                timer(f"remind_{n}", name),
                end(f"reminded_{n}", ESCALATION),
                flow(f"remind_{n}", f"reminded_{n}"),
            ]
        elif events == "interrupt":
            late = timer(f"late_{n}", name, interrupting=True)
            self.parts += [late, flow(f"late_{n}", merge)]
        elif events == "error":
            self.parts += [catch(f"caught_{n}", name), flow(f"caught_{n}", merge)]

    def some(self, children, before, after):
        n = next(self.number)
        name, split, join = f"task_{n}", f"split_{n}", f"join_{n}"
        self.parts += [
            task(name),
            flow(before, name, name=f"into_{n}"),
            gateway("inclusive", split, default=f"default_{n}"),
            flow(name, split),
            gateway("inclusive", join),
            flow(join, after, name=f"out_of_{n}"),
        ]
        conditions = [f"${{outcome_{name} == 'yes'}}", f"${{outcome_{name} != 'no'}}"]
        for number, child in enumerate(children):
            entry = f"entry_{n}_{number}"
            last = number == len(children) - 1
            self.parts += [
                gateway("exclusive", entry),
                flow(split, entry, name=f"default_{n}")
                if last
                else flow(split, entry, conditions[number]),
            ]
            self.draw(child, entry, join)

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
                self.parts.append(end(entry, self.stop))
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
    return definitions(start(), end("approved"), *draftsman.parts, after=OOPS)


def seen(snapshot):
    return (
        sorted(task.element for task in snapshot.position.tasks),
        sorted(timer.element for timer in snapshot.position.timers),
        snapshot.position.ended,
    )


small = shapes.filter(lambda shape: size(shape) <= MAX_TASKS)
deep = deep_shapes.filter(
    lambda shape: size(shape) <= MAX_TASKS and depth(shape) <= 5
).filter(is_right_in_stock)


@settings(max_examples=150, deadline=None)
@given(shape=small, data=st.data())
def test_ours_goes_as_stock_where_stock_is_right(shape, data):
    compare(shape, data)


@settings(max_examples=100, deadline=None)
@given(shape=deep, data=st.data())
def test_subprocesses_and_inclusive_gateways_go_as_in_stock(shape, data):
    compare(shape, data)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("name", "shapes"),
    [("rows, forks and choices", small), ("scopes and inclusive joins", deep)],
)
def test_ours_goes_as_stock_on_many_more_paths(name, shapes, figure):
    @settings(max_examples=10_000, deadline=None)
    @given(shape=shapes, data=st.data())
    def go(shape, data):
        compare(shape, data)

    go()
    found = "10,000 processes, 0 differences"
    figure(f"our engine beside the stock one: {name}", found, found)


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
