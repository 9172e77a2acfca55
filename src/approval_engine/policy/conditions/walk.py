"""
What stands in a tree: every node once, in reading order.
"""

from collections.abc import Iterator
from dataclasses import fields

from approval_engine.domain.quote import Value
from approval_engine.policy.conditions.tree import (
    Expression,
    Literal,
    Name,
    Subject,
    UnaryTest,
)

Node = Expression | UnaryTest


def nodes(root: Node) -> Iterator[Node]:
    """
    The root and everything below it.
    """
    yield root
    for field in fields(root):
        part = getattr(root, field.name)
        for below in part if isinstance(part, tuple) else (part,):
            if isinstance(below, Node):
                yield from nodes(below)


def inputs_of(root: Node) -> frozenset[str]:
    """
    The names that a condition reads, without the value its cell judges.
    """
    return frozenset(node.name for node in nodes(root) if isinstance(node, Name))


def literals_of(root: Node) -> tuple[Value, ...]:
    """
    The values written in a condition, in reading order.
    """
    return tuple(node.value for node in nodes(root) if isinstance(node, Literal))


def mentions_subject(root: Node) -> bool:
    """
    Whether `?` stands anywhere in it.
    """
    return any(isinstance(node, Subject) for node in nodes(root))
