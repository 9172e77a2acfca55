"""
A process, and perhaps who works where → all that is wrong with it, in file order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from approval_engine.definitions.model import Graph, Kind, Process
from approval_engine.definitions.soundness import tokens
from approval_engine.definitions.soundness.choices import wrong_choices
from approval_engine.definitions.soundness.cycles import waitless_cycles, waits
from approval_engine.definitions.soundness.flaw import Flaw, in_file_order
from approval_engine.definitions.soundness.parts import Body
from approval_engine.definitions.soundness.runs import is_on_a_cycle, names
from approval_engine.definitions.soundness.samples import declared
from approval_engine.definitions.soundness.staff import Staff, unstaffed
from approval_engine.definitions.soundness.timers import idle_timers


def flaws(process: Process, staff: Staff | None = None) -> tuple[Flaw, ...]:
    """
    All that is wrong with a process, in file order; without staff nobody is looked up.
    """
    judge = _Judge(process, staff)
    judge.scope(process.graph, ())
    return in_file_order(process, judge.found)


@dataclass(frozen=True, kw_only=True)
class _Scope:
    body: Body
    waits: bool


class _Judge:
    def __init__(self, process: Process, staff: Staff | None) -> None:
        self.forms = declared(process)
        self.staff = staff
        self.found: list[Flaw] = []

    def scope(self, graph: Graph, before: tuple[str, ...]) -> _Scope:
        """
        Judge one scope after all inside it; `before` are the names on the way to it.
        """
        inner = {
            node.id: self.scope(node.body, (*before, *names(graph, node)))
            for node in graph.nodes
            if node.body is not None
        }
        bodies = {name: scope.body for name, scope in inner.items()}
        waiting = {name: scope.waits for name, scope in inner.items()}
        unclear = tuple(_inclusive_on_a_cycle(graph))
        # For which tokens such a gateway waits is unknown, so its game is not played.
        verdict = tokens.UNJUDGED if unclear else tokens.judge(graph, bodies)
        found = [
            *unclear,
            *verdict.flaws,
            *waitless_cycles(graph, waiting),
            *idle_timers(graph),
            *wrong_choices(graph, self.forms),
            *self.without_people(graph),
        ]
        self.found += (replace(v, path=(*before, *v.path)) for v in found)
        return _Scope(body=verdict.body, waits=waits(graph, waiting))

    def without_people(self, graph: Graph) -> Iterator[Flaw]:
        """
        The tasks that nobody can be asked to do, with the way to each.
        """
        for node in graph.nodes:
            found = unstaffed(node, self.staff)
            if found is not None:
                yield replace(found, path=names(graph, node))


def _inclusive_on_a_cycle(graph: Graph) -> Iterator[Flaw]:
    for node in graph.of(Kind.INCLUSIVE):
        if is_on_a_cycle(graph, node):
            yield Flaw(
                code="inclusive-on-cycle",
                element=node.id,
                line=node.line,
                sentence=(
                    f"The inclusive gateway `{node.id}` lies on a cycle, where nobody"
                    " can tell for which tokens it must wait: use exclusive or parallel"
                    " gateways there, or put the cycle around a subprocess."
                ),
                path=names(graph, node),
            )
