"""
The gateways of a scope → those at which no flow or more than one would be taken.

Every case is tried, each by one set of values; a gateway whose cases are too many or
depend on calculations is refused rather than believed.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from math import prod

from approval_engine.definitions.model import (
    SPLITS_BY_CONDITION,
    Field,
    Flow,
    Graph,
    Kind,
    Node,
)
from approval_engine.definitions.soundness.flaw import Flaw, chosen, named
from approval_engine.definitions.soundness.runs import names
from approval_engine.definitions.soundness.samples import samples
from approval_engine.definitions.soundness.terms import Terms, spoken, terms_of
from approval_engine.domain.quote import Value
from approval_engine.policy.conditions import ConditionError, Expression, evaluate

MOST_CASES = 20_000

Case = dict[str, Value]


def wrong_choices(graph: Graph, forms: Mapping[str, Field]) -> Iterator[Flaw]:
    """
    What is wrong with the conditions of each gateway, in the order of the file.
    """
    for node in graph.of(*SPLITS_BY_CONDITION):
        flows = graph.outgoing[node.id]
        bare = [f for f in flows if f.condition is None and f.id != node.default]
        if len(flows) > 1 and bare and node.kind is Kind.EXCLUSIVE:
            yield from (_without_condition(graph, node, flow) for flow in bare)
        elif any(flow.condition is not None for flow in flows):
            yield from _judged(graph, node, forms)


def _without_condition(graph: Graph, node: Node, flow: Flow) -> Flaw:
    return Flaw(
        code="no-condition",
        element=flow.id,
        line=flow.line,
        sentence=(
            f"Expected a condition on the flow `{flow.id}` to"
            f" *{named(graph.by_id[flow.target])}*, for `{node.id}` has others beside"
            " it: write one, or make the flow the default."
        ),
        path=_path(graph, node, flow),
    )


def _judged(graph: Graph, node: Node, forms: Mapping[str, Field]) -> Iterator[Flaw]:
    flows = [flow for flow in graph.outgoing[node.id] if flow.id != node.default]
    stated = [flow for flow in flows if flow.condition is not None]
    terms = terms_of(tuple(f.condition for f in stated if f.condition is not None))
    pools = [samples(terms, name, forms) for name in terms.names]
    must_be_one = node.default is None and len(stated) == len(flows)
    if terms.odd or prod(map(len, pools)) > MOST_CASES:
        yield _undecided(graph, node, needed=must_be_one)
        return
    none, several = _first_cases(terms, pools)
    wrong = (several is not None and node.kind is Kind.EXCLUSIVE) or (
        none is not None and must_be_one
    )
    if wrong and terms.bound:
        yield _undecided(graph, node, needed=must_be_one)
        return
    if several is not None and node.kind is Kind.EXCLUSIVE:
        yield _overlap(graph, node, several, terms, stated)
    if none is not None and must_be_one:
        yield _gap(graph, node, none, terms)


def _first_cases(
    terms: Terms, pools: list[tuple[Value, ...]]
) -> tuple[Case | None, Case | None]:
    """
    The first case in which no condition holds, and the first in which several do.
    """
    none: Case | None = None
    several: Case | None = None
    for values in product(*pools):
        case = dict(zip(terms.names, values, strict=True))
        count = sum(_holds(each, case) for each in terms.conditions)
        if count == 0 and none is None:
            none = case
        if count > 1 and several is None:
            several = case
        if none is not None and several is not None:
            break
    return none, several


def _holds(condition: Expression, case: Case) -> bool:
    try:
        return evaluate(condition, case) is True
    except ConditionError:
        return False


def _overlap(
    graph: Graph, node: Node, case: Case, terms: Terms, stated: list[Flow]
) -> Flaw:
    flows = [
        flow
        for flow, condition in zip(stated, terms.conditions, strict=True)
        if _holds(condition, case)
    ]
    names = " and ".join(f"*{chosen(graph, flow.id)}*" for flow in flows)
    return Flaw(
        code="conditions-overlap",
        element=node.id,
        line=node.line,
        sentence=(
            f"Expected one flow at most to be right at `{node.id}`, but with"
            f" {_example(case, terms)} the flows to {names} are: make their conditions"
            " exclude each other."
        ),
        path=_path(graph, node, flows[0]),
    )


def _gap(graph: Graph, node: Node, case: Case, terms: Terms) -> Flaw:
    return Flaw(
        code="conditions-gap",
        element=node.id,
        line=node.line,
        sentence=(
            f"Expected a flow for every case at `{node.id}`, but with"
            f" {_example(case, terms)} there is none: add a default flow, or a"
            " condition for it."
        ),
        path=_path(graph, node),
    )


def _undecided(graph: Graph, node: Node, *, needed: bool) -> Flaw:
    fix = "add a default flow, or " if needed else ""
    return Flaw(
        code="conditions-undecided",
        element=node.id,
        line=node.line,
        sentence=(
            f"It cannot be decided whether one flow is right in every case at"
            f" `{node.id}`: {fix}compare each name with fixed values only."
        ),
        path=_path(graph, node),
    )


def _example(case: Case, terms: Terms) -> str:
    parts = [
        f"{_label(name, terms)} = {_written(value)}" for name, value in case.items()
    ]
    return " and ".join(parts) or "any values"


def _label(name: str, terms: Terms) -> str:
    calculation = terms.calculations.get(name)
    return name if calculation is None else spoken(calculation)


def _written(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value.normalize():f}"


def _path(graph: Graph, node: Node, flow: Flow | None = None) -> tuple[str, ...]:
    way = names(graph, node)
    if flow is None or not way:
        return way
    return (*way[:-1], f"{way[-1]}: {chosen(graph, flow.id)}")
