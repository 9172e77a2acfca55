"""
A task of a process for several people → the completion rule that its condition states.

Who has answered is counted by our table, so a condition must be one that it knows.
"""

from collections.abc import Iterator
from decimal import Decimal

from approval_engine.definitions.model import Kind, Node, Process, Several
from approval_engine.domain.completion import Completion, Rule
from approval_engine.errors import Problem
from approval_engine.policy.conditions import Expression, tree

_APPROVALS = tree.Name(name="approvals")
_ANSWERS = tree.Name(name="nrOfCompletedInstances")
_SEATS = tree.Name(name="nrOfInstances")
_HUNDRED = Decimal(100)

KNOWN = (
    "approvals >= 2, approvals / nrOfInstances >= 0.5, nrOfCompletedInstances >= 1 or"
    " nrOfCompletedInstances == nrOfInstances"
)


def completion_of(several: Several | None) -> Completion | None:
    """
    When such a task is done; None if its condition is none that is counted.
    """
    if several is None:
        return Completion()
    if several.until is None:
        if several.cardinality is not None and several.collection is None:
            return Completion(rule=Rule.QUORUM, count=several.cardinality)
        return Completion(rule=Rule.ALL)
    return _stated(several.until)


def _stated(until: Expression) -> Completion | None:
    match until:
        case tree.Comparison(relation=tree.Relation.EQUAL, left=left, right=right) if {
            left,
            right,
        } == {_ANSWERS, _SEATS}:
            return Completion(rule=Rule.ALL)
        case tree.Comparison(
            relation=tree.Relation.AT_LEAST,
            left=left,
            right=tree.Literal(value=Decimal() as number),
        ):
            return _reached(left, number)
    return None


def _reached(left: Expression, number: Decimal) -> Completion | None:
    whole = int(number) if number == number.to_integral_value() else 0
    if left == _APPROVALS and whole >= 1:
        return Completion(rule=Rule.QUORUM, count=whole)
    if left == _ANSWERS and whole == 1:
        return Completion(rule=Rule.FIRST_RESPONSE)
    share = tree.Arithmetic(sign=tree.Sign.OVER, left=_APPROVALS, right=_SEATS)
    if left == share and 0 < number <= 1:
        return Completion(rule=Rule.PERCENT, percent=number * _HUNDRED)
    return None


def problems(process: Process, file: str) -> Iterator[Problem]:
    """
    The tasks for several people that would not run as they are drawn.
    """
    for node in process.nodes():
        several = node.work.several if node.work else None
        # How a step of the policy is completed, its rule says.
        if node.kind is not Kind.TASK or several is None or "step" in node.properties:
            continue
        if several.sequential:
            sentence = (
                "Expected several people side by side, for one after the other is not"
                " run: draw a task for each, or take the mark of a sequence away."
            )
            yield _problem(file, node, sentence)
        elif completion_of(several) is None:
            sentence = f"Expected a completion condition that is counted: {KNOWN}."
            yield _problem(file, node, sentence)


def _problem(file: str, node: Node, sentence: str) -> Problem:
    return Problem(
        file=file, line=node.line, code="several", element=node.id, sentence=sentence
    )
