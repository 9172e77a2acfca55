"""
Every state of a small process, one order of moves after the other: slow and plain.

Tokens lie on flows here, and on hosts with the timers that may still fire. It shares no
code with the product, which must come to the same verdicts.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import combinations

from approval_engine.definitions.model import Kind, Signal

DONE = ()
_INSTANT = {Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE}
_LAST = {Signal.TERMINATE, Signal.ERROR}


@dataclass
class Found:
    """
    `clashes` and `stuck` say after how many moves at the earliest, by node.
    """

    clashes: dict[str, int] = field(default_factory=dict)
    stuck: dict[str, int] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    endless: bool = False


class Game:
    def __init__(self, graph):
        self.graph = graph
        self.flows = {flow.id: flow for flow in graph.flows}
        self.found = Found()

    def play(self, most=30_000):
        """
        What can happen; None if that is too much to be walked.
        """
        begin = tuple(("node", each.id, ()) for each in self.graph.of(Kind.START))
        depth, before, stuck = {begin: 0}, {}, set()
        agenda = deque([begin])
        while agenda and len(depth) <= most:
            state = agenda.popleft()
            moves = list(self.moves(state))
            if not moves and state != DONE:
                stuck.add(state)
                self.note(self.found.stuck, map(self.at, state), depth[state])
            for reached in moves:
                if clash := self.clash(reached):
                    self.note(self.found.clashes, clash, depth[state] + 1)
                    continue
                before.setdefault(reached, set()).add(state)
                if reached not in depth:
                    depth[reached] = depth[state] + 1
                    agenda.append(reached)
        self.found.endless = bool(depth.keys() - self.leading_to(stuck, before))
        return None if agenda else self.found

    def note(self, found, nodes, depth):
        for each in nodes:
            found.setdefault(each, depth)

    def leading_to(self, stuck, before):
        good, agenda = {DONE, *stuck}, [DONE, *stuck]
        while agenda:
            for state in before.get(agenda.pop(), ()):
                if state not in good:
                    good.add(state)
                    agenda.append(state)
        return good

    def at(self, token):
        return token[1] if token[0] == "node" else self.flows[token[1]].target

    def is_join(self, node):
        waits = node.kind in {Kind.PARALLEL, Kind.INCLUSIVE}
        return waits and len(self.graph.incoming[node.id]) > 1

    def clash(self, state):
        counted = {}
        for token in state:
            node = self.at(token)
            key = token if self.is_join(self.graph.by_id[node]) else node
            counted.setdefault(key, []).append(node)
        return {nodes[0] for nodes in counted.values() if len(nodes) > 1}

    def moves(self, state):
        for token in dict.fromkeys(state):
            node = self.graph.by_id[self.at(token)]
            if self.is_join(node):
                yield from self.joined(state, node, token)
            else:
                rest = list(state)
                rest.remove(token)
                yield from self.left(tuple(rest), node, token)

    def joined(self, state, node, token):
        here = [each for each in state if self.at(each) == node.id]
        if token != here[0]:
            return
        rest = [each for each in state if each not in here]
        if node.kind is Kind.PARALLEL:
            ready = len(here) == len(self.graph.incoming[node.id])
        else:
            ready = not any(self.leads(self.at(each), node.id) for each in rest)
        if ready:
            yield from self.left(tuple(rest), node, None)

    def leads(self, source, goal):
        seen, agenda = set(), [source]
        while agenda:
            node = agenda.pop()
            if node == goal:
                return True
            if node not in seen:
                seen.add(node)
                agenda += [flow.target for flow in self.graph.outgoing[node]]
                agenda += [each.id for each in self.graph.boundaries.get(node, ())]
        return False

    def left(self, rest, node, token):
        flows = self.graph.outgoing[node.id]
        if node.kind is Kind.EXCLUSIVE and flows:
            for flow in flows:
                yield self.put(rest, (flow,))
            return
        if node.kind is Kind.INCLUSIVE and flows:
            default = [flow for flow in flows if flow.id == node.default]
            others = [flow for flow in flows if flow.id != node.default]
            sets = [s for n in range(len(others)) for s in combinations(others, n + 1)]
            for some in [*([default] if default else []), *sets]:
                yield self.put(rest, some)
            return
        yield self.put(rest, flows)
        for event in self.graph.boundaries.get(node.id, ()):
            onward = self.graph.outgoing[event.id]
            if event.interrupting:
                yield self.put(rest, onward)
            elif event.id in token[2]:
                left = tuple(each for each in token[2] if each != event.id)
                yield self.put((*rest, ("node", node.id, left)), onward)

    def put(self, rest, flows):
        state = list(rest)
        over = [flow.target for flow in flows if self.is_over(flow.target, ())]
        self.found.reached.update(over or (flow.target for flow in flows))
        if over:
            return DONE
        for flow in flows:
            node = self.graph.by_id[flow.target]
            if self.is_join(node):
                state.append(("flow", flow.id))
            elif node.kind is not Kind.END:
                events = self.graph.boundaries.get(node.id, ())
                armed = tuple(each.id for each in events if not each.interrupting)
                state.append(("node", node.id, armed))
        return tuple(sorted(state))

    def is_over(self, node_id, seen):
        node = self.graph.by_id[node_id]
        if node.kind is Kind.END:
            return node.event.signal in _LAST
        if node.kind not in _INSTANT or node_id in seen or self.is_join(node):
            return False
        flows = self.graph.outgoing[node_id]
        inside = (*seen, node_id)
        return bool(flows) and all(self.is_over(f.target, inside) for f in flows)
