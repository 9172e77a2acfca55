"""
Reminders and escalations of our templates: which they are, and that each can ring.

They are timers with a property `kind`; whom they reach is known without the drawing, so
they must say all of it: their place among the others, and the role that is asked next.
"""

from collections.abc import Iterator

from approval_engine.definitions.model import Clock, Graph, Kind, Node, Signal
from approval_engine.definitions.reading.scopes import Scope
from approval_engine.definitions.reading.source import Source

KIND, LEVEL, ROLE = "kind", "level", "role"


def check(source: Source, scope: Scope, graph: Graph) -> None:
    """
    Note what is wrong with the reminders and escalations of a scope.
    """
    for host, events in graph.boundaries.items():
        ours = [each for each in events if KIND in each.properties]
        for each in ours:
            if sentence := _misplaced(each, graph.by_id.get(host)):
                source.refuse(scope.nodes[each.id], "timer", sentence)
        for each in _out_of_order(ours):
            sentence = (
                f"Expected property 'level' of this {each.properties[KIND]} to count"
                " those of its task from 1 without a gap."
            )
            source.refuse(scope.nodes[each.id], "property", sentence)


def _misplaced(event: Node, host: Node | None) -> str | None:
    kind = event.properties[KIND]
    if host is None or host.kind is not Kind.TASK:
        return f"Expected a {kind} at a user task: move it, or remove property 'kind'."
    if event.interrupting:
        return f"Expected a {kind} that does not interrupt its task."
    if not _is_plain(event):
        return f"Expected a {kind} with a plain duration, such as `PT24H`."
    if kind == "escalation" and not _says_who(event, host):
        return "Expected property 'role' of this escalation: say who is asked next."
    return None


def _is_plain(event: Node) -> bool:
    thrown = event.event
    if thrown is None or thrown.signal is not Signal.TIMER:
        return False
    timer = thrown.timer
    # One that was not understood is refused for that already.
    return timer is None or (timer.clock is Clock.DURATION and not timer.expression)


def _says_who(event: Node, host: Node) -> bool:
    return "step" in host.properties or bool(event.properties.get(ROLE, "").strip())


def _out_of_order(events: list[Node]) -> Iterator[Node]:
    for kind in dict.fromkeys(each.properties[KIND] for each in events):
        mine = [each for each in events if each.properties[KIND] == kind]
        levels = sorted(each.properties.get(LEVEL, "") for each in mine)
        if levels != sorted(str(number) for number in range(1, len(mine) + 1)):
            yield mine[-1]
