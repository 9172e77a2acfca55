"""
What a scenario file demands of a step or of the end → `Expectation` and `Refusal`.
"""

from collections.abc import Callable
from datetime import datetime

from approval_engine.documents.node import Node
from approval_engine.domain.lifecycle import WorkflowStatus
from approval_engine.scenarios.suite.script import Count, Expectation, Refusal
from approval_engine.scenarios.suite.words import Names, read_instant, refuse_others

RESULTS = ("applied", "duplicate")

_KEYS = frozenset(
    {"status", "open", "triggers", "asked", "notAsked", "escalated", "reminded"}
    | {"carried", "due", "waived", "result"}
)


def read_refusal(node: Node) -> Refusal | None:
    """
    `true`, or words that the sentence must hold; None if nothing is to be refused.
    """
    if isinstance(node.value, str):
        return Refusal(words=node.text())
    return Refusal() if node.flag(default=False) else None


def read_expectation(node: Node, names: Names) -> Expectation | None:
    """
    What must hold there; None if nothing is said.
    """
    if node.value is None:
        return None
    if not isinstance(node.value, dict):
        node.wants("an object of what must hold")
    refuse_others(node, _KEYS)
    return Expectation(
        status=_choice(node.child("status"), tuple(map(str, WorkflowStatus))),
        open=_several(node.child("open"), names.step),
        triggers=_several(node.child("triggers"), names.trigger),
        asked=_several(node.child("asked"), names.step) or (),
        not_asked=_several(node.child("notAsked"), names.step) or (),
        escalated=_count(node.child("escalated"), names),
        reminded=_count(node.child("reminded"), names),
        carried=_several(node.child("carried"), names.step),
        due=_instants(node.child("due"), names),
        waived=_several(node.child("waived"), names.trigger),
        result=_choice(node.child("result"), RESULTS),
    )


def _choice(node: Node, known: tuple[str, ...]) -> str | None:
    if node.value is None:
        return None
    if isinstance(node.value, str) and node.value in known:
        return node.value
    node.wants(f"one of {', '.join(known)}")
    return None


def _several(node: Node, read: Callable[[Node], str]) -> tuple[str, ...] | None:
    if node.value is None:
        return None
    if not isinstance(node.value, list):
        node.wants("a list of names")
    return tuple(read(element) for element in node.elements())


def _count(node: Node, names: Names) -> Count:
    if isinstance(node.value, dict):
        return {step: child.whole(0) for step, child in _steps(node, names)}
    if isinstance(node.value, int):
        return node.whole(0)
    return _several(node, names.step)


def _instants(node: Node, names: Names) -> dict[str, datetime]:
    if node.value is not None and not isinstance(node.value, dict):
        node.wants("an object of step and instant")
    return {step: read_instant(child) for step, child in _steps(node, names)}


def _steps(node: Node, names: Names) -> list[tuple[str, Node]]:
    found = list(node.children())
    for step, child in found:
        # The key itself is the name that is checked, at the place of its value.
        names.step(Node(child.document, step, child.place, child.problems))
    return found
