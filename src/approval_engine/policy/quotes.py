"""
Documents of quotes and of the directory → `Quote` and `Directory`, or every problem.

Which inputs a quote needs, and of what type they are, is the policy's to say: here
further keys are only kept.
"""

from approval_engine.documents import Document
from approval_engine.documents.node import Node
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.errors import DocumentError
from approval_engine.policy.reading.people import read_people
from approval_engine.policy.reading.quote import read_quote


def read_quotes(document: Document) -> tuple[Quote, ...]:
    """
    The quote in a document, or all in a list of them, in its order.

    Raises DocumentError with every problem, also if a revision comes twice.
    """
    root = Node(document, document.value)
    nodes = list(root.elements()) if isinstance(root.value, list) else [root]
    quotes = tuple(read_quote(node) for node in nodes)
    seen: set[tuple[str, int]] = set()
    for node, quote in zip(nodes, quotes, strict=True):
        if quote.id and (quote.id, quote.revision) in seen:
            sentence = f"Expected quote '{quote.id}' revision {quote.revision} once."
            node.problem("duplicate", sentence)
        seen.add((quote.id, quote.revision))
    _raise_any(root)
    return quotes


def read_directory(document: Document) -> Directory:
    """
    The people and roles in a document. Raises DocumentError with every problem.
    """
    root = Node(document, document.value)
    directory = read_people(root)
    _raise_any(root)
    return directory


def _raise_any(root: Node) -> None:
    if root.problems:
        raise DocumentError(*sorted(root.problems, key=lambda each: each.line))
