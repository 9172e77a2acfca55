"""
A scope of a process → places where tokens lie, and the moves that tokens can make.

A node is one place, however many flows reach it; a join has one place per flow, for it
waits for each. End events take tokens at once and are no places.
"""

from collections.abc import Iterator
from functools import cached_property

from approval_engine.definitions.model import Flow, Graph, Kind, Node, Signal
from approval_engine.definitions.soundness.parts import (
    Body,
    Join,
    Move,
    at_once_over,
    bits,
    ends_scope,
    is_join,
)
from approval_engine.definitions.soundness.ways import Way, uncaught, ways


class Net:
    """
    The places and moves of one scope; `bodies` tells of its subprocesses, by id.
    """

    def __init__(self, graph: Graph, bodies: dict[str, Body]) -> None:
        self.graph = graph
        self.bodies = bodies
        self.owners: list[Node] = []
        self.joins: dict[int, Join] = {}
        self.armed = 0
        self.over = at_once_over(graph)
        self._places: dict[str, int] = {}
        self._place_all()
        self.moves = self._all_moves()

    @property
    def size(self) -> int:
        """
        How many places there are.
        """
        return len(self.owners)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """
        The states in which the scope may begin, one per start event.
        """
        return tuple(self._entered(node) for node in self.graph.of(Kind.START))

    def place(self, key: str) -> int:
        """
        The bit of a node that is no join, or of a flow into a join.
        """
        return 1 << self._places[key]

    def join(self, node: str) -> Join:
        """
        What is known of a join.
        """
        return next(each for each in self.joins.values() if each.node.id == node)

    def places_of(self, node: str) -> int:
        """
        All places at which tokens come to a node.
        """
        numbers = (n for n, owner in enumerate(self.owners) if owner.id == node)
        return sum(1 << number for number in numbers)

    @cached_property
    def ahead(self) -> tuple[int, ...]:
        """
        For each place those that a token on it can still reach, itself included.
        """
        after = [1 << place for place in range(self.size)]
        changed = True
        while changed:
            changed = False
            for place in range(self.size - 1, -1, -1):
                reached = after[place]
                for move in self.moves[place]:
                    for given in bits(move.gives | move.twice):
                        reached |= after[given]
                if reached != after[place]:
                    after[place] = reached
                    changed = True
        return tuple(after)

    @cached_property
    def behind(self) -> tuple[int, ...]:
        """
        For each place those from which a token can still reach it, itself included.
        """
        before = [0] * self.size
        for place, reached in enumerate(self.ahead):
            for other in bits(reached):
                before[other] |= 1 << place
        return tuple(before)

    @cached_property
    def upstream(self) -> dict[str, int]:
        """
        For each inclusive join the places, other than its own, that lead to it.
        """
        found = {}
        inclusive = (join for join in self.joins.values() if join.inclusive)
        for name, join in {join.node.id: join for join in inclusive}.items():
            before = 0
            for place in bits(join.places):
                before |= self.behind[place]
            # While a task is open, what leads on from its timers may still begin.
            for event in bits(before & self.armed):
                before |= self.place(self.owners[event].host or "")
            found[name] = before & ~join.places
        return found

    def body_completes(self, host: Node) -> bool:
        """
        Whether the node can be left in the ordinary way.
        """
        return self._body(host).completes

    def escapes(self, host: Node) -> bool:
        """
        Whether an error of the node may be caught by none of its boundary events.
        """
        events = self.graph.boundaries.get(host.id, ())
        return bool(uncaught(events, Signal.ERROR, self._body(host).errors))

    def can_fire(self, host: Node, event: Node) -> bool:
        """
        Whether the boundary event can ever catch what it waits for.
        """
        caught = event.event
        if caught is None or caught.signal is Signal.TIMER:
            return True
        if host.kind in {Kind.SLOT, Kind.CALL}:
            return True
        body = self._body(host)
        codes = body.errors if caught.signal is Signal.ERROR else body.escalations
        return any(caught.code in {None, code} for code in codes)

    def _body(self, host: Node) -> Body:
        return self.bodies.get(host.id, _PLAIN)

    def _place_all(self) -> None:
        # In the order of a walk in depth, one branch is done before the next begins.
        seen: set[str] = set()
        stack = list(reversed(tuple(self.graph.of(Kind.START))))
        while stack:
            node = stack.pop()
            if node.id in seen or node.kind is Kind.END or node.id in self.over:
                continue
            seen.add(node.id)
            self._own(node)
            ways_out = [node, *self.graph.boundaries.get(node.id, ())]
            stack += [
                self.graph.by_id[flow.target]
                for way_out in reversed(ways_out)
                for flow in reversed(self.graph.outgoing[way_out.id])
            ]

    def _own(self, node: Node) -> None:
        if is_join(self.graph, node):
            for flow in self.graph.incoming[node.id]:
                self._add(flow.id, node)
            return
        for event in self._side_events(node):
            self._add(event.id, event)
            self.armed |= self.place(event.id)
        self._add(node.id, node)

    def _add(self, key: str, owner: Node) -> None:
        self._places[key] = len(self.owners)
        self.owners.append(owner)

    def _side_events(self, node: Node) -> Iterator[Node]:
        """
        The events on a node that add a token without taking its own.
        """
        for event in self.graph.boundaries.get(node.id, ()):
            if not event.interrupting and self.can_fire(node, event):
                yield event

    def _all_moves(self) -> tuple[tuple[Move, ...], ...]:
        found: list[tuple[Move, ...]] = []
        of_joins: dict[str, tuple[Move, ...]] = {}
        for number, owner in enumerate(self.owners):
            if not is_join(self.graph, owner):
                found.append(self._moves(owner, 1 << number))
                continue
            if owner.id not in of_joins:
                join = self._join(owner)
                of_joins[owner.id] = self._moves(owner, join.places)
                self.joins |= dict.fromkeys(bits(join.places), join)
            found.append(of_joins[owner.id])
        return tuple(found)

    def _join(self, node: Node) -> Join:
        flows = self.graph.incoming[node.id]
        places = sum(self.place(flow.id) for flow in flows)
        return Join(node=node, places=places, inclusive=node.kind is Kind.INCLUSIVE)

    def _moves(self, node: Node, takes: int) -> tuple[Move, ...]:
        return tuple(self._move(way, takes) for way in ways(self, node))

    def _move(self, way: Way, takes: int) -> Move:
        gives = twice = 0
        passed: dict[str, Node] = {}
        for flow in way.flows:
            entered = self._entered(self.graph.by_id[flow.target], flow)
            twice |= gives & entered & ~self.armed
            gives |= entered
            passed |= self._at_once_behind(flow.target)
        ends = way.throws or any(map(ends_scope, passed.values()))
        passes = tuple(passed.values())
        if ends:
            return Move(way=way, takes=takes, ends=True, passes=passes)
        return Move(way=way, takes=takes, gives=gives, twice=twice, passes=passes)

    def _at_once_behind(self, first: str) -> dict[str, Node]:
        """
        The nodes that are no places and that a token passes from here.
        """
        passed: dict[str, Node] = {}
        stack = [first]
        while stack:
            node = self.graph.by_id[stack.pop()]
            if (
                node.kind is Kind.END or node.id in self.over
            ) and node.id not in passed:
                passed[node.id] = node
                stack += [flow.target for flow in self.graph.outgoing[node.id]]
        return passed

    def _entered(self, node: Node, flow: Flow | None = None) -> int:
        if node.kind is Kind.END or node.id in self.over:
            return 0
        if flow is not None and is_join(self.graph, node):
            return self.place(flow.id)
        entered = self.place(node.id)
        for event in self._side_events(node):
            entered |= self.place(event.id)
        return entered


_PLAIN = Body()
