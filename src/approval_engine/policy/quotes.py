"""
Documents of quotes and of the directory → `Quote` and `Directory`, or every problem.

Which inputs a quote needs, and of what type they are, is the policy's to say: here
further keys are only kept.
"""

from dataclasses import replace

from approval_engine.documents import Document
from approval_engine.documents.node import Node
from approval_engine.domain.exceptions import Waives
from approval_engine.domain.people import Directory
from approval_engine.domain.quote import Quote
from approval_engine.errors import DocumentError
from approval_engine.policy.reading.people import read_people
from approval_engine.policy.reading.quote import read_quote
from approval_engine.policy.reading.words import read_day


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


def read_reviewed(document: Document) -> Quote:
    """
    What a workflow reviews: a quote, or a request for an exception in its form.

    A quote cannot pass for such a request: no input of a quote is an object.
    """
    value = document.value
    if not (isinstance(value, dict) and isinstance(value.get("exception"), dict)):
        return read_quotes(document)[0]
    node = Node(document, value).child("exception")
    rest = {key: part for key, part in value.items() if key != "exception"}
    waives = Waives(
        trigger=node.child("trigger").text(),
        within=node.child("within").text(),
        ends_on=read_day(node.child("until")),
        uses=node.child("uses").whole(1) if node.has("uses") else None,
    )
    _raise_any(node)
    (quote,) = read_quotes(replace(document, value=rest))
    return replace(quote, waives=waives)


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
