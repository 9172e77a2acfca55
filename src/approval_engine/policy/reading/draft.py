"""
A policy document while it is read: what it names, and which parts have a sound form.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from approval_engine.documents.node import Node
from approval_engine.policy.conditions import Kind
from approval_engine.policy.lines import LINE_KINDS
from approval_engine.policy.model import InputType

KIND_OF_TYPE: Mapping[str, Kind] = {
    InputType.NUMBER: Kind.NUMBER,
    InputType.MONEY: Kind.NUMBER,
    InputType.STRING: Kind.STRING,
    InputType.BOOLEAN: Kind.BOOLEAN,
    InputType.DATE: Kind.DATE,
    InputType.LIST: Kind.LIST,
}


class Draft:
    """
    The names of all parts, those with a wrong form too, so that one slip is told once.
    """

    def __init__(self, root: Node) -> None:
        self.root = root
        self.broken = tuple(problem.element for problem in root.problems)
        inputs = tuple(root.child("inputs").elements())
        self.kinds = {_word(node, "name"): _kind(node) for node in inputs}
        self.values = {
            _word(node, "name"): frozenset(
                element.value
                for element in node.child("values").elements()
                if isinstance(element.value, str)
            )
            for node in inputs
            if node.has("values")
        }
        self.directed = frozenset(
            _word(node, "name") for node in inputs if node.has("worse")
        )
        self.steps = frozenset(root.child("steps").names())
        self.ladders = frozenset(root.child("ladders").names())
        self.calendars = root.child("calendars").names()
        self.line_ladders = frozenset(
            _word(node, "ladder")
            for node in root.child("triggers").elements()
            if node.has("each")
        )

    @property
    def line_kinds(self) -> Mapping[str, Kind]:
        """
        What a trigger can read that judges each line.
        """
        return {**self.kinds, **LINE_KINDS}

    def sound(self, node: Node) -> bool:
        """
        Whether neither this part nor anything in it has a wrong form.
        """
        inside = f"{node.place}/"
        return not any(
            place == node.place or place.startswith(inside) for place in self.broken
        )


def hint(wrong: str, known: Mapping[str, object] | frozenset[str]) -> str:
    """
    The end of a sentence about an unknown name: the known one that was perhaps meant.
    """
    near = get_close_matches(wrong, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else "."


def _word(node: Node, key: str) -> str:
    value = node.child(key).value
    return value if isinstance(value, str) else ""


def _kind(node: Node) -> Kind:
    return KIND_OF_TYPE.get(_word(node, "type"), Kind.ANY)
