"""
Whether all that an inclusive gateway opens comes together again, and nothing else does.
"""

from approval_engine.definitions.model import Graph, Kind, Node


def is_block(graph: Graph, split: Node) -> bool:
    """
    Whether one inclusive join closes what the gateway opens.

    The branches then know nothing of each other, so that any set of them behaves like
    each alone and like all together.
    """
    joins = (node for node in graph.of(Kind.INCLUSIVE) if node.id != split.id)
    return any(_closes(graph, split, join) for join in joins)


def _closes(graph: Graph, split: Node, join: Node) -> bool:
    inside: set[str] = set()
    agenda = [flow.target for flow in graph.outgoing[split.id]]
    while agenda:
        node = agenda.pop()
        if node in inside or node == join.id:
            continue
        inside.add(node)
        flows = graph.outgoing[node]
        if node == split.id or not (flows or graph.by_id[node].host):
            return False
        events = [event.id for event in graph.boundaries.get(node, ())]
        agenda += [*events, *(flow.target for flow in flows)]
    into = {flow.source for node in inside for flow in graph.incoming[node]}
    into |= {flow.source for flow in graph.incoming[join.id]}
    return into <= inside | {split.id}
