"""
The inputs of a policy, each after those that its expression reads.
"""

from collections.abc import Mapping

from approval_engine.documents.node import Node, decimal_of
from approval_engine.policy.conditions import RESERVED, Kind, inputs_of
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import Aggregate, Input, InputType
from approval_engine.policy.reading.cells import read_expression
from approval_engine.policy.reading.draft import KIND_OF_TYPE, Draft

_CALCULATED = (InputType.NUMBER, InputType.MONEY, InputType.BOOLEAN)
_NUMERIC = (InputType.NUMBER, InputType.MONEY)


def read_inputs(draft: Draft) -> tuple[Input, ...]:
    """
    All inputs of a sound form; problems are noted, circles of expressions too.
    """
    found: dict[str, Input] = {}
    places: dict[str, Node] = {}
    for node in draft.root.child("inputs").elements():
        if not draft.sound(node):
            continue
        each = _input(draft, node)
        if each.name in found:
            node.problem("duplicate", f"Expected input '{each.name}' once.")
        found[each.name], places[each.name] = each, node
    return _in_order(found, places)


def _input(draft: Draft, node: Node) -> Input:
    name = node.child("name").text()
    kind = InputType(node.child("type").text())
    if name in RESERVED:
        sentence = f"Expected a name that is no word of the language, but got '{name}'."
        node.child("name").problem("reserved", sentence)
    _check_form(node, kind)
    expr = None
    if node.has("expr"):
        wanted = KIND_OF_TYPE[kind] if kind in _CALCULATED else Kind.NUMBER
        expr = read_expression(node.child("expr"), wanted, draft.kinds)
    return Input(
        name=name,
        type=kind,
        worse=node.child("worse").text() if node.has("worse") else None,
        optional=node.child("optional").flag(default=False),
        values=node.child("values").texts(),
        aggregate=_aggregate(node.child("from")) if node.has("from") else None,
        expr=expr,
    )


def _check_form(node: Node, kind: InputType) -> None:
    rules = (
        ("values", kind in (InputType.STRING, InputType.LIST), "a string or a list"),
        ("worse", kind in (*_NUMERIC, InputType.DATE), "a number, money or a date"),
        ("from", kind in _NUMERIC, "a number or money"),
        ("expr", kind in _CALCULATED, "a number, money or a boolean"),
    )
    for key, allowed, expected in rules:
        if node.has(key) and not allowed:
            sentence = f"Expected '{key}' only for {expected}, but the type is {kind}."
            node.child(key).problem("type", sentence)
    if node.has("from") and node.has("expr"):
        sentence = "Expected 'from' or 'expr', but got both."
        node.child("expr").problem("contradiction", sentence)


def _aggregate(node: Node) -> Aggregate:
    function = node.child("lines").text()
    of = node.child("of").text() if node.has("of") else ""
    if not of and function != "count":
        node.problem("missing", f"Expected 'of', the field of the lines to {function}.")
    if function != "count" and LINE_KINDS.get(of, Kind.NUMBER) is not Kind.NUMBER:
        node.child("of").problem("type", f"Expected a number, but '{of}' is none.")
    return Aggregate(
        function=function,
        of=of,
        where=_where(node.child("where")),
        empty=decimal_of(node.child("empty").value),
    )


def _where(node: Node) -> Mapping[str, str]:
    wanted: dict[str, str] = {}
    for name, child in node.children():
        value = child.value
        truth = isinstance(value, bool)
        wanted[name] = str(value).lower() if truth else str(value)
    return wanted


def _in_order(
    found: Mapping[str, Input], places: Mapping[str, Node]
) -> tuple[Input, ...]:
    ordered: dict[str, Input] = {}
    waiting = dict(found)
    while waiting:
        ready = [name for name, each in waiting.items() if not _reads(each, waiting)]
        for name in ready:
            ordered[name] = waiting.pop(name)
        if not ready:
            _refuse_circle(waiting, places)
            break
    return tuple(ordered.values())


def _reads(each: Input, among: Mapping[str, Input]) -> list[str]:
    if each.expr is None:
        return []
    return sorted(name for name in inputs_of(each.expr) if name in among)


def _refuse_circle(waiting: Mapping[str, Input], places: Mapping[str, Node]) -> None:
    """
    Note one circle; the others that wait are in it or behind it.
    """
    path = [min(waiting)]
    while (following := _reads(waiting[path[-1]], waiting)[0]) not in path:
        path.append(following)
    circle = path[path.index(following) :]
    sentence = f"Expected no circle, but got {' → '.join([*circle, following])}."
    places[following].child("expr").problem("circle", sentence)
